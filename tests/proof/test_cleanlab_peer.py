"""Confident learning and CROWDLAB, held against the implementation of their authors, in an environment of
its own.

That library brings much with it, and its older releases are under the AGPL, so it is no dependency of
ours: it is installed for this test alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.consensus.aggregators.crowdlab import Crowdlab
from apps.consensus.aggregators.em import Votes
from apps.quality.checks.confident import (
    bars,
    confident_labels,
    counted,
    expected,
    likely_wrong,
)
from tests.consensus.aggregators.crowds import crowd, heard, read_by_model
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


CROWD = """
import json, sys
import numpy as np, pandas as pd
from cleanlab.multiannotator import get_label_quality_multiannotator
given = np.load(sys.argv[1])
table = np.full((given["said"].shape[0], given["rater"].max() + 1), np.nan)
table[given["unit"], given["rater"]] = given["value"]
def asked(method):
    return get_label_quality_multiannotator(
        pd.DataFrame(table), given["said"], consensus_method=method, return_weights=True,
        calibrate_probs=False, verbose=False,
    )
# By the paper, from what most say; the other begins once more with what the first has found.
first, second = asked("majority_vote"), asked("best_quality")
print(json.dumps({
    "most": first["label_quality"]["consensus_label"].tolist(),
    "quality": first["label_quality"]["consensus_quality_score"].tolist(),
    "model": float(first["model_weight"]),
    "raters": np.asarray(first["annotator_weight"]).tolist(),
    "consensus": second["label_quality"]["consensus_label"].tolist(),
}))
"""


@pytest.mark.parametrize(("labels", "overlap"), [(2, 3), (2, 5), (4, 1)])
def test_a_consensus_that_hears_a_model_is_cleanlabs(
    peer: Path, tmp_path: Path, labels: int, overlap: int
) -> None:
    """Where votes do not tie: of ties they count whole what the model or the more frequent label says,
    we count parts. With an overlap of 1 some units have three answers all the same."""
    rng = np.random.default_rng(labels * 10 + overlap)
    truth = rng.integers(0, labels, 400)
    answers = crowd(
        truth, rng, skills=[0.9, 0.8, 0.75, 0.7, 0.4], overlap=max(overlap, 3), labels=labels
    )
    counts = np.zeros((400, labels), int)
    np.add.at(counts, (answers.unit, answers.value), 1)
    is_tied = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) > 1
    first = np.concatenate([[True], answers.unit[1:] != answers.unit[:-1]])
    is_alone = is_tied | ((rng.random(400) < 0.5) & (overlap == 1))
    kept = ~is_alone[answers.unit] | first
    answers = replace(
        answers, unit=answers.unit[kept], rater=answers.rater[kept], value=answers.value[kept]
    )
    said = read_by_model(truth, rng, right=0.8, sure=0.7, labels=labels)
    file = tmp_path / "crowd.npz"
    np.savez(file, said=said, unit=answers.unit, rater=answers.rater, value=answers.value)
    done = subprocess.run([peer, "-c", CROWD, file], capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])

    fitted = Crowdlab().fit(heard(answers, said), "label")
    posterior = Crowdlab().posterior(Votes(heard(answers, said)), fitted)

    assert fitted.common[1] == pytest.approx(theirs["model"], abs=1e-9)
    assert fitted.raters[:, 0] == pytest.approx(theirs["raters"], abs=1e-9)
    place = np.arange(400)
    assert posterior[place, theirs["most"]] == pytest.approx(theirs["quality"], abs=1e-9)
    assert posterior.argmax(axis=1).tolist() == theirs["consensus"]
