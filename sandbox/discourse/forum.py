"""The forum itself: its dataset, and what of it a reader may see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from starlette.requests import Request

from sandbox.dataset import Dataset, Record, Rows
from sandbox.discourse.shapes import WHISPER
from sandbox.web import Refusal, without


@dataclass(frozen=True)
class Viewer:
    """Who reads."""

    is_admin: bool
    is_user_key: bool = False
    user_id: int | None = None

    @property
    def rights(self) -> str:
        """`admin` or `public`: what the reader sees depends on nothing else."""
        return "admin" if self.is_admin else "public"


class Forum:
    """One forum over one dataset, as its readers may see it."""

    def __init__(self, dataset: Dataset, *, detailed_404: bool) -> None:
        self.dataset = dataset
        self._detailed_404 = detailed_404

    def private_categories(self) -> set[int]:
        """Ids of the categories only administrators may read."""

        def make() -> set[int]:
            return {one["id"] for one in self.dataset["categories"].records() if one.get("read_restricted")}

        return self.dataset.derived("private categories", make)

    def seen_topics(self, viewer: Viewer, *, in_lists: bool) -> Rows:
        """Rows of the topics a reader may open, or finds in lists (no messages, deleted or unlisted ones)."""

        def make() -> Rows:
            topics = self.dataset["topics"]
            rows = topics.rows()
            hidden = topics.column("message")[rows] != 0
            deleted = topics.column("deleted")[rows] != 0
            private = np.isin(topics.column("category")[rows], list(self.private_categories()))
            if in_lists:
                hidden = hidden | deleted
            if not viewer.is_admin:
                hidden = hidden | deleted | private
                if in_lists:
                    hidden = hidden | (topics.column("unlisted")[rows] != 0)
            elif not in_lists:
                hidden = np.zeros(len(rows), dtype=bool)
            seen: Rows = rows[~hidden]
            return seen

        return self.dataset.derived(f"topics {viewer.rights} {in_lists}", make)

    def hidden_topic_ids(self, viewer: Viewer, *, in_lists: bool) -> Rows:
        """Ids of the topics `seen_topics` leaves out, rising."""
        topics = self.dataset["topics"]
        ids = topics.column("id")
        return np.setdiff1d(ids[topics.rows()], ids[self.seen_topics(viewer, in_lists=in_lists)])

    def topic_row(self, topic_id: int, viewer: Viewer) -> int:
        """The row of a topic; raises Refusal if there is none or the reader may not open it."""
        topics = self.dataset["topics"]
        row = topics.find(topic_id)
        if row is None:
            raise not_found()
        if viewer.is_admin:
            return row
        if topics.column("deleted")[row]:
            if self._detailed_404:
                raise Refusal(410, {"errors": ["This topic has been deleted."], "error_type": "not_found"})
            raise not_found()
        if topics.column("message")[row] or int(topics.column("category")[row]) in self.private_categories():
            raise denied("")
        return row

    def _posts_of_topics(self) -> tuple[Rows, Rows]:
        """All live posts sorted by (topic, post number, id), and their topics."""

        def make() -> tuple[Rows, Rows]:
            posts = self.dataset["posts"]
            rows = posts.rows()
            topic = posts.column("topic")[rows]
            order = np.lexsort((posts.column("id")[rows], posts.column("number")[rows], topic))
            return rows[order], topic[order]

        return self.dataset.derived("posts of topics", make)

    def posts_of(self, topic_id: int, viewer: Viewer, *, show_deleted: bool = False) -> Rows:
        """The posts of a topic a reader may see, in order."""
        rows, topics = self._posts_of_topics()
        first, stop = np.searchsorted(topics, [topic_id, topic_id + 1])
        chosen = rows[first:stop]
        posts = self.dataset["posts"]
        types, deleted = posts.column("type")[chosen], posts.column("deleted")[chosen]
        seen = np.ones(len(chosen), dtype=bool) if viewer.is_admin else types != WHISPER
        if not (viewer.is_admin and show_deleted):
            seen &= deleted == 0
        return chosen[seen]

    def usernames(self) -> dict[str, int]:
        """The row of each user by name in small letters."""

        def make() -> dict[str, int]:
            users = self.dataset["users"]
            return {str(users.record(row).get("username")).lower(): row for row in users.rows().tolist()}

        return self.dataset.derived("usernames", make)

    def user_row(self, username: str) -> int:
        """The row of a user by name; raises Refusal if there is none."""
        row = self.usernames().get(username.lower())
        if row is None:
            raise not_found()
        return row

    def brief(self, user_id: int) -> Record | None:
        """A user as shown beside topics and posts; None for an unknown id."""
        users = self.dataset["users"]
        row = users.find(user_id)
        return None if row is None else brief_of(users.record(row))

    def seen_categories(self, request: Request) -> list[Record]:
        """The categories the one who asks may read."""
        seen = self.dataset["categories"].records()
        if not viewer_of(request).is_admin:
            seen = [one for one in seen if not one.get("read_restricted")]
        return seen

    def seen_groups(self, request: Request) -> list[Record]:
        """The groups the one who asks may see."""
        groups = self.dataset["groups"].records()
        if not viewer_of(request).is_admin:
            groups = [one for one in groups if not one.get("visibility_level")]
        return groups

    def post_bodies(self, rows: Rows, *, raw: bool) -> list[bytes]:
        """Posts as topics show them: the source text only where asked for."""
        bodies = self.dataset["posts"].bodies(rows)
        return bodies if raw else [without(body, "raw") for body in bodies]


def viewer_of(request: Request) -> Viewer:
    """Who asks."""
    viewer: Viewer = request.scope["sandbox.viewer"]
    return viewer


def admin_only(request: Request) -> None:
    """Raise the Refusal others get where only administrators may read."""
    viewer = viewer_of(request)
    if viewer.is_user_key:
        raise denied("")
    if not viewer.is_admin:
        raise not_found()


def not_found() -> Refusal:
    """The answer for an unknown path, and for admin paths asked for by others."""
    message = "The requested URL or resource could not be found."
    return Refusal(404, {"errors": [message], "error_type": "not_found"})


def denied(more: str) -> Refusal:
    """403, for what exists but is not for this reader."""
    message = f"You are not permitted to view the requested resource. {more}".strip()
    return Refusal(403, {"errors": [message], "error_type": "invalid_access"})


def invalid(name: str) -> Refusal:
    """400, for a parameter the forum does not take."""
    message = f"You supplied invalid parameters to the request: {name}"
    return Refusal(400, {"errors": [message], "error_type": "invalid_parameters"})


def brief_of(user: Record) -> Record:
    """A user as shown beside topics and posts."""
    return {name: user.get(name) for name in ("id", "username", "name", "avatar_template")}
