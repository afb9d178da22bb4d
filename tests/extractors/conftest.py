"""Fixtures of the extractor tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.extractors.stand_in import StandIn, serve


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serve() as stand_in:
        yield stand_in
