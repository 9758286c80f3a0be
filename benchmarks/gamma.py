"""Gamma of three raters' hundred segments, side by side with another library in one run.

    .venv/bin/python -m benchmarks.gamma [--segments 100] [--raters 3] [--peer PYTHON]

`--peer` names the Python of an environment that has pygamma-agreement, which is no dependency of
ours. Both take the same segments, 30 continua made by chance (by moving raters' segments along),
alpha 3 and beta 1; its first call is left out, which compiles.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from apps.agreement.measures import Objects, Segments, object_measures

Marks = dict[str, list[tuple[str, float, float]]]
PEER = """
import logging, sys, time, json, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
import numpy as np
from pygamma_agreement import Continuum, CombinedCategoricalDissimilarity, ShuffleContinuumSampler
unlike = CombinedCategoricalDissimilarity(delta_empty=1, alpha=3, beta=1)
warm = Continuum.from_csv(sys.argv[1])
warm.get_best_alignment(unlike)
start = time.perf_counter()
found = Continuum.from_csv(sys.argv[1]).compute_gamma(unlike, sampler=ShuffleContinuumSampler("float_pivot"))
print(json.dumps([float(found.gamma), float(found.observed_disorder), time.perf_counter() - start]))
"""


def marks(raters: int, segments: int) -> Marks:
    """Segments one after the other, which raters miss, move, and call by another name."""
    rng = np.random.default_rng(1)
    start = np.cumsum(rng.integers(6, 26, segments))
    size, label = rng.integers(4, 16, segments), rng.integers(0, 4, segments)
    found: Marks = {}
    for r in range(raters):
        moved = start + rng.integers(-3, 4, segments)
        told = np.where(rng.random(segments) < 0.85, label, rng.integers(0, 4, segments))
        kept = np.flatnonzero(rng.random(segments) < 0.9)
        rows = zip(told[kept].tolist(), moved[kept].tolist(), size[kept].tolist(), strict=True)
        found[f"rater {r}"] = [("abcd"[k], a, a + n) for k, a, n in rows]
    return found


def show(name: str, gamma: float, observed: float, seconds: float) -> None:
    print(f"{name:22} {seconds:8.2f} s   gamma {gamma:.4f}   observed disorder {observed:.5f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Gamma, beside pygamma-agreement.")
    parser.add_argument("--raters", type=int, default=3)
    parser.add_argument("--segments", type=int, default=100)
    parser.add_argument("--peer")
    options = parser.parse_args()
    given = marks(options.raters, options.segments)
    rows = [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in given.items()]
    start = time.perf_counter()
    figure = object_measures["gamma"](Objects.of(rows, Segments.of), interval=False)
    show("Concord", figure.value or 0, figure.observed or 0, time.perf_counter() - start)
    if not options.peer:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "marks.csv"
        with file.open("w", newline="") as out:
            csv.writer(out).writerows([who, *one] for who, what in given.items() for one in what)
        done = subprocess.run(
            [options.peer, "-c", PEER, str(file)], capture_output=True, text=True, check=True
        )
        show("pygamma-agreement", *json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
