"""Reads a desk with zenpy; runs in zenpy's own environment.

Usage: read_zenpy.py HOST PREFIX EMAIL TOKEN. Prints one `{"stream": …, "record": …}` a line.

Zenpy joins `https://SUBDOMAIN.DOMAIN/api/v2/…`: the host is cut at its second dot.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from zenpy import Zenpy  # type: ignore[import-not-found]


def main(host: str, prefix: str, email: str, token: str) -> None:
    first, second, rest = host.split(".", 2)
    client = Zenpy(subdomain=f"{first}.{second}", domain=f"{rest}/{prefix}", email=email, token=token)

    def show(stream: str, found: Any) -> None:
        for one in found:
            sys.stdout.write(json.dumps({"stream": stream, "record": one.to_dict()}, default=str) + "\n")

    show("tickets", client.tickets.incremental(start_time=0, include=["metric_sets"], paginate_by_time=False))
    show(
        "tickets by time",
        client.tickets.incremental(start_time=0, include=["metric_sets"], paginate_by_time=True),
    )
    show("users", client.users.incremental(start_time=0, paginate_by_time=False))
    show("organizations", client.organizations.incremental(start_time=0))
    show("ticket_events", client.tickets.events(start_time=0, include=["comment_events"]))
    show("ticket_metric_events", client.tickets.metrics_incremental(start_time=0))
    show("satisfaction_ratings", client.satisfaction_ratings())
    show("groups", client.groups())
    show("brands", client.brands())
    show("ticket_fields", client.ticket_fields())
    show("users in a list", client.users(cursor_pagination=100))
    show("organizations in a list", client.organizations())


if __name__ == "__main__":
    main(*sys.argv[1:])
