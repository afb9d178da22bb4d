"""Topics as Discourse lists them, at every moment of their life."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from math import log1p
from typing import Any

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Floats, Ints, Rng, generator, stamp
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_records import Authors, Titles
from sandbox.simulation.options import DAY_MS, HOUR_MS, Options
from sandbox.simulation.spaces import Spaces
from sandbox.simulation.writer import Change, Record, StreamFile

_CHUNK = 50_000
_POSTED, _VIEWED, _TOPIC_ACTION = 100, 101, 102


def write_topics(
    out: StreamFile,
    options: Options,
    spaces: Spaces,
    forum: Forum,
    authors: Authors,
    titles: Titles,
) -> None:
    """Writes every topic with each post, like, accepted answer, view count and move."""
    rng = generator(options.seed, "topics")
    topics, posts, events = forum.topics, forum.posts, forum.events
    by_topic = np.argsort(posts.topic, kind="stable")
    sorted_topics = posts.topic[by_topic]
    counted = np.isin(events.kind, (f.LIKED, f.UNLIKED, f.ACCEPTED, f.UNACCEPTED, f.EDITED, f.REMOVED))
    event_rows = np.flatnonzero(counted)
    event_topic = posts.topic[events.post[event_rows]]
    order = np.argsort(event_topic, kind="stable")
    event_rows, event_topic = event_rows[order], event_topic[order]
    draw_views = rng.lognormal(1.6, 0.9, len(topics.at)) * (1 + np.log1p(topics.interest))
    tags = rng.integers(0, 1 << 30, len(topics.at)).tolist()
    for low in range(0, len(topics.at), _CHUNK):
        high = min(low + _CHUNK, len(topics.at))
        mine = by_topic[np.searchsorted(sorted_topics, low) : np.searchsorted(sorted_topics, high)]
        changed = event_rows[np.searchsorted(event_topic, low) : np.searchsorted(event_topic, high)]
        viewing = generator(options.seed, f"views from {low}")
        seen_topic, seen_at = _view_times(viewing, options, topics.at[low:high], draw_views[low:high])
        acted = low + np.flatnonzero(topics.action[low:high] >= 0)
        pieces = [
            (posts.topic[mine], posts.at[mine], np.full(len(mine), _POSTED), mine),
            (
                posts.topic[events.post[changed]],
                events.at[changed],
                events.kind[changed],
                events.post[changed],
            ),
            (seen_topic + low, seen_at, np.full(len(seen_at), _VIEWED), seen_topic * 0),
            (acted, topics.action_at[acted], np.full(len(acted), _TOPIC_ACTION), acted * 0),
        ]
        for moment, kind in (
            (topics.retitled_at, f.RETITLED),
            (topics.moved_at, f.MOVED),
            (topics.gone_at, f.TOPIC_GONE),
        ):
            rows = low + np.flatnonzero(moment[low:high] < f.NEVER)
            pieces.append((rows, moment[rows], np.full(len(rows), kind), rows * 0))
        topic, at, kind_of, ref = (np.concatenate(column) for column in zip(*pieces, strict=True))
        kept = (at < options.horizon_ms) & (at >= topics.at[topic])
        order = np.lexsort((kind_of, at, topic))
        order = order[kept[order]]
        bounds = np.searchsorted(topic[order], np.arange(low, high + 1)).tolist()
        steps = list(zip(at[order].tolist(), kind_of[order].tolist(), ref[order].tolist(), strict=True))
        for row in range(low, high):
            life = _TopicLife(forum, spaces, authors, titles, row, float(draw_views[row]), tags[row])
            own = steps[bounds[row - low] : bounds[row - low + 1]]
            out.write(life.record(), life.born, life.changes(own, options))


def _view_times(rng: Rng, options: Options, born: Ints, views: Floats) -> tuple[Ints, Ints]:
    """When the view count is seen to have grown: thinner with age, every few days around today."""
    rows, moments = [], []
    index = np.arange(len(born))
    for days in (1, 6, 30, 120, 365):
        rows.append(index)
        moments.append(born + int(days * DAY_MS) + rng.integers(0, 8 * HOUR_MS, len(born)))
    popular = np.flatnonzero(views > np.quantile(views, 0.8))
    for day in range(-4, options.days_ahead if options.history else 1, 4):
        alive = popular[born[popular] < options.end_ms + day * DAY_MS]
        rows.append(alive)
        moments.append(options.end_ms + day * DAY_MS + rng.integers(0, DAY_MS, len(alive)))
    return np.concatenate(rows), np.concatenate(moments)


class _TopicLife:
    """Folds what happens in a topic into the changes its list row shows."""

    def __init__(
        self,
        forum: Forum,
        spaces: Spaces,
        authors: Authors,
        titles: Titles,
        row: int,
        appeal: float,
        tag_number: int,
    ) -> None:
        topics = forum.topics
        self.born = int(topics.at[row])
        self._row = row
        self._topics = topics
        self._posts = forum.posts
        self._spaces = spaces
        self._authors = authors
        self._titles = titles
        self._appeal = appeal
        self._tag_number = tag_number
        self._there: dict[int, int] = {}  # likes by row of each post that is there
        self._counts: Counter[int] = Counter()
        self._highest = 0
        self._replies = 0
        self._likes = 0
        self._opener_likes = 0
        self._accepted: set[int] = set()
        self._bumped = self.born
        self._last_posted = self.born
        self._last_author = int(topics.author[row])
        self._views = 6

    def record(self) -> Record:
        """The row as the topic starts, its first post among it."""
        topics, row = self._topics, self._row
        title, title_slug = self._titles.of(row)
        category = self._spaces.categories[int(topics.category[row])]
        about = int(topics.about[row]) >= 0
        author = self._authors[int(topics.author[row])]
        tags = self._tags() if not about else []
        created = stamp(self.born)
        return {
            "id": int(topics.topic_id[row]),
            "title": title,
            "fancy_title": html.escape(title, quote=False),
            "slug": title_slug,
            "posts_count": 1,
            "reply_count": 0,
            "highest_post_number": 1,
            "image_url": None,
            "created_at": created,
            "last_posted_at": created,
            "bumped": True,
            "bumped_at": created,
            "archetype": "regular",
            "unseen": False,
            "pinned": about,
            "unpinned": None,
            "visible": True,
            "closed": False,
            "archived": False,
            "bookmarked": None,
            "liked": None,
            "tags": tags,
            "tags_descriptions": {},
            "views": self._views,
            "like_count": 0,
            "has_summary": False,
            "last_poster_username": author.username,
            "category_id": category.category_id,
            "op_like_count": 0,
            "pinned_globally": False,
            "featured_link": None,
            "has_accepted_answer": False,
            "can_have_answer": bool(category.is_support),
            "posters": [_poster(author.user_id, "latest single", "Original Poster, Most Recent Poster")],
            "user_id": author.user_id,
        }

    def _tags(self) -> list[dict[str, Any]]:
        number = self._tag_number
        tags = self._spaces.tags
        chosen = [] if number % 10 < 4 else [(number // 10) % len(tags)]
        if number % 10 > 7:
            chosen.append((number // 1_000) % len(tags))
        chosen = [min(tag, (number // 77) % (tag + 1) + tag // 3) for tag in dict.fromkeys(chosen)]
        return [{"id": t + 1, "name": tags[t], "slug": tags[t]} for t in dict.fromkeys(chosen)]

    def changes(self, steps: list[tuple[int, int, int]], options: Options) -> Iterator[Change]:
        """Changes in order of time. Without history only the last state is worked out."""
        if options.history:
            for at, kind, ref in steps:
                fields = self._step(at, kind, ref)
                if fields is None:
                    yield at, None
                    return
                if at > self.born and fields:
                    yield at, fields
            return
        merged: dict[str, Any] = {}
        at = self.born
        for at, kind, ref in steps:
            if at > options.end_ms:
                break
            if kind == f.TOPIC_GONE:
                yield at, None
                return
            if kind in (f.RETITLED, f.MOVED, _TOPIC_ACTION):
                merged.update(self._step(at, kind, ref) or {})
            else:
                self._apply(at, kind, ref)
        yield (
            self.born,
            {
                **merged,
                **self._posting_fields(),
                "like_count": self._likes,
                "op_like_count": self._opener_likes,
                "has_accepted_answer": bool(self._accepted),
                "views": self._views,
            },
        )

    def _step(self, at: int, kind: int, ref: int) -> dict[str, Any] | None:
        if kind == f.TOPIC_GONE:
            return None
        if kind == f.RETITLED:
            title, title_slug = self._titles.of(self._row, retitled=True)
            return {"title": title, "fancy_title": html.escape(title, quote=False), "slug": title_slug}
        if kind == f.MOVED:
            category = self._spaces.categories[int(self._topics.moved_to[self._row])]
            return {"category_id": category.category_id, "can_have_answer": category.is_support}
        if kind == _TOPIC_ACTION:
            return {
                f.CLOSED: {"closed": True},
                f.AUTOCLOSED: {"closed": True},
                f.PINNED: {"pinned": True},
                f.ARCHIVED: {"archived": True},
                f.UNLISTED: {"visible": False},
            }[int(self._topics.action[self._row])]
        before = self._bumped
        self._apply(at, kind, ref)
        if kind == _VIEWED:
            return {"views": self._views}
        if kind in (f.LIKED, f.UNLIKED):
            fields: dict[str, Any] = {"like_count": self._likes, "views": self._views}
            if int(self._posts.number[ref]) == 1:
                fields["op_like_count"] = self._opener_likes
            return fields
        if kind in (f.ACCEPTED, f.UNACCEPTED):
            return {"has_accepted_answer": bool(self._accepted)}
        if kind == f.EDITED:
            return {"bumped_at": stamp(self._bumped)} if self._bumped != before else {}
        return {**self._posting_fields(), "like_count": self._likes, "views": self._views}

    def _apply(self, at: int, kind: int, ref: int) -> None:
        if kind == _POSTED:
            self._post(at, ref)
        elif kind == f.REMOVED:
            self._remove(ref)
        elif ref in self._there:
            if kind in (f.LIKED, f.UNLIKED):
                step = 1 if kind == f.LIKED else -1
                self._there[ref] += step
                self._likes += step
                if int(self._posts.number[ref]) == 1:
                    self._opener_likes += step
            elif kind == f.ACCEPTED:
                self._accepted.add(ref)
            elif kind == f.UNACCEPTED:
                self._accepted.discard(ref)
            elif kind == f.EDITED and int(self._posts.number[ref]) == self._highest:
                self._bumped = at
        if kind in (f.ACCEPTED, f.UNACCEPTED, f.EDITED):
            return
        days = (at - self.born) / DAY_MS
        grown = self._appeal * (1.8 * log1p(days) + 0.02 * days)
        self._views = max(self._views, 1 + int(grown) + 5 * len(self._there) + 2 * self._likes)

    def _post(self, at: int, ref: int) -> None:
        self._there[ref] = 0
        self._highest = int(self._posts.number[ref])
        self._replies += int(self._posts.reply_to[ref]) > 0
        if int(self._posts.kind[ref]) != f.SMALL_ACTION:
            self._last_author = int(self._posts.author[ref])
            self._counts[self._last_author] += 1
            self._last_posted = self._bumped = at

    def _remove(self, ref: int) -> None:
        self._likes -= self._there.pop(ref)
        self._accepted.discard(ref)
        self._replies -= int(self._posts.reply_to[ref]) > 0
        self._counts[int(self._posts.author[ref])] -= 1
        self._highest = int(self._posts.number[max(self._there)])
        last = max(row for row in self._there if int(self._posts.kind[row]) != f.SMALL_ACTION)
        self._last_author = int(self._posts.author[last])
        if int(self._posts.at[last]) != self._last_posted:
            self._last_posted = self._bumped = int(self._posts.at[last])

    def _posting_fields(self) -> dict[str, Any]:
        last = stamp(self._last_posted)
        return {
            "posts_count": len(self._there),
            "reply_count": self._replies,
            "highest_post_number": self._highest,
            "last_posted_at": last,
            "bumped_at": last if self._bumped == self._last_posted else stamp(self._bumped),
            "last_poster_username": self._authors[self._last_author].username,
            "posters": self._posters(),
        }

    def _posters(self) -> list[dict[str, Any]]:
        """The opener, up to three who wrote most, the last to write."""
        first, last = int(self._topics.author[self._row]), self._last_author
        rows: list[tuple[int, str | None, str]]
        if first == last:
            rows = [(first, "latest single" if len(self._counts) == 1 else "latest", f"{_OPENED}, {_LATEST}")]
        else:
            rows = [(first, None, _OPENED)]
        between = [who for who, n in self._counts.most_common(5) if n and who not in (first, last)][:3]
        rows += [(who, None, "Frequent Poster") for who in between]
        if first != last:
            rows.append((last, "latest", _LATEST))
        return [_poster(self._authors[who].user_id, extras, text) for who, extras, text in rows]


_OPENED, _LATEST = "Original Poster", "Most Recent Poster"


def _poster(user_id: int, extras: str | None, description: str) -> dict[str, Any]:
    return {"extras": extras, "description": description, "user_id": user_id, "primary_group_id": None}
