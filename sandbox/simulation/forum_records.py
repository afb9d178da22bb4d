"""Posts as Discourse shows them, at every moment of their life."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Ints, stamp
from sandbox.simulation.forum import Forum
from sandbox.simulation.options import DAY_MS, FORUM
from sandbox.simulation.people import BOT, STAFF, People
from sandbox.simulation.spaces import Category, Spaces
from sandbox.simulation.words import Prose, slug
from sandbox.simulation.writer import Change, Record, StreamFile

_CHUNK = 50_000
_MAIN_REACTION = 0


@dataclass(frozen=True)
class Author:
    """What a post shows of its author."""

    user_id: int
    username: str
    name: str | None
    avatar: str
    admin: bool
    moderator: bool


class Authors:
    """Forum users by person, and the forum's own `system`."""

    def __init__(self, people: People, moderators: frozenset[int]) -> None:
        self._people = people
        self._moderators = moderators
        self._known: dict[int, Author] = {
            f.SYSTEM: Author(-1, "system", "system", "/images/system-{size}.png", True, True)
        }

    def __getitem__(self, person: int) -> Author:
        known = self._known.get(person)
        if known is None:
            account = self._people.accounts[FORUM][person]
            staff = int(self._people.role[person]) in (STAFF, BOT)
            known = Author(
                account.account_id,
                account.username,
                account.name,
                avatar(account.username),
                staff and self._people.department[person] == "community",
                person in self._moderators,
            )
            self._known[person] = known
        return known


def avatar(username: str) -> str:
    """The letter avatar's path."""
    return (
        f"/letter_avatar_proxy/v4/letter/{username[0].lower()}/{len(username) * 7919 % 997:03x}/{{size}}.png"
    )


class Titles:
    """Titles of topics, with their slugs."""

    def __init__(self, forum: Forum, spaces: Spaces, prose: Prose) -> None:
        self._topics = forum.topics
        self._spaces = spaces
        self._prose = prose

    def of(self, topic: int, retitled: bool = False) -> tuple[str, str]:
        """Title and slug, before or after a change of title."""
        about = int(self._topics.about[topic])
        if about >= 0:
            title = f"About the {self._spaces.categories[about].name} category"
            return title, slug(title)
        number = int(self._topics.title[topic]) % self._prose.size
        title, title_slug = self._prose.titles[number], self._prose.slugs[number]
        return (f"{title} (edited)", f"{title_slug}-edited") if retitled else (title, title_slug)


def post_text(prose: Prose, number: int, opener: bool) -> str:
    """The Markdown of a post, from its text number."""
    first = (prose.problems if opener else prose.answers)[number % prose.size]
    more = number // prose.size
    if more % 5 == 0:
        return first
    if more % 17 == 1:
        return f"{first}\n\n```\nharbor status --node {more % 90}\n```"
    return f"{first} {prose.answers[more % prose.size]}"


def cooked(raw: str) -> str:
    """The HTML the forum makes of a post's Markdown."""
    paragraphs = []
    for part in raw.split("\n\n"):
        if part.startswith("```"):
            paragraphs.append(f"<pre><code>{html.escape(part.strip('`').strip())}</code></pre>")
        else:
            paragraphs.append(f"<p>{html.escape(part, quote=False)}</p>")
    return "\n".join(paragraphs)


