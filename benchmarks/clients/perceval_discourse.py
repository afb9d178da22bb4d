"""A forum's topics and posts with perceval; runs in perceval's own environment.

Usage: perceval_discourse.py BASE_URL. Prints the number of topics and posts.
"""

from __future__ import annotations

import sys

from perceval.backends.core.discourse import Discourse  # type: ignore[import-not-found]


def main(base_url: str) -> None:
    """Read everything; nothing is kept, which is in perceval's favour."""
    forum = Discourse(base_url, api_username="system", api_token="sandbox-admin-key")
    print(sum(1 + len(item["data"]["post_stream"]["posts"]) for item in forum.fetch()))


if __name__ == "__main__":
    main(*sys.argv[1:])
