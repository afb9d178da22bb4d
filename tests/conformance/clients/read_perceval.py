"""Reads a forum's topics and posts with perceval; runs in perceval's own environment.

Usage: read_perceval.py BASE_URL [USERNAME KEY]. Prints one `{"stream": …, "record": …}` a line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from perceval.backends.core.discourse import Discourse  # type: ignore[import-not-found]


def show(stream: str, record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"stream": stream, "record": record}) + "\n")


def main(base_url: str, username: str | None = None, key: str | None = None) -> None:
    for item in Discourse(base_url, api_username=username, api_token=key).fetch():
        topic = item["data"]
        for post in topic.pop("post_stream")["posts"]:
            show("posts", post)
        show("topics", topic)


if __name__ == "__main__":
    main(*sys.argv[1:])
