"""Query strategies on a pool of 500,000 tasks, side by side with scikit-activeml in one run.

    .venv/bin/python -m benchmarks.strategies [--units 500000] [--only margin core_set] [--no-peer]
    .venv/bin/python -m benchmarks.strategies --check

Features (384 dimensions, float32) are memory-mapped as they would be in use; a tenth of them are
near-duplicates of others. Time is told by the clock and as used of all processors, for on a busy
machine the two are not alike. Each method runs in a process of its own. `memory` is the most that the
process held, pages of the mapped file included, with what it held before; the data are the
features, the probabilities and the labels. What scikit-activeml was not asked for in reasonable
time or memory is given a smaller batch, which is said. With `--check` only the strategies with a target
run, each against its own, by the clock of two processors that nothing else uses; it ends with 1 where
one is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from apps.routing.strategies import Pool, strategies

WIDTH, LABELS, KNOWN, BATCH = 384, 10, 1000, 100
# Of each strategy scikit-activeml's counterpart, and how many it is asked for.
PEERS = {
    "margin": BATCH,
    "entropy": BATCH,
    "least_confident": BATCH,
    "core_set": 10,
    "badge": 3,
    "typical_first": 0,
    "contrastive": 0,
    "density_weighted": 0,
    "expected_model_change": 0,
    "diverse_margin": 0,
    "balanced_classes": 0,
    "bald": 0,
    "most_disputed": 0,
    "annotator_aware": 0,
    "label_errors": 0,
}
# The most seconds that each may take of 500,000 tasks, and what it may hold beside the data.
TARGETS = {"margin": 2.0, "core_set": 10.0, "badge": 20.0}
MOST_MEMORY = 1.2
Found = tuple[float, float, float, float, list[int]]


def peak_memory() -> float:
    """In MB, of this program alone: not of the process that it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def make(folder: Path, units: int) -> None:
    """Tasks around some hundred middles, and a model that knows the labels roughly."""
    rng = np.random.default_rng(1)
    middles = rng.normal(size=(300, WIDTH)).astype(np.float32)
    x = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float32, (units, WIDTH))
    p = np.empty((units, LABELS), np.float32)
    group = rng.integers(0, 300, units)
    for start in range(0, units, 10_000):
        part = slice(start, min(units, start + 10_000))
        size = part.stop - part.start
        x[part] = middles[group[part]] + rng.normal(size=(size, WIDTH)).astype(np.float32)
        sharp = rng.gamma(2.0, 1.0, (size, 1)) * rng.normal(size=(size, LABELS))
        sharp[np.arange(size), group[part] % LABELS] += 2.0
        odds = np.exp(sharp - sharp.max(axis=1, keepdims=True))
        p[part] = odds / odds.sum(axis=1, keepdims=True)
    twins = rng.permutation(units)[: units // 10 * 2].reshape(2, -1)
    for start in range(0, twins.shape[1], 10_000):
        here, there = twins[:, start : start + 10_000]
        x[there] = x[here] + np.float32(0.01)
    labels = np.full(units, -1)
    known = rng.permutation(units)[:KNOWN]
    labels[known] = group[known] % LABELS
    x.flush()
    np.save(folder / "p.npy", p)
    np.save(folder / "labels.npy", labels)


def pool_in(folder: Path, name: str) -> Pool:
    features = np.load(folder / "x.npy", mmap_mode="r")
    p, labels = np.load(folder / "p.npy"), np.load(folder / "labels.npy")
    more: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(2)
    if name == "bald":
        more["committee"] = np.stack([p, np.roll(p, 1, axis=1), p[:, ::-1]])
    if name == "most_disputed":
        more["votes"] = rng.integers(0, 3, p.shape).astype(np.int8)
    if name == "annotator_aware":
        more["skills"] = rng.uniform(0.5, 0.95, (20, LABELS))
    return Pool(units=p.shape[0], features=features, probabilities=p, labels=labels, **more)


def ours(name: str, folder: Path, batch: int, told: Connection) -> None:
    pool = pool_in(folder, name)
    strategy = strategies[name]
    base, start, used = peak_memory(), time.perf_counter(), time.process_time()
    order = strategy(pool, count=batch)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    told.send((seconds, used, base, peak_memory(), order.tolist()))


def theirs(name: str, folder: Path, batch: int, told: Connection) -> None:
    """The model is one that says what it has said before, so that only the strategy is timed."""
    from skactiveml import pool as peers  # noqa: PLC0415
    from skactiveml.base import SkactivemlClassifier  # noqa: PLC0415
    from skactiveml.utils import MISSING_LABEL  # noqa: PLC0415

    warnings.simplefilter("ignore")
    p = np.load(folder / "p.npy")
    known = np.load(folder / "labels.npy")
    x = np.load(folder / "x.npy")

    class Known(SkactivemlClassifier):
        def __init__(self, classes=None, missing_label=MISSING_LABEL, random_state=None):
            super().__init__(
                classes=classes, missing_label=missing_label, random_state=random_state
            )

        def fit(self, X, y, sample_weight=None):  # noqa: N803
            self.classes_ = np.arange(LABELS)
            return self

        def predict_proba(self, X):  # noqa: N803
            return p[known < 0][: len(X)]

    y = np.where(known >= 0, known.astype(float), np.nan)
    methods = {
        "margin": lambda: peers.UncertaintySampling("margin_sampling", random_state=0),
        "entropy": lambda: peers.UncertaintySampling("entropy", random_state=0),
        "least_confident": lambda: peers.UncertaintySampling("least_confident", random_state=0),
        "core_set": lambda: peers.CoreSet(random_state=0),
        "badge": lambda: peers.Badge(random_state=0),
    }
    method = methods[name]()
    given = {} if name == "core_set" else {"clf": Known().fit(x, y), "fit_clf": False}
    base, start, used = peak_memory(), time.perf_counter(), time.process_time()
    found = method.query(X=x, y=y, batch_size=batch, **given)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    told.send((seconds, used, base, peak_memory(), [int(u) for u in found]))


def in_a_process(work, name: str, folder: Path, batch: int) -> Found | None:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(name, folder, batch, there)
    )
    process.start()
    there.close()
    try:
        found: Found | None = here.recv()
    except EOFError:
        found = None
    process.join()
    if found is None:
        print(f"{name}: ended with code {process.exitcode}")
    return found


