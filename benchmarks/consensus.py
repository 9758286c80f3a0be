"""Models of annotators on a million labels, side by side with another library in one run.

    .venv/bin/python -m benchmarks.consensus [--units 200000] [--peer PYTHON] [--rounds 3]

`--peer` names the Python of an environment that has crowd-kit, which is no dependency of ours. Each
method runs in a process of its own, so that its peak memory is its own; the base is what the
process holds before: interpreter, NumPy and the labels. Ours and theirs take turns, and of several
rounds the medians are told, with how many times faster ours was of those that both have.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from apps.consensus.aggregators import Answers, aggregators

RATERS, LABELS, OVERLAP = 500, 10, 5
OURS = ("majority_vote", "weighted_majority", "one_coin", "dawid_skene", "mace", "glad")
PEERS = {
    "majority_vote": "MajorityVote()",
    "dawid_skene": "DawidSkene(n_iter=100)",
    "mace": "MACE(n_restarts=1, n_iter=50)",
}
PEER = """
import resource, sys, time, json
import numpy as np, pandas as pd
from crowdkit.aggregation import MajorityVote, DawidSkene, MACE
data = np.load(sys.argv[1])
frame = pd.DataFrame({{"task": data["unit"], "worker": data["rater"], "label": data["value"]}})
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
found = {method}.fit_predict(frame)
seconds = time.perf_counter() - start
right = float(np.mean(found.sort_index().to_numpy() == data["truth"]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, right, base // 1024, peak // 1024]))
"""
Found = tuple[float, float, int, int]


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


def ours(name: str, units: int, told: Connection) -> None:
    data = labels(units)
    truth = data.pop("truth")
    answers = Answers(**data, values=tuple(range(LABELS)), units=units)
    method = aggregators[name]  # imports all of them, as the peer's script has done
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    verdicts = method(answers, form="label")
    seconds = time.perf_counter() - start
    right = float(np.mean(verdicts.winner[verdicts.offsets[:-1]] == truth))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told.send((seconds, right, base // 1024, peak // 1024))


def in_a_process(name: str, units: int) -> Found:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=ours, args=(name, units, there))
    process.start()
    found: Found = here.recv()
    process.join()
    return found


def of_peer(python: str, method: str, file: Path) -> Found:
    done = subprocess.run(
        [python, "-W", "ignore", "-c", PEER.format(method=method), str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: Found = tuple(json.loads(done.stdout.splitlines()[-1]))
    return found


def show(name: str, found: list[Found]) -> float:
    """The median, which is also given back."""
    seconds = statistics.median(one[0] for one in found)
    _, right, base, peak = found[-1]
    print(f"{name:32} {seconds:8.2f} s  {right:.4f} right  {peak:5d} MB (base {base})", flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peer")
    parser.add_argument("--only", nargs="*", default=OURS)
    options = parser.parse_args()
    print(f"{options.units * OVERLAP:,} labels of {options.units:,} units by {RATERS} raters")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.npz"
        np.savez(file, **labels(options.units))
        for name in options.only:
            peer = PEERS.get(name) if options.peer else None
            mine: list[Found] = []
            theirs: list[Found] = []
            for _ in range(options.rounds):
                mine.append(in_a_process(name, options.units))
                theirs += [of_peer(options.peer, peer, file)] if peer else []
            seconds = show(name, mine)
            if theirs:
                print(f"  {show(f'crowd-kit {peer}', theirs) / seconds:.1f} times faster")


if __name__ == "__main__":
    main()
