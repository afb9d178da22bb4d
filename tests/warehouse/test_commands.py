"""`python -m warehouse`: exit codes, one error line, what people see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.world import World
from warehouse import __main__ as commands
from warehouse.load import load
from warehouse.verdict import verdict


@pytest.fixture
def configured(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the commands see as their configuration."""

    def load_here(data_dir: Path, sources: object, **options: object) -> object:
        return load(data_dir, world.sources, schema=world.schema, terminal=False, wait_seconds=0)

    monkeypatch.setattr(commands, "load_sources", lambda: world.sources)
    monkeypatch.setattr(commands, "load_upgraded", load_here)
    return world


def run(world: World, *arguments: str) -> int:
    return commands.main(["--data-dir", str(world.data_dir), "--wait", "0", *arguments])


def test_load_backs_up_what_it_loaded(configured: World, capsys: pytest.CaptureFixture[str]) -> None:
    configured.land("ideas", (0, [{"id": 1}]))
    assert run(configured, "load") == 0
    assert len(list((configured.data_dir / "backup").iterdir())) == 1
    assert run(configured, "load") == 0
    assert len(list((configured.data_dir / "backup").iterdir())) == 1
    assert capsys.readouterr().err.count("error") == 0


def test_a_red_load_exits_1_with_one_line_each(configured: World, capsys: pytest.CaptureFixture[str]) -> None:
    configured.land("ideas", (0, [{"id": 1, "votes": "many"}, {"id": 2}]))
    assert run(configured, "load") == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "source ideas, stream ideas: 1 of 2 records were rejected" in errors[0]


@pytest.mark.parametrize("command", [["publish"], ["publish", "nowhere"], ["rollback"], ["restore"]])
def test_what_can_t_be_done_is_one_error_line(
    configured: World, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run(configured, *command) == 1
    output = capsys.readouterr()
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    assert output.out == ""


@pytest.mark.parametrize("command", [[], ["lode"], ["load", "--accept-shrink"]])
def test_wrong_usage_exits_2(configured: World, command: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run(configured, *command)
    assert raised.value.code == 2


def test_status_shows_rows_watermarks_rejections_drift_and_freshness(
    configured: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(configured, "status") == 0
    assert "Nothing is loaded yet" in capsys.readouterr().out
    configured.land(
        "ideas", (0, [{"id": 1, "mood": "x"}, {"id": 2, "state": "removed"}]), watermark={"max_id": 2}
    )
    configured.land("labels", (0, [{"name": "a", "colour": 1}, {"name": "b"}]))
    run(configured, "load")
    capsys.readouterr()
    assert run(configured, "status") == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = [line.split() for line in lines if line.startswith("ideas.ideas ")]
    assert row[1:4] == ["1", "1", "0"]
    assert row[-2:] == ['{"max_id":2}', "mood"]
    (labels,) = [line.split() for line in lines if line.startswith("ideas.labels ")]
    assert labels[1:4] == ["1", "0", "1"]
    assert any(line.split()[:3] == ["ideas", "board", "ok"] for line in lines)
    assert "Nothing is published yet." in lines


def test_status_says_how_many_runs_a_full_re_reading_takes(
    configured: World, capsys: pytest.CaptureFixture[str]
) -> None:
    configured.land("ideas", (0, [{"id": number} for number in range(10)]))
    configured.land("ideas", (1, [{"id": number} for number in range(4)]), lane="reread")
    run(configured, "load")
    capsys.readouterr()
    run(configured, "status")
    (row,) = [
        line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("ideas.ideas ")
    ]
    assert row[1:5] == ["10", "0", "0", "3"]


def test_the_verdict_tells_all_that_was_not_well_once() -> None:
    assert verdict({"load": "success", "publish": "skipped"}, {"load": []}) == []
    states = {"extract_0": "failed", "extract_1": "success", "build": "failed", "publish": "upstream_failed"}
    errors = {"extract_0": ["source forum: no answer"], "load": ["source forum: no answer"]}
    assert verdict(states, errors) == ["source forum: no answer", "task build failed: see its log"]
