"""Everything that changes the forum's topics and posts later."""

from __future__ import annotations

import numpy as np

from sandbox.simulation.chance import Ints, Rng, lag_ms, later
from sandbox.simulation.forum import (
    ACCEPTED,
    ANSWERED,
    EDITED,
    HIDDEN,
    LIKED,
    MOVED,
    NEVER,
    OWN_REPLY,
    QUOTED,
    REMOVED,
    REPLY,
    RETITLED,
    SHOWN,
    SMALL_ACTION,
    SOLVED,
    SYSTEM,
    TOPIC_GONE,
    UNACCEPTED,
    UNLIKED,
    UNSOLVED,
    WITHDRAWN,
    Events,
    PostIndex,
    Posts,
    Topics,
    running_number,
)
from sandbox.simulation.options import DAY_MS, MINUTE_MS, Options
from sandbox.simulation.people import BOT, People


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


def events_of(
    rng: Rng, options: Options, people: People, topics: Topics, posts: Posts, index: PostIndex
) -> Events:
    """All later changes, ordered by post and time."""
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
