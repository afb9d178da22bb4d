"""Hundreds of broken and malicious answers of every vendor's streams, from the request to the loaded row."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from extractors import http
from extractors.config import COMMON_OPTIONS, Connection, SourceConfig
from extractors.landing import complete_extractions
from extractors.run import extract
from tests.security.hostile import HOST, STREAMS, Attack, Vendors, attacks, login, sandbox_of
from warehouse.load import load

KEYS = {"LODESTAR_PRIVACY_KEYS": "1:" + "ab" * 32}
EXAMPLES = int(os.environ.get("LODESTAR_HOSTILE") or 330)
"""`make hostile` asks for more, and loads all that they land; else that would take a minute and a half."""
LOADED = 24


def _source(name: str, vendor: str) -> SourceConfig:
    options: dict[str, Any] = {key: default for key, (_, default) in COMMON_OPTIONS.items()}
    options |= {"page_size": 20, "requests_per_minute": 1e9, "retry_minutes": 1e-9}
    return SourceConfig(name, vendor, options, Connection(f"{HOST}/{vendor}", *login(vendor)))


@pytest.mark.filterwarnings("ignore")
def test_a_hostile_answer_is_an_error_with_a_name_or_a_right_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODESTAR_NOW", "2026-03-31T12:00:00Z")
    sandbox = sandbox_of(tmp_path / "sets")
    data_dir = tmp_path / "data"
    sources: list[SourceConfig] = []
    foreseen = 0
    with TestClient(sandbox.app) as client:
        vendors = Vendors(client)
        monkeypatch.setattr(http, "exchange", vendors.exchange)
        monkeypatch.setattr(http.Api, "_sleep", lambda self, seconds: None)

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(attacks())
        def answers(attack: Attack) -> None:
            nonlocal foreseen
            stream = STREAMS[len(sources) % len(STREAMS)]
            source = _source(f"s{len(sources)}", stream[0])
            sources.append(source)
            vendors.attack, vendors.tried = attack, 0
            report = extract(source, data_dir, all_sources=[source], streams=[stream[1]], environ=KEYS)
            for found in report.streams:
                if found.status == "failed":
                    assert found.error and source.name in found.error, found
                    # A login refused alike for all streams is told without one.
                    assert found.stream in found.error or "login" in found.error, found
                    assert not any(value in found.error for value in ("<script", "evil.example/", "jndi"))
                    assert "unexpected" not in found.error, found
                    if "a form this version" in found.error:
                        assert re.search("the answer of /[a-z]", found.error), found
                    foreseen += 1

        answers()
    assert len(sources) >= 300
    assert foreseen > 30

    landed = {found.extract_id: found for found in complete_extractions(data_dir / "landing")}
    assert len(landed) > 60
    if not os.environ.get("LODESTAR_HOSTILE"):
        for found in list(landed.values())[LOADED:]:
            shutil.rmtree(found.folder)
    report = load(data_dir, sources, wait_seconds=0.0, terminal=False)
    for done in report.loads:
        if done.load_id is None:
            assert done.error and done.source in done.error and done.stream in done.error, done
        else:
            assert done.records == landed[done.extract_id].records
            assert done.inserted + done.updated + done.unchanged + done.rejected <= done.records
            assert bool(done.rejected) <= bool(done.error)
    again = load(data_dir, sources, wait_seconds=0.0, terminal=False)
    assert not [done for done in again.loads if done.load_id is not None]
