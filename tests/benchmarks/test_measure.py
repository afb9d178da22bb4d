import os
import sys
from pathlib import Path

import pytest

from benchmarks.measure import BenchmarkError, Measure, Run, Target, run


def test_speed_is_that_of_the_median_repetition():
    measure = Measure("reader", 1_000)
    for seconds in (4.0, 100.0, 5.0):
        measure.add(Run(seconds, 7, Path()), requests=20)
    assert measure.speed == 200
    assert measure.requests_per_thousand == 20


def test_requests_that_were_not_counted_are_not_made_up():
    measure = Measure("load", 1_000)
    measure.add(Run(1.0, 7, Path()))
    assert measure.requests_per_thousand is None


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target("times", 10, 10.0), True),
        (Target("times", 10, 9.9), False),
        (Target("MB", 300, 299, at_most=True), True),
        (Target("MB", 300, 301, at_most=True), False),
    ],
)
def test_a_target_is_a_floor_or_a_ceiling(target, met):
    assert target.is_met is met


def test_a_child_is_measured_without_its_parents_memory(tmp_path):
    ours = bytearray(100_000_000)
    script = "import time; taken = bytearray(30_000_000); time.sleep(0.3); print(len(taken))"
    done = run([sys.executable, "-c", script], os.environ, tmp_path)
    assert len(ours) > done.peak_bytes > 30_000_000
    assert done.seconds > 0.3
    assert done.output.read_text() == "30000000\n"


def test_a_failed_command_is_named_with_its_last_words(tmp_path):
    with pytest.raises(BenchmarkError, match="ended with 3: no such thing"):
        run(
            [sys.executable, "-c", "import sys; sys.stderr.write('x\\nno such thing\\n'); sys.exit(3)"],
            os.environ,
            tmp_path,
        )
