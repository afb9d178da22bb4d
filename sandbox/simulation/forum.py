"""What happens in the forum: topics, posts, and everything that changes them later.

Rows of `Posts` are in order of time, which is the order of their ids. Later changes are rows of
`Events`, ordered by post and time, so that one pass can tell every post's state at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.activity import Acts, plan
from sandbox.simulation.chance import Flags, Floats, Ints, Rng, generator, lag_ms, later, pareto
from sandbox.simulation.options import DAY_MS, HOUR_MS, MINUTE_MS, Options
from sandbox.simulation.people import BOT, STAFF, People
from sandbox.simulation.spaces import Spaces

OPENER, REPLY, OWN_REPLY, SMALL_ACTION = range(4)
"""Kinds of post: the first of a topic, in another's topic, in one's own, and the forum's own notes."""

(
    LIKED,
    UNLIKED,
    ANSWERED,
    EDITED,
    ACCEPTED,
    UNACCEPTED,
    WITHDRAWN,
    REMOVED,
    HIDDEN,
    SHOWN,
    QUOTED,
    SOLVED,
    UNSOLVED,
    RETITLED,
    MOVED,
    TOPIC_GONE,
) = range(16)
"""What happens to a post; from SOLVED on, to its whole topic."""

SYSTEM = -1
"""Person number of the forum's own user `system`."""
NEVER = 1 << 61

ACTIONS = ("closed.enabled", "autoclosed.enabled", "pinned.enabled", "archived.enabled", "visible.disabled")
CLOSED, AUTOCLOSED, PINNED, ARCHIVED, UNLISTED = range(len(ACTIONS))
REACTIONS = ("heart", "+1", "laughing", "open_mouth", "clap")


@dataclass
class Topics:
    """One row a topic, in order of time."""

    topic_id: Ints
    author: Ints
    at: Ints
    category: Ints
    """Index into `Spaces.categories` at creation."""
    moved_to: Ints
    """Index of the later category, -1 if never moved."""
    moved_at: Ints
    retitled_at: Ints
    title: Ints
    """Number of its title in the prose."""
    question: Flags
    about: Ints
    """Index of the category that an 'About the ... category' topic introduces, else -1."""
    interest: Floats
    gone_at: Ints
    """When it was deleted (ms), NEVER for most."""
    action: Ints
    """Index into ACTIONS of what staff did to it, -1 for none."""
    action_at: Ints
    action_by: Ints


@dataclass
class Posts:
    """One row a post, in order of time."""

    post_id: Ints
    topic: Ints
    """Row of its topic."""
    author: Ints
    at: Ints
    kind: Ints
    number: Ints
    reply_to: Ints
    """Number of the post it answers, 0 for none."""
    action: Ints
    text: Ints


@dataclass
class Events:
    """Changes of posts, ordered by post and time."""

    post: Ints
    at: Ints
    kind: Ints
    by: Ints
    """Who did it (a person), where that matters."""


class PostIndex:
    """Finds posts by topic and number."""

    def __init__(self, posts: Posts, topics: int) -> None:
        self._order = np.argsort(posts.topic, kind="stable")
        self._starts = np.searchsorted(posts.topic[self._order], np.arange(topics + 1))

    def rows(self, topic: Ints, number: Ints) -> Ints:
        """Rows of posts."""
        found: Ints = self._order[self._starts[topic] + number - 1]
        return found

    def row(self, topic: int, number: int) -> int:
        """The row of one post."""
        return int(self._order[self._starts[topic] + number - 1])


@dataclass
class Forum:
    """The whole life of a forum."""

    topics: Topics
    posts: Posts
    events: Events
    index: PostIndex


def simulate_forum(options: Options, people: People, spaces: Spaces) -> Forum:
    """Lets the people act; everything up to the horizon is in the result."""
    rng = generator(options.seed, "forum")
    drawn = plan(options, people, spaces)
    topics = _topics(rng, options, people, spaces, drawn.topics)
    where, kept = _choose_topics(rng, topics, spaces, drawn.replies)
    replies = Acts(drawn.replies.person[kept], drawn.replies.at[kept], where)
    posts = _posts(rng, options, people, topics, replies)
    index = PostIndex(posts, len(topics.at))
    events = _events(rng, options, people, topics, posts, index)
    return Forum(topics, posts, events, index)


