"""Confident learning, held against the implementation of its authors, in an environment of its own.

That library brings much with it, and its older releases are under the AGPL, so it is no dependency of
ours: it is installed for this test alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.quality.checks.confident import (
    bars,
    confident_labels,
    counted,
    expected,
    likely_wrong,
)
from tests.quality.checks.simulated import opinions

PEERS_VERSION = "2.9.0"
PEER = """
import json, sys
import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
given = np.load(sys.argv[1])
label, said = given["label"], given["said"]
print(json.dumps({
    "bars": get_confident_thresholds(label, said).tolist(),
    "joint": compute_confident_joint(label, said, calibrate=False).tolist(),
    "expected": compute_confident_joint(label, said, calibrate=True).tolist(),
    "found": find_label_issues(
        label, said, filter_by="both", return_indices_ranked_by="self_confidence", n_jobs=1
    ).tolist(),
}))
"""
pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peer")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    package = f"cleanlab=={PEERS_VERSION}"
    subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    return python


@pytest.mark.parametrize("wrong", [0.0, 0.05, 0.2])
@pytest.mark.parametrize(
    ("labels", "tasks", "apart"), [(2, 300, 3.0), (4, 1_000, 5.0), (10, 3_000, 3.0)]
)
def test_what_is_found_is_what_cleanlab_finds(
    peer: Path, tmp_path: Path, labels: int, tasks: int, apart: float, wrong: float
) -> None:
    rng = np.random.default_rng(labels)
    given = opinions(rng.integers(0, labels, tasks), rng, labels=labels, apart=apart, wrong=wrong)
    said, label = given.said, given.label

    theirs = _asked(peer, tmp_path / "given.npz", said, label)

    assert bars(said, label) == pytest.approx(theirs["bars"], abs=1e-9)
    joint = counted(label, confident_labels(said, label), labels)
    # They count one right label at least of each.
    assert np.maximum(joint, np.eye(labels, dtype=int)).tolist() == theirs["joint"]
    number, number_theirs = expected(joint, label), np.array(theirs["expected"])
    # Of cells with equal remainders one gets what is left of rounding, whichever.
    assert number.sum(axis=1).tolist() == number_theirs.sum(axis=1).tolist()
    assert np.abs(number - number_theirs).max() <= 1
    ours = likely_wrong(said, label)
    apart_from_theirs = set(ours.tolist()) ^ set(theirs["found"])
    assert len(apart_from_theirs) <= 0.05 * len(theirs["found"])
    if (number == number_theirs).all():
        own = said[np.arange(label.size), label]
        assert not apart_from_theirs
        assert own[ours].tolist() == own[theirs["found"]].tolist()


def _asked(python: Path, file: Path, said: np.ndarray, label: np.ndarray) -> dict[str, Any]:
    np.savez(file, said=said, label=label)
    done = subprocess.run([python, "-c", PEER, file], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))
