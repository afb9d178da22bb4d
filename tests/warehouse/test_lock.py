"""The lock of the working database, and opening it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from extractors.errors import StorageError
from warehouse.connection import DatabaseError, open_working, require_free_disk, working_lock
from warehouse.layout import Layout
from warehouse.lock import InUse

HOLD = """
import sys, time
from pathlib import Path
from warehouse.connection import open_working
with open_working(Path(sys.argv[1]), "load"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(data_dir: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the working database open."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_command_refuses_and_names_the_holder(tmp_path: Path) -> None:
    holder = hold(tmp_path, 60)
    try:
        expected = rf"`python -m warehouse load` \(process {holder.pid} on .*, since .*still after 0.3 s"
        with pytest.raises(InUse, match=expected), open_working(tmp_path, "build", 0.3):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_second_command_waits_its_turn(tmp_path: Path) -> None:
    holder = hold(tmp_path, 1)
    began = time.monotonic()
    with open_working(tmp_path, "build", 30):
        assert time.monotonic() - began < 20
    assert holder.wait() == 0


def test_a_killed_holder_leaves_nothing_to_remove(tmp_path: Path) -> None:
    holder = hold(tmp_path, 60)
    (Layout(tmp_path).spill / "piece-000001.jsonl").write_text("{}")
    holder.kill()
    holder.wait()
    with open_working(tmp_path, "load", 0) as working:
        described = json.loads(working.layout.lock.read_text())
        assert (described["pid"], described["command"]) == (os.getpid(), "python -m warehouse load")
        assert list(working.layout.spill.iterdir()) == []
    assert working.layout.lock.read_text() == ""


def test_a_child_that_inherits_the_lock_keeps_it(tmp_path: Path) -> None:
    with working_lock(tmp_path, "build") as lock:
        child = subprocess.Popen(["sleep", "60"], pass_fds=(lock.descriptor,))
    try:
        with pytest.raises(InUse), working_lock(tmp_path, "load", 0):
            pass
    finally:
        child.kill()
        child.wait()
    with working_lock(tmp_path, "load", 0):
        pass


def test_the_database_has_its_limits_and_a_file_old_clients_can_open(tmp_path: Path) -> None:
    with open_working(tmp_path, "load") as working:
        names = ("memory_limit", "temp_directory", "TimeZone")
        settings = "select " + ", ".join(f"current_setting('{name}')" for name in names)
        memory, spill, zone = working.connection.execute(settings).fetchone() or ()
        assert memory.endswith(("MiB", "GiB"))
        assert spill == str(working.layout.spill)
        assert zone == "UTC"
        assert "v1.4" in str(working.connection.execute("select tags from duckdb_databases()").fetchall())


def test_a_program_outside_the_locking_is_named(tmp_path: Path) -> None:
    with open_working(tmp_path, "load") as working:
        database = working.layout.database
    program = (
        "import duckdb, sys, time\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "print('held', flush=True)\n"
        "time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(database)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        with (
            pytest.raises(InUse, match=rf"takes no part in the locking .*{other.pid}"),
            open_working(tmp_path, "load", 0),
        ):
            pass
    finally:
        other.kill()
        other.wait()


def test_a_file_that_is_no_database_names_the_ways_back(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.warehouse.mkdir(parents=True)
    layout.database.write_bytes(b"not a database" * 1000)
    with (
        pytest.raises(DatabaseError, match=r"warehouse restore.*warehouse replay"),
        open_working(tmp_path, "load"),
    ):
        pass


def test_a_nearly_full_disk_is_told_before_a_stage_begins(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(StorageError, match=r"load needs about [\d,]+ MB free .* MB are left"):
        require_free_disk(tmp_path / "not" / "there", free * 2, "load")


def test_a_disk_that_fills_up_meanwhile_is_one_clear_line(tmp_path: Path) -> None:
    full = duckdb.IOException("IO Error: Could not write file: No space left on device")
    with (
        pytest.raises(StorageError, match=r"no space left for .*community\.duckdb"),
        open_working(tmp_path, "load"),
    ):
        raise full
