"""Fixtures of the sandbox tests."""

from __future__ import annotations

import pytest

from tests.sandbox.datasets import IDEAS, POSTS, TICKETS, write


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    directory = tmp_path_factory.mktemp("world")
    write(
        directory, "discourse", {"topics": [{"id": 1, "title": "One", "category_id": None}], "posts": POSTS}
    )
    write(directory, "uservoice", {"suggestions": IDEAS})
    write(directory, "zendesk", {"tickets": TICKETS})
    return directory