def write_posts(
    out: StreamFile,
    spaces: Spaces,
    forum: Forum,
    authors: Authors,
    titles: Titles,
    prose: Prose,
    levels: Ints,
) -> None:
    """Writes every post with its likes, answers, edits and removals."""
    posts, topics, events = forum.posts, forum.topics, forum.events
    categories = spaces.categories
    title_of: dict[int, tuple[str, str]] = {}
    for low in range(0, len(posts.at), _CHUNK):
        high = min(low + _CHUNK, len(posts.at))
        bounds = np.searchsorted(events.post, np.arange(low, high + 1)).tolist()
        base = bounds[0]
        happened = list(
            zip(
                events.at[base : bounds[-1]].tolist(),
                events.kind[base : bounds[-1]].tolist(),
                events.by[base : bounds[-1]].tolist(),
                strict=True,
            )
        )
        rows = zip(
            range(low, high),
            posts.post_id[low:high].tolist(),
            posts.topic[low:high].tolist(),
            posts.author[low:high].tolist(),
            posts.at[low:high].tolist(),
            posts.kind[low:high].tolist(),
            posts.number[low:high].tolist(),
            posts.reply_to[low:high].tolist(),
            posts.action[low:high].tolist(),
            posts.text[low:high].tolist(),
            levels[low:high].tolist(),
            strict=True,
        )
        for row, post_id, topic, author, at, kind, number, reply_to, action, text, level in rows:
            if topic not in title_of:
                title_of[topic] = titles.of(topic)
            title, topic_slug = title_of[topic]
            who = authors[author]
            small = kind == f.SMALL_ACTION
            raw = "" if small else _raw(spaces, prose, forum, topic, kind, text)
            created = stamp(at)
            record: Record = {
                "id": post_id,
                "name": who.name,
                "username": who.username,
                "avatar_template": who.avatar,
                "created_at": created,
                "cooked": cooked(raw) if raw else "",
                "post_number": number,
                "post_type": 3 if small else 1,
                "posts_count": number,
                "updated_at": created,
                "reply_count": 0,
                "reply_to_post_number": reply_to or None,
                "quote_count": 0,
                "incoming_link_count": text % 23 // 19,
                "reads": 1,
                "readers_count": 0,
                "score": 0.2,
                "yours": False,
                "topic_id": int(topics.topic_id[topic]),
                "topic_slug": topic_slug,
                "topic_title": title,
                "topic_html_title": title,
                "category_id": categories[int(topics.category[topic])].category_id,
                "display_username": who.name,
                "primary_group_name": None,
                "flair_name": None,
                "flair_url": None,
                "flair_bg_color": None,
                "flair_color": None,
                "flair_group_id": None,
                "badges_granted": [],
                "version": 1,
                "can_edit": False,
                "can_delete": False,
                "can_recover": False,
                "can_see_hidden_post": False,
                "can_wiki": False,
                "user_title": None,
                "bookmarked": False,
                "raw": raw,
                "actions_summary": [],
                "moderator": who.moderator,
                "admin": who.admin,
                "staff": who.admin or who.moderator,
                "user_id": who.user_id,
                "hidden": False,
                "trust_level": level,
                "deleted_at": None,
                "user_deleted": False,
                "edit_reason": None,
                "can_view_edit_history": True,
                "wiki": False,
                "reactions": [],
                "current_user_reaction": None,
                "reaction_users_count": 0,
                "current_user_used_main_reaction": False,
                "can_accept_answer": False,
                "can_unaccept_answer": False,
                "accepted_answer": False,
                "topic_accepted_answer": False,
            }
            if reply_to:
                record["reply_to_user"] = _reply_to_user(authors, forum, topic, reply_to)
            if small:
                record["action_code"] = f.ACTIONS[action]
            own = happened[bounds[row - low] - base : bounds[row - low + 1] - base]
            if not own:
                out.write(record, at)
                continue
            life = _PostLife(row, at, raw, titles, topic, categories, int(topics.moved_to[topic]))
            before = sum(event[0] == at for event in own)
            record.update(life.at_birth(own[:before]))
            out.write(record, at, life.changes(own[before:]))


def _raw(spaces: Spaces, prose: Prose, forum: Forum, topic: int, kind: int, text: int) -> str:
    about = int(forum.topics.about[topic])
    if about >= 0 and kind == f.OPENER:
        return f"A place for everything about {spaces.categories[about].name}."
    return post_text(prose, text, kind == f.OPENER)


def _reply_to_user(authors: Authors, forum: Forum, topic: int, number: int) -> Record:
    who = authors[int(forum.posts.author[forum.index.row(topic, number)])]
    return {"id": who.user_id, "username": who.username, "name": who.name, "avatar_template": who.avatar}


