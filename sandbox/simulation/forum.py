"""What happens in the forum: topics, posts, and everything that changes them later.

Rows of `Posts` are in order of time, which is the order of their ids. Later changes are rows of
`Events`, ordered by post and time, so that one pass can tell every post's state at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.chance import Flags, Floats, Ints

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


def running_number(topic: Ints) -> Ints:
    """Running number of each row within its group (a topic, an author), from 1, in the order given."""
    order = np.argsort(topic, kind="stable")
    ordered = topic[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.maximum.accumulate(np.where(first, np.arange(len(topic)), 0))
    number = np.empty(len(topic), dtype=np.int64)
    number[order] = np.arange(len(topic)) - starts + 1
    return number
