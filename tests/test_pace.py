"""What took long here the last time is left out of a quick run, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import time

def test_quick(): pass
def test_long(): time.sleep(0.3)
"""


def run(folder: Path, *asked: str) -> str:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.pace",
        "-p",
        "no:randomly",
        *asked,
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_test_that_took_long_is_left_out_the_next_time_and_a_new_one_is_run(
    tmp_path: Path,
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(TESTS)

    # Nothing is known yet.
    assert "2 passed" in run(tmp_path, "--quickly", "0.1")
    (tmp_path / "test_more.py").write_text("def test_new(): pass")

    assert "2 passed, 1 deselected" in run(tmp_path, "--quickly", "0.1")
    # Without being asked to, nothing is left out.
    assert "3 passed" in run(tmp_path)
