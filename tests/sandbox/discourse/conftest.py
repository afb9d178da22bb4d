"""Fixtures of the Discourse stand-in's tests."""

from __future__ import annotations

import pytest

from tests.sandbox.datasets import write
from tests.sandbox.discourse.records import CATEGORIES, USERS, post, stamp, topic


@pytest.fixture
def forum(tmp_path):
    return write(
        tmp_path,
        "discourse",
        {
            "users": USERS,
            "categories": CATEGORIES,
            "topics": [
                topic(1, posts_count=45),
                topic(2, pinned=True, pinned_globally=True),
                topic(3, category_id=2),
                topic(4, archetype="private_message", category_id=None),
                topic(5, visible=False),
                topic(6, deleted_at=stamp(90)),
                *(topic(number) for number in range(10, 75)),
            ],
            "posts": [
                *(post(number) for number in range(1, 46)),
                post(46, post_number=46, post_type=3),
                post(47, post_number=47, post_type=4),
                post(48, post_number=48, deleted_at=stamp(80)),
                post(49, 3, 1),
                post(50, 5, 1),
                post(51, 6, 1),
                post(52, 4, 1),
                *(post(number, number, 1) for number in range(60, 70)),
            ],
        },
    )