def show(name: str, batch: int, found: Found | None, data: float) -> None:
    if found is None:
        print(f"{name:32} {batch:4d}  gave nothing", flush=True)
        return
    seconds, used, base, peak, _ = found
    print(
        f"{name:32} {batch:4d}  {seconds:8.2f} s ({used:.2f} of processors)  {peak:6.0f} MB (before {base:.0f}),"
        f" {peak / data:.2f} of the data",
        flush=True,
    )


def missed(name: str, found: Found | None, data: float) -> list[str]:
    """What a strategy with a target did not keep, in words."""
    if name not in TARGETS:
        return []
    if found is None:
        return [f"{name} gave nothing"]
    seconds, _, _, peak, _ = found
    told = [f"{name} took {seconds:.2f} s of {TARGETS[name]:g}"] if seconds > TARGETS[name] else []
    if peak > MOST_MEMORY * data:
        told.append(f"{name} held {peak / data:.2f} of the data, of {MOST_MEMORY:g}")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=500_000)
    parser.add_argument("--only", nargs="*", default=list(PEERS))
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        options.only, options.no_peer = list(TARGETS), True
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, options.units)
        data = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
        print(f"{options.units:,} x {WIDTH}, {LABELS} labels, {KNOWN} known: {data:.0f} MB")
        for strategy in options.only:
            found = in_a_process(ours, strategy, folder, BATCH)
            show(strategy, BATCH, found, data)
            wrong += missed(strategy, found, data)
            number = 0 if options.no_peer else PEERS[strategy]
            if number:
                peer = in_a_process(theirs, strategy, folder, number)
                show(f"  scikit-activeml {strategy}", number, peer, data)
                if found and peer and strategy in ("core_set", "margin"):
                    same = len(set(found[4][:number]) & set(peer[4]))
                    print(f"  the same {same} of {number}")
    if options.check:
        print("\n".join(wrong) or "All targets are kept.")
        raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
