"""Models of annotators on a million labels, side by side with another library in one run.

    .venv/bin/python -m benchmarks.consensus [--units 200000] [--peer PYTHON]

`--peer` names the Python of an environment that has crowd-kit, which is no dependency of ours. Each
method runs in a process of its own, so that its peak memory is its own; the base is what the
process holds before: interpreter, NumPy and the labels.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from apps.consensus.aggregators import Answers, aggregators

RATERS, LABELS, OVERLAP = 500, 10, 5
OURS = ("majority_vote", "weighted_majority", "one_coin", "dawid_skene", "mace")
PEERS = {"MajorityVote": "", "DawidSkene": "n_iter=100", "MACE": "n_restarts=1, n_iter=50"}
PEER = """
import resource, sys, time, json
import numpy as np, pandas as pd
from crowdkit.aggregation import {name}
data = np.load(sys.argv[1])
frame = pd.DataFrame({{"task": data["unit"], "worker": data["rater"], "label": data["value"]}})
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
found = {name}({options}).fit_predict(frame)
seconds = time.perf_counter() - start
right = float(np.mean(found.sort_index().to_numpy() == data["truth"]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps(["crowd-kit {name}", seconds, right, base // 1024, peak // 1024]))
"""


def labels(units: int) -> dict[str, np.ndarray]:
    """Raters are right on 40 to 95 %, and else say any label."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, LABELS, units)
    unit = np.repeat(np.arange(units), OVERLAP)
    rater = rng.integers(0, RATERS, unit.size)
    skill = rng.uniform(0.4, 0.95, RATERS)
    knows = rng.random(unit.size) < skill[rater]
    value = np.where(knows, truth[unit], rng.integers(0, LABELS, unit.size))
    return {"unit": unit, "rater": rater, "value": value, "truth": truth}


def ours(name: str, units: int) -> None:
    data = labels(units)
    truth = data.pop("truth")
    answers = Answers(**data, values=tuple(range(LABELS)), units=units)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    verdicts = aggregators[name](answers, form="label")
    seconds = time.perf_counter() - start
    right = float(np.mean(verdicts.winner[verdicts.offsets[:-1]] == truth))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    show(name, seconds, right, base // 1024, peak // 1024)


def show(name: str, seconds: float, right: float, base: int, peak: int) -> None:
    print(f"{name:26} {seconds:8.2f} s  {right:.4f} right  {peak:5d} MB (base {base})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=200_000)
    parser.add_argument("--peer")
    options = parser.parse_args()
    print(f"{options.units * OVERLAP:,} labels of {options.units:,} units by {RATERS} raters")
    for name in OURS:
        process = multiprocessing.get_context("spawn").Process(
            target=ours, args=(name, options.units)
        )
        process.start()
        process.join()
    if not options.peer:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.npz"
        np.savez(file, **labels(options.units))
        for name, given in PEERS.items():
            script = PEER.format(name=name, options=given)
            done = subprocess.run(
                [options.peer, "-W", "ignore", "-c", script, str(file)],
                capture_output=True,
                text=True,
                check=True,
            )
            show(*json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