def _topics(rng: Rng, options: Options, people: People, spaces: Spaces, acts: Acts) -> Topics:
    categories = spaces.categories
    about = np.arange(len(categories), dtype=np.int64)
    staff = people.having(STAFF)
    openings = np.array([i for i, c in enumerate(categories) if c.parent_id is None], dtype=np.int64)
    welcome_by = staff[np.arange(len(openings)) % len(staff)]
    bot = people.having(BOT)
    releases = np.arange(options.start_ms + 12 * DAY_MS, options.horizon_ms, 42 * DAY_MS, dtype=np.int64)
    announcing = [i for i, c in enumerate(categories) if c.name == "Announcements"] or [3]
    author = np.concatenate(
        [np.full(len(about), SYSTEM), welcome_by, np.full(len(releases), bot[0]), acts.person]
    )
    at = np.concatenate(
        [
            options.start_ms + about * 1_000,
            options.start_ms + HOUR_MS + np.arange(len(openings)) * 7 * MINUTE_MS,
            releases + 9 * HOUR_MS,
            acts.at,
        ]
    )
    category = np.concatenate(
        [about, openings, np.full(len(releases), announcing[0]), spaces.draw_categories(rng, acts.area)]
    )
    order = np.argsort(at, kind="stable")
    count = len(at)
    support = np.array([c.is_support for c in categories])
    starved = np.array([c.starved for c in categories])
    about_of = np.full(count, -1, dtype=np.int64)
    about_of[: len(about)] = about
    interest = pareto(rng, count, 1.25, 250.0)
    interest[rng.random(count) < 0.15] = 0.02
    interest[starved[category]] *= 0.12
    interest[: len(about)] = 0.004
    fates = rng.random(count)
    plain = np.arange(count) >= len(about) + len(openings) + len(releases)
    gone_at = np.where(plain & (fates < 0.007), later(at, lag_ms(rng, count, 20, 1.6)), NEVER)
    acted = plain & (fates > 0.955)
    moved = plain & (rng.random(count) < 0.018)
    movable = spaces.draw_categories(rng, rng.integers(0, len(spaces.areas), count))
    moved &= movable != category
    moderator = staff[rng.integers(0, len(staff), count)]
    return Topics(
        topic_id=np.cumsum(rng.integers(1, 3, count)) + 6,
        author=author[order],
        at=at[order],
        category=category[order],
        moved_to=np.where(moved, movable, -1)[order],
        moved_at=np.where(moved, later(at, lag_ms(rng, count, 30, 1.5)), NEVER)[order],
        retitled_at=np.where(
            plain & (rng.random(count) < 0.02), later(at, lag_ms(rng, count, 5, 1.5)), NEVER
        )[order],
        title=rng.integers(0, 1 << 30, count),
        question=(support[category] & plain & ~np.isin(author, staff))[order],
        about=about_of[order],
        interest=interest[order],
        gone_at=gone_at[order],
        action=np.where(acted, rng.choice(len(ACTIONS), count, p=[0.4, 0.35, 0.1, 0.1, 0.05]), -1)[order],
        action_at=np.where(acted, later(at, lag_ms(rng, count, 400, 1.0)), NEVER)[order],
        action_by=moderator,
    )


def _choose_topics(rng: Rng, topics: Topics, spaces: Spaces, replies: Acts) -> tuple[Ints, Flags]:
    """The topic each reply goes to: recent ones of its area, by interest, never the replier's own."""
    chosen = np.full(len(replies.at), -1, dtype=np.int64)
    area_of = np.array([c.area for c in spaces.categories], dtype=np.int64)[topics.category]
    for area in range(len(spaces.areas) + 1):
        rows = np.flatnonzero(area_of == area)
        mine = np.flatnonzero(replies.area == area)
        if len(rows) == 0 or len(mine) == 0:
            continue
        opened = topics.at[rows]
        weights = np.concatenate([[0.0], np.cumsum(topics.interest[rows])])
        for _ in range(5):
            at = replies.at[mine]
            last = np.searchsorted(opened, at, side="left")
            first = _window_starts(rng, opened, weights, at, last)
            target = weights[first] + rng.random(len(mine)) * (weights[last] - weights[first])
            place = np.searchsorted(weights, target, side="right") - 1
            place = np.clip(place, 0, np.maximum(last - 1, 0))
            topic = rows[place]
            fits = (last > 0) & (topics.author[topic] != replies.person[mine]) & (at < topics.gone_at[topic])
            fits &= at > topics.at[topic]
            chosen[mine[fits]] = topic[fits]
            mine = mine[~fits]
            if len(mine) == 0:
                break
    kept = chosen >= 0
    return chosen[kept], kept