class _PostLife:
    """Folds a post's events into the changes its record shows."""

    def __init__(
        self,
        row: int,
        born: int,
        raw: str,
        titles: Titles,
        topic: int,
        categories: tuple[Category, ...],
        moved_to: int,
    ) -> None:
        self._row = row
        self._born = born
        self._raw = raw
        self._titles = titles
        self._topic = topic
        self._categories = categories
        self._moved_to = moved_to
        self._reactions: Counter[int] = Counter()
        self._replies = 0
        self._quotes = 0
        self._version = 1

    def at_birth(self, events: list[tuple[int, int, int]]) -> Record:
        """What already holds when the post is written, such as a topic's new title."""
        fields: Record = {}
        for at, kind, by in events:
            fields.update(self._fields(at, kind, by) or {})
        return fields

    def changes(self, events: list[tuple[int, int, int]]) -> Iterator[Change]:
        """The later changes, in order of time."""
        for at, kind, by in events:
            yield at, self._fields(at, kind, by)
            if kind == f.REMOVED:
                yield at, None
                return

    def _fields(self, at: int, kind: int, by: int) -> dict[str, Any] | None:
        if kind in (f.LIKED, f.UNLIKED):
            return self._liked(at, kind, by)
        if kind == f.ANSWERED:
            self._replies += 1
            return {"reply_count": self._replies, **self._read(at)}
        if kind == f.QUOTED:
            self._quotes += 1
            return {"quote_count": self._quotes}
        if kind == f.EDITED:
            self._version += 1
            self._raw += f"\n\nEdit {self._version - 1}: {self._raw.split('. ')[0]}."
            return {
                "updated_at": stamp(at),
                "version": self._version,
                "raw": self._raw,
                "cooked": cooked(self._raw),
                "edit_reason": "typo" if (at // 1000) % 7 == 0 else None,
            }
        if kind == f.WITHDRAWN:
            self._version += 1
            gone = "(post deleted by author)"
            return {
                "user_deleted": True,
                "raw": gone,
                "cooked": f"<p>{gone}</p>",
                "updated_at": stamp(at),
                "version": self._version,
            }
        if kind == f.TOPIC_GONE:
            return None
        return self._flag(at, kind)

    def _flag(self, at: int, kind: int) -> dict[str, Any]:
        if kind == f.RETITLED:
            title, new_slug = self._titles.of(self._topic, retitled=True)
            return {"topic_title": title, "topic_html_title": title, "topic_slug": new_slug}
        if kind == f.MOVED:
            return {"category_id": self._categories[self._moved_to].category_id}
        fields: dict[int, dict[str, Any]] = {
            f.ACCEPTED: {"accepted_answer": True},
            f.UNACCEPTED: {"accepted_answer": False},
            f.SOLVED: {"topic_accepted_answer": True},
            f.UNSOLVED: {"topic_accepted_answer": False},
            f.HIDDEN: {"hidden": True, "hidden_reason_id": 3},
            f.SHOWN: {"hidden": False, "hidden_reason_id": None},
            f.REMOVED: {"deleted_at": stamp(at)},
        }
        return fields[kind]

    def _liked(self, at: int, kind: int, by: int) -> dict[str, Any]:
        drawn = (by * 31 + self._row) % 17
        reaction = _MAIN_REACTION if drawn < 13 else drawn - 12
        self._reactions[reaction] += 1 if kind == f.LIKED else -1
        total = self._reactions.total()
        return {
            "actions_summary": [{"id": 2, "count": total}] if total else [],
            "reactions": [
                {"id": f.REACTIONS[r], "type": "emoji", "count": n} for r, n in self._reactions.items() if n
            ],
            "reaction_users_count": total,
            **self._read(at),
        }

    def _read(self, at: int) -> dict[str, Any]:
        total = self._reactions.total()
        days = (at - self._born) / DAY_MS
        reads = 1 + int(6 * days / (1 + 0.4 * days)) + 4 * total + 3 * self._replies
        return {
            "reads": reads,
            "readers_count": reads - 1,
            "score": round(15.0 * total + 5.0 * self._replies + 0.2 * reads, 1),
        }
