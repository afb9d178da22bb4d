"""`python -m deploy.answers URL`: exit status 0 if the address answers without an error (health checks)."""

from __future__ import annotations

import sys
from urllib.error import URLError
from urllib.request import urlopen

TIMEOUT_SECONDS = 10


def answers(url: str) -> bool:
    """Whether a GET of `url` succeeds."""
    try:
        with urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            return bool(answer.status < 400)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