def _window_starts(rng: Rng, opened: Ints, weights: Floats, at: Ints, last: Ints) -> Ints:
    """How far back people look: mostly hours, at times months; further while nothing is there."""
    hours = rng.choice([6.0, 26.0, 120.0, 720.0, 9_600.0], len(at), p=[0.5, 0.28, 0.13, 0.06, 0.03])
    back = (hours * (0.5 + rng.random(len(at))) * HOUR_MS).astype(np.int64)
    first = np.searchsorted(opened, at - back, side="left")
    for _ in range(4):
        empty = weights[last] - weights[first] < 0.5
        if not empty.any():
            break
        back[empty] *= 5
        first[empty] = np.searchsorted(opened, at[empty] - back[empty], side="left")
    first[weights[last] - weights[first] <= 0] = 0
    return first


def _posts(rng: Rng, options: Options, people: People, topics: Topics, replies: Acts) -> Posts:
    own_topic, own_at, cause = _own_replies(rng, options, people, topics, replies)
    acted = np.flatnonzero(
        (topics.action >= 0) & (topics.action_at < np.minimum(topics.gone_at, options.horizon_ms))
    )
    by_system = np.isin(topics.action[acted], (AUTOCLOSED,))
    count = len(topics.at)
    topic = np.concatenate([np.arange(count), replies.area, own_topic, acted])
    author = np.concatenate(
        [
            topics.author,
            replies.person,
            topics.author[own_topic],
            np.where(by_system, SYSTEM, topics.action_by[acted]),
        ]
    )
    at = np.concatenate([topics.at, replies.at, own_at, topics.action_at[acted]])
    kind = np.repeat(
        [OPENER, REPLY, OWN_REPLY, SMALL_ACTION], [count, len(replies.at), len(own_at), len(acted)]
    )
    # A reply's row in the unsorted list, for the answers that its asker gives to it.
    cause = np.concatenate([np.full(count + len(replies.at), -1), cause + count, np.full(len(acted), -1)])
    keep = at < np.minimum(topics.gone_at[topic], options.horizon_ms)
    order = np.argsort(at, kind="stable")
    order = order[keep[order]]
    rank = np.full(len(at), -1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    topic, author, at, kind = topic[order], author[order], at[order], kind[order]
    cause = np.where(cause[order] >= 0, rank[cause[order]], -1)
    number = running_number(topic)
    draw = rng.random(len(at))
    back = 2 + (rng.random(len(at)) * np.maximum(number - 2, 1)).astype(np.int64)
    answers = (kind == REPLY) & (number > 2) & (draw < 0.33)
    reply_to = np.where(answers, np.minimum(back, number - 1), 0)
    direct = (cause >= 0) & (draw < 0.7)
    reply_to[direct] = number[cause[direct]]
    action = np.where(kind == SMALL_ACTION, topics.action[topic], -1)
    return Posts(
        post_id=np.cumsum(1 + (rng.random(len(at)) < 0.08) * rng.integers(1, 4, len(at))) + 10,
        topic=topic,
        author=author,
        at=at,
        kind=kind.astype(np.int64),
        number=number,
        reply_to=reply_to,
        action=action,
        text=rng.integers(0, 1 << 30, len(at)),
    )


def _own_replies(
    rng: Rng, options: Options, people: People, topics: Topics, replies: Acts
) -> tuple[Ints, Ints, Ints]:
    """What topic authors write back: as many as bring the posts before the end to `options.posts`."""
    topic = replies.area
    author = topics.author[topic]
    at = later(replies.at, lag_ms(rng, len(topic), 2.5, 1.4))
    gone = np.where(author >= 0, people.gone[author], -1)
    fits = (at < gone) & (at < np.minimum(topics.gone_at[topic], options.horizon_ms))
    candidates = np.flatnonzero(fits & (people.role[author] != BOT))
    before = at[candidates] <= options.end_ms
    missing = (
        options.posts - int((topics.at <= options.end_ms).sum()) - int((replies.at <= options.end_ms).sum())
    )
    share = min(max(missing / max(int(before.sum()), 1), 0.05), 1.0)
    key = rng.random(len(candidates))
    chosen = key < share
    if 0.05 < share < 1.0:
        exact = np.argsort(np.where(before, key, 2.0), kind="stable")[:missing]
        chosen = np.where(before, False, chosen)
        chosen[exact] = True
    taken = candidates[chosen]
    return topic[taken], at[taken], taken


def running_number(topic: Ints) -> Ints:
    """Running number of each row within its group (a topic, an author), from 1, in the order given."""
    order = np.argsort(topic, kind="stable")
    ordered = topic[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.maximum.accumulate(np.where(first, np.arange(len(topic)), 0))
    number = np.empty(len(topic), dtype=np.int64)
    number[order] = np.arange(len(topic)) - starts + 1
    return number


class _Collected:
    """Events gathered in pieces."""

    def __init__(self) -> None:
        self.pieces: list[tuple[Ints, Ints, Ints, Ints]] = []

    def add(self, post: Ints, at: Ints, kind: int, by: Ints | None = None) -> None:
        who = np.full(len(post), SYSTEM, dtype=np.int64) if by is None else by
        self.pieces.append((post, at, np.full(len(post), kind, dtype=np.int64), who))

    def events(self, horizon: int, born: Ints) -> Events:
        post, at, kind, by = (np.concatenate(column) for column in zip(*self.pieces, strict=True))
        kept = (at < horizon) & (at >= born[post])
        post, at, kind, by = post[kept], at[kept], kind[kept], by[kept]
        order = np.lexsort((kind, at, post))
        return Events(post[order], at[order], kind[order], by[order])


def _events(
    rng: Rng, options: Options, people: People, topics: Topics, posts: Posts, index: PostIndex
) -> Events:
    made = _Collected()
    accepted = _accepts(rng, people, topics, posts, made)
    _likes(rng, people, topics, posts, accepted, made)
    count = len(posts.at)
    regular = posts.kind != SMALL_ACTION
    human = regular & (posts.author >= 0)

    answered = np.flatnonzero(posts.reply_to > 0)
    made.add(index.rows(posts.topic[answered], posts.reply_to[answered]), posts.at[answered], ANSWERED)
    quoting = answered[rng.random(len(answered)) < 0.2]
    made.add(index.rows(posts.topic[quoting], posts.reply_to[quoting]), posts.at[quoting], QUOTED)

    edits = np.flatnonzero(human & (rng.random(count) < 0.11))
    made.add(
        edits,
        posts.at[edits] + lag_ms(rng, len(edits), 0.7, 1.5) + 5 * MINUTE_MS,
        EDITED,
        posts.author[edits],
    )
    late = edits[rng.random(len(edits)) < 0.12]
    made.add(late, later(posts.at[late], lag_ms(rng, len(late), 900, 1.4)), EDITED, posts.author[late])

    fate = rng.random(count)
    spared = np.zeros(count, dtype=np.bool_)
    spared[accepted] = True
    spared |= ~human | (posts.number == 1)
    withdrawn = np.flatnonzero(~spared & (fate < 0.011))
    withdrawn_at = later(posts.at[withdrawn], lag_ms(rng, len(withdrawn), 4, 2.0))
    made.add(withdrawn, withdrawn_at, WITHDRAWN, posts.author[withdrawn])
    swept = rng.random(len(withdrawn)) < 0.3
    made.add(withdrawn[swept], withdrawn_at[swept] + DAY_MS, REMOVED)
    removed = np.flatnonzero(~spared & (fate > 0.9965))
    made.add(removed, later(posts.at[removed], lag_ms(rng, len(removed), 30, 1.8)), REMOVED)
    flagged = np.flatnonzero(~spared & (fate > 0.5) & (fate < 0.5035))
    flagged_at = later(posts.at[flagged], lag_ms(rng, len(flagged), 6, 1.5))
    made.add(flagged, flagged_at, HIDDEN)
    restored = rng.random(len(flagged)) < 0.3
    made.add(flagged[restored], flagged_at[restored] + lag_ms(rng, int(restored.sum()), 20, 1.0), SHOWN)

    for moment, kind in (
        (topics.retitled_at, RETITLED),
        (topics.moved_at, MOVED),
        (topics.gone_at, TOPIC_GONE),
    ):
        rows = np.flatnonzero(moment < NEVER)
        _broadcast(posts, rows, moment[rows], kind, made)
    return made.events(options.horizon_ms, posts.at)


def _accepts(rng: Rng, people: People, topics: Topics, posts: Posts, made: _Collected) -> Ints:
    """Rows of answers that askers accept; some take it back, some accept a second one or their own."""
    replies = np.flatnonzero((posts.kind == REPLY) & topics.question[posts.topic])
    chance = np.log(people.skill[posts.author[replies]]) * 2 - np.log(-np.log(rng.random(len(replies))))
    order = np.lexsort((-chance, posts.topic[replies]))
    ranked = replies[order]
    best = ranked[running_number(posts.topic[ranked]) == 1]
    draw = rng.random(len(best))
    solved = best[draw < 0.46]
    at = later(posts.at[solved], lag_ms(rng, len(solved), 9, 1.8))
    made.add(solved, at, ACCEPTED, topics.author[posts.topic[solved]])
    _broadcast(posts, posts.topic[solved], at, SOLVED, made)

    extra_draw = rng.random(len(solved))
    topic_of = posts.topic[solved]
    place = np.searchsorted(posts.topic[ranked], topic_of, side="left") + 1
    has_second = (place < len(ranked)) & (posts.topic[ranked[np.minimum(place, len(ranked) - 1)]] == topic_of)
    second = has_second & (extra_draw < 0.09)
    runner_up = ranked[place[second]]
    made.add(
        runner_up,
        np.maximum(at[second], posts.at[runner_up]) + lag_ms(rng, len(runner_up), 30, 1.2),
        ACCEPTED,
        topics.author[posts.topic[runner_up]],
    )
    changed = has_second & (extra_draw >= 0.09) & (extra_draw < 0.12)
    better = ranked[place[changed]]
    turned = np.maximum(at[changed], posts.at[better]) + lag_ms(rng, len(better), 60, 1.2)
    made.add(solved[changed], turned, UNACCEPTED)
    made.add(better, turned, ACCEPTED, topics.author[posts.topic[better]])
    taken_back = extra_draw > 0.98
    back_at = at[taken_back] + lag_ms(rng, int(taken_back.sum()), 40, 1.2)
    made.add(solved[taken_back], back_at, UNACCEPTED)
    _broadcast(posts, topic_of[taken_back], back_at, UNSOLVED, made)

    own = np.flatnonzero((posts.kind == OWN_REPLY) & topics.question[posts.topic])
    own = own[~np.isin(posts.topic[own], posts.topic[solved])]
    own = own[rng.random(len(own)) < 0.035]
    _, single = np.unique(posts.topic[own], return_index=True)
    own = own[single]
    own_at = later(posts.at[own], lag_ms(rng, len(own), 2, 1.5))
    made.add(own, own_at, ACCEPTED, posts.author[own])
    _broadcast(posts, posts.topic[own], own_at, SOLVED, made)
    return np.concatenate([solved, runner_up, better, own])


def _broadcast(posts: Posts, topic: Ints, at: Ints, kind: int, made: _Collected) -> None:
    """Tells every post of a topic what happened to the topic."""
    when = np.full(max(int(posts.topic.max()), int(topic.max(initial=0))) + 1, NEVER, dtype=np.int64)
    when[topic] = at
    rows = np.flatnonzero(when[posts.topic] < NEVER)
    made.add(rows, np.maximum(when[posts.topic[rows]], posts.at[rows]), kind)


def _likes(
    rng: Rng,
    people: People,
    topics: Topics,
    posts: Posts,
    accepted: Ints,
    made: _Collected,
) -> None:
    count = len(posts.at)
    appeal = np.where(posts.author >= 0, people.skill[posts.author], 0.2)
    expected = 0.62 * appeal * (0.6 + 0.25 * np.log1p(topics.interest[posts.topic]))
    expected[posts.number == 1] *= 1.5
    expected[posts.kind == OWN_REPLY] *= 0.5
    expected[accepted] *= 2.2
    expected[posts.kind == SMALL_ACTION] = 0.0
    expected[topics.about[posts.topic] >= 0] *= 0.1
    likes = rng.poisson(expected * rng.gamma(0.7, 1 / 0.7, count))
    row = np.repeat(np.arange(count), likes)
    at = later(posts.at[row], lag_ms(rng, len(row), 11, 2.1))
    by = _someone_there(rng, people, at)
    kept = (by != posts.author[row]) & (by >= 0) & (at < topics.gone_at[posts.topic[row]])
    kept &= (at < people.gone[by]) | (rng.random(len(row)) < 0.3)
    row, at, by = row[kept], at[kept], by[kept]
    order = np.lexsort((at, by, row))
    row, at, by = row[order], at[order], by[order]
    once = (
        np.concatenate([[True], (row[1:] != row[:-1]) | (by[1:] != by[:-1])])
        if len(row)
        else np.zeros(0, bool)
    )
    row, at, by = row[once], at[once], by[once]
    made.add(row, at, LIKED, by)
    back = rng.random(len(row)) < 0.025
    made.add(row[back], later(at[back], lag_ms(rng, int(back.sum()), 1, 1.8)), UNLIKED, by[back])


def _someone_there(rng: Rng, people: People, at: Ints) -> Ints:
    """Someone of the forum who had joined by then, -1 if nobody had."""
    forum = np.flatnonzero(people.role < BOT)
    order = forum[np.argsort(people.joined[forum], kind="stable")]
    there = np.searchsorted(people.joined[order], at, side="right")
    place = (rng.random(len(at)) * there).astype(np.int64)
    found: Ints = np.where(there > 0, order[np.minimum(place, len(order) - 1)], -1)
    return found
