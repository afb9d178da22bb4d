"""What is written in the forum: topics and posts, and then all that happens to them."""

from __future__ import annotations

import numpy as np

from sandbox.simulation.activity import Acts, plan
from sandbox.simulation.chance import Flags, Floats, Ints, Rng, generator, lag_ms, later, pareto
from sandbox.simulation.forum import (
    ACTIONS,
    AUTOCLOSED,
    NEVER,
    OPENER,
    OWN_REPLY,
    REPLY,
    SMALL_ACTION,
    SYSTEM,
    Forum,
    PostIndex,
    Posts,
    Topics,
    running_number,
)
from sandbox.simulation.forum_events import events_of
from sandbox.simulation.options import DAY_MS, HOUR_MS, MINUTE_MS, Options
from sandbox.simulation.people import BOT, STAFF, People
from sandbox.simulation.spaces import Spaces


def simulate_forum(options: Options, people: People, spaces: Spaces) -> Forum:
    """Lets the people act; everything up to the horizon is in the result."""
    rng = generator(options.seed, "forum")
    drawn = plan(options, people, spaces)
    topics = _topics(rng, options, people, spaces, drawn.topics)
    where, kept = _choose_topics(rng, topics, spaces, drawn.replies)
    replies = Acts(drawn.replies.person[kept], drawn.replies.at[kept], where)
    posts = _posts(rng, options, people, topics, replies)
    index = PostIndex(posts, len(topics.at))
    events = events_of(rng, options, people, topics, posts, index)
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
