"""Models of annotators on a million labels, side by side with another library in one run.

    .venv/bin/python -m benchmarks.consensus [--units 200000] [--peer PYTHON] [--rounds 3] [--check]

`--peer` names the Python of an environment that has crowd-kit, which is no dependency of ours. Each
method runs in a process of its own, so that its peak memory is its own; the base is what the
process holds before: interpreter, NumPy and the labels. Ours and theirs take turns, and of several
rounds the medians are told, with how many times faster ours was of those that both have, and on which
share of the units both give the same answer; the peer draws ties by lot, so those units are left out.

`--check` ends with 1 where a method is slower than it must be, needs more memory than it may beyond
the base, or gives other answers than the peer on more units than it may.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
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
found = found.sort_index().to_numpy()
np.save(sys.argv[2], found)
right = float(np.mean(found == data["truth"]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, right, base // 1024, peak // 1024]))
"""
# Of a million labels, what a method may take beyond the base; of a peer's speed, how many times ours is at
# least; and the share of units on which both give the same answer. MACE has two local optima more than
# one start finds, so its answers may differ on a few units more.
MOST_MB = 300
FASTER = {"dawid_skene": 5.0, "mace": 20.0}
SAME = {"majority_vote": 1.0, "dawid_skene": 0.999, "mace": 0.98}
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


def ours(name: str, units: int, kept: Path, told: Connection) -> None:
    data = labels(units)
    truth = data.pop("truth")
    answers = Answers(**data, values=tuple(range(LABELS)), units=units)
    method = aggregators[name]  # imports all of them, as the peer's script has done
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    verdicts = method(answers, form="label")
    seconds = time.perf_counter() - start
    first = verdicts.winner[verdicts.offsets[:-1]]
    right = float(np.mean(first == truth))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # A tie is nobody's answer.
    np.save(kept, np.where(verdicts.is_tie, -1, first))
    told.send((seconds, right, base // 1024, peak // 1024))


def in_a_process(name: str, units: int, kept: Path) -> Found:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=ours, args=(name, units, kept, there)
    )
    process.start()
    found: Found = here.recv()
    process.join()
    return found


def of_peer(python: str, method: str, file: Path, kept: Path) -> Found:
    done = subprocess.run(
        [python, "-W", "ignore", "-c", PEER.format(method=method), str(file), str(kept)],
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


def same(mine: Path, theirs: Path) -> float:
    """The share of the units on which both give one answer and that is the same."""
    first, second = np.load(mine), np.load(theirs)
    is_told = first >= 0
    return float(np.mean(first[is_told] == second[is_told]))


def faults(name: str, mine: list[Found], times: float | None, share: float | None) -> list[str]:
    """What is not as it must be, in words."""
    _, _, base, peak = mine[-1]
    found = []
    if peak - base > MOST_MB:
        found.append(f"{name} takes {peak - base} MB beyond the base, {MOST_MB} at most.")
    if times is not None and times < FASTER.get(name, 0.0):
        found.append(f"{name} is {times:.1f} times faster, it must be {FASTER[name]:g}.")
    if share is not None and share < SAME[name]:
        found.append(
            f"{name} gives the same answer on {share:.4f} of the units, it must be {SAME[name]}."
        )
    return found


def measured(name: str, options: argparse.Namespace, folder: Path) -> list[str]:
    """Runs a method and its peer in turns, shows both, and says what is at fault."""
    peer = PEERS.get(name) if options.peer else None
    file, kept, other = (folder / one for one in ("labels.npz", "ours.npy", "theirs.npy"))
    mine: list[Found] = []
    theirs: list[Found] = []
    for _ in range(options.rounds):
        mine.append(in_a_process(name, options.units, kept))
        theirs += [of_peer(options.peer, peer, file, other)] if peer else []
    seconds = show(name, mine)
    if not theirs:
        return faults(name, mine, None, None)
    times, share = show(f"crowd-kit {peer}", theirs) / seconds, same(kept, other)
    print(f"  {times:.1f} times faster; the same answer on {share:.5f} of the units without a tie")
    return faults(name, mine, times, share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peer")
    parser.add_argument("--only", nargs="*", default=OURS)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    print(f"{options.units * OVERLAP:,} labels of {options.units:,} units by {RATERS} raters")
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "labels.npz", **labels(options.units))
        for name in options.only:
            wrong += measured(name, options, Path(folder))
    if options.check:
        print("\n".join(wrong) or "All as it must be.")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
