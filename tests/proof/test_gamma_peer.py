"""Gamma, held against the implementation of its authors' group, in an environment of its own.

That library pins much, and one of the solvers under it is under the GPL, so it is no dependency of
ours: it is installed for this test alone.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from apps.agreement.measures import Objects, Segments, object_measures
from benchmarks.gamma import PEER, marks

PEERS_VERSION = "0.5.9"
pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peer")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    package = f"pygamma-agreement=={PEERS_VERSION}"
    subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    return python


@pytest.mark.parametrize(("raters", "segments"), [(2, 25), (3, 20), (3, 60)])
def test_gamma_is_that_of_pygamma(peer: Path, tmp_path: Path, raters: int, segments: int) -> None:
    """The best alignment costs the same to five decimals; chance is drawn by lot, in both."""
    given = marks(raters, segments)
    rows = [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in given.items()]
    file = tmp_path / "marks.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([who, *one] for who, what in given.items() for one in what)

    ours = object_measures["gamma"](Objects.of(rows, Segments.of), interval=False)

    done = subprocess.run([peer, "-c", PEER, file], capture_output=True, text=True, check=True)
    gamma, disorder, _ = json.loads(done.stdout.splitlines()[-1])
    assert ours.observed == pytest.approx(disorder, abs=1e-5)
    assert ours.value == pytest.approx(gamma, abs=0.03)
