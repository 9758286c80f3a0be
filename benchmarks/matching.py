"""Boxes of many images matched, and agreement on them with its interval.

.venv/bin/python -m benchmarks.matching [--images 10000] [--raters 3] [--boxes 20]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time

import numpy as np

from apps.agreement.measures import Boxes, Objects, object_measures
from apps.agreement.measures.matching import instances, matches

LABELS = 10
MEASURES = ("detection_f1", "matched_likeness", "instance_alpha", "label_alpha")


def boxes(images: int, raters: int, number: int) -> Objects:
    """Boxes on images of 1000 x 1000 that raters move a little, miss, and call by other names."""
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 900, (images, 1, number, 2))
    size = rng.uniform(30, 150, (images, 1, number, 2))
    shape = (images, raters, number)
    moved = corner + rng.normal(0, 5, (*shape, 2))
    sides = np.concatenate([moved, moved + size + rng.normal(0, 5, (*shape, 2))], axis=3)
    label = np.broadcast_to(rng.integers(0, LABELS, (images, 1, number)), shape)
    label = np.where(rng.random(shape) < 0.9, label, rng.integers(0, LABELS, shape))
    kept = rng.random(shape) < 0.95
    image, rater, _ = np.nonzero(kept)
    return Objects(
        unit=np.repeat(np.arange(images), raters),
        rater=np.tile(np.arange(raters), images),
        answer=image * raters + rater,
        label=label[kept],
        labels=tuple(range(LABELS)),
        shapes=Boxes(sides=sides[kept]),
        units=images,
    )


def job(name: str, size: tuple[int, int, int]) -> None:
    data = boxes(*size)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    start, cpu = time.perf_counter(), time.process_time()
    if name == "matching alone":
        told = f"{matches(data, 0.5).pair.size:,} matched"
    elif name == "things alone":
        told = f"{np.unique(instances(data, 0.5)).size:,} things"
    else:
        figure = object_measures[name](data)
        told = f"{figure.value:.4f} [{figure.low:.4f}, {figure.high:.4f}] {figure.method}"
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:18}{seconds:7.2f} s ({cpu:.2f} of CPU) {base:5d} MB {peak:5d} MB  {told}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Matched boxes, and agreement on them.")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--raters", type=int, default=3)
    parser.add_argument("--boxes", type=int, default=20)
    given = parser.parse_args()
    size = (given.images, given.raters, given.boxes)
    print(f"{given.images:,} images, {given.raters} raters, {given.boxes} boxes each")
    for name in ("matching alone", "things alone", *MEASURES):
        process = multiprocessing.get_context("spawn").Process(target=job, args=(name, size))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
