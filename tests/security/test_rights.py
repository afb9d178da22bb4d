"""Nobody but owner and group reads what Lodestar writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_what_a_run_lands_is_closed_to_others(tmp_path: Path) -> None:
    config = tmp_path / "sources.toml"
    config.write_text('[sources.ideas]\nvendor = "uservoice"\nretry_minutes = 0.0001\n')
    environ = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "LODESTAR_SOURCES": str(config),
        "AIRFLOW_CONN_IDEAS": "http://client:planted-secret@127.0.0.1:9",
        "LODESTAR_PRIVACY_KEYS": "1:" + "ab" * 32,
    }
    done = subprocess.run(
        [sys.executable, "-m", "extractors"], cwd=ROOT, env=environ, capture_output=True, text=True, umask=0
    )
    assert done.returncode == 1, done.stderr
    assert "ideas" in done.stderr
    assert "planted-secret" not in done.stdout + done.stderr
    written = list((tmp_path / "data").rglob("*"))
    assert any(path.is_file() for path in written)
    assert not [path for path in [tmp_path / "data", *written] if path.stat().st_mode & 0o007]
    assert not [path for path in written if path.is_file() and b"planted-secret" in path.read_bytes()]


@pytest.mark.parametrize(("before", "after"), [("022", "0027"), ("077", "0077"), ("000", "0027")])
def test_the_scripts_close_it_and_never_open_it(tmp_path: Path, before: str, after: str) -> None:
    shown = subprocess.run(
        ["bash", "-c", f"umask {before}; . scripts/environment.sh; umask"],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
    )
    assert shown.stdout.strip() == after, shown.stderr
    assert (tmp_path / "data").stat().st_mode & 0o007 == 0
