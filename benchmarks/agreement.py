"""Alpha with its interval against one bare `krippendorff.alpha` call, side by side in one run.

    python -m benchmarks.agreement [--units 1000000] [--raters 5] [--labels 6] [--only 'by name']

Each job runs in a process of its own, so that its peak memory is its own: what the process has
before the job (interpreter, NumPy, the ratings themselves) is printed as the base.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import krippendorff
import numpy as np

from apps.agreement.measures import (
    LongForm,
    Moments,
    Patterns,
    Rated,
    measures,
    paradox,
    rater_measures,
    tabulate,
)

Level = Literal["nominal", "ordinal", "interval"]

BY_NAME: list[tuple[str, Level]] = [
    ("cohen_kappa", "nominal"),
    ("cohen_kappa", "ordinal"),
    ("conger_kappa", "nominal"),
    ("conger_kappa", "ordinal"),
    ("icc_1_1", "interval"),
    ("icc_2_1", "interval"),
    ("icc_3_1", "interval"),
    ("kendall_w", "ordinal"),
    ("spearman", "ordinal"),
]
SLIDER = ("icc_2_1", "pearson", "spearman", "kendall_w", "bland_altman")


@dataclass(frozen=True)
class Size:
    units: int
    raters: int
    labels: int
    pool: int


def ratings(size: Size) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`raters` answers to each unit, by people out of a pool; four of five answers are right."""
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(size.units, dtype=np.int32), size.raters)
    first = rng.integers(0, size.pool, size.units, dtype=np.int16)
    rater = (
        np.repeat(first, size.raters) + np.tile(np.arange(size.raters), size.units)
    ) % size.pool
    truth = np.repeat(rng.integers(0, size.labels, size.units, dtype=np.int16), size.raters)
    guess = rng.integers(0, size.labels, unit.size, dtype=np.int16)
    return unit, rater.astype(np.int16), np.where(rng.random(unit.size) < 0.8, truth, guess)


def matrix(size: Size) -> np.ndarray:
    unit, rater, value = ratings(size)
    table = np.full((size.pool, size.units), np.nan)
    table[rater, unit] = value
    return table


def theirs(size: Size, level: Level) -> Callable[[], str]:
    table = matrix(size)
    return lambda: f"{krippendorff.alpha(table, level_of_measurement=level):.6f}"


def counts_theirs(size: Size, level: Level) -> Callable[[], str]:
    unit, _, value = ratings(size)
    cells = np.bincount(
        unit.astype(np.int64) * size.labels + value, minlength=size.units * size.labels
    )
    table = cells.reshape(size.units, size.labels)
    return lambda: f"{krippendorff.alpha(value_counts=table, level_of_measurement=level):.6f}"


def ours(size: Size, level: Level) -> Callable[[], str]:
    given = ratings(size)

    def run() -> str:
        figure = measures["krippendorff_alpha"](
            tabulate(LongForm.of(*given), level=level), level=level, replicates=10_000
        )
        return f"{figure.value:.6f} [{figure.low:.6f}, {figure.high:.6f}] {figure.method}"

    return run


def ours_from_patterns(size: Size, level: Level) -> Callable[[], str]:
    data = Patterns.of(LongForm.of(*ratings(size)))

    def run() -> str:
        figure = measures["krippendorff_alpha"](data, level=level, replicates=10_000)
        return (
            f"{figure.value:.6f} [{figure.low:.6f}, {figure.high:.6f}] {data.units.size} patterns"
        )

    return run


def ours_moments(size: Size, level: Level) -> Callable[[], str]:
    given = ratings(size)

    def run() -> str:
        figure = measures["krippendorff_alpha"](Moments.of(LongForm.of(*given), level), level=level)
        return f"{figure.value:.6f} [{figure.low:.6f}, {figure.high:.6f}] {figure.method}"

    return run


def by_raters(name: str, size: Size, level: Level) -> Callable[[], str]:
    """A measure that needs raters by name, from the answers on; the first two where it is for two."""
    given, measure = ratings(size), rater_measures[name]

    def run() -> str:
        data = Rated.of(LongForm.of(*given))
        if measure.for_two:
            data = data.of_raters(data.raters[:2])
        figure = measure(data, level=level)
        return (
            f"{figure.value:.6f} [{figure.low:.6f}, {figure.high:.6f}] {data.units.size} rows, "
            f"{figure.method}"
        )

    return run


def side_by_side(size: Size, level: Level) -> Callable[[], str]:
    given = ratings(size)

    def run() -> str:
        shown = paradox(Rated.of(LongForm.of(*given)))
        return f"{len(shown)} labels against the rest ({level}), 7 figures each"

    return run


def job(
    prepare: Callable[[Size, Level], Callable[[], str]], size: Size, level: Level, name: str
) -> None:
    run = prepare(size, level)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    answer = run()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{level:9}{name:44}{seconds:8.2f} s{base:7.0f} MB{peak:7.0f} MB  {answer}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Alpha with its interval, beside krippendorff.alpha."
    )
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--raters", type=int, default=5, help="answers per unit")
    parser.add_argument("--labels", type=int, default=6)
    parser.add_argument("--only", help="the jobs whose name holds this")
    parser.add_argument("--pool", type=int, help="how many raters there are in all")
    given = parser.parse_args()
    size = Size(given.units, given.raters, given.labels, given.pool or given.raters)
    slider = Size(given.units, given.raters, 101, size.pool)
    print(f"{size}\n{'level':9}{'job':44}{'time':>10}{'base':>10}{'peak':>10}")
    jobs = [
        (theirs, size, "nominal", "krippendorff.alpha(raters x units), bare"),
        (counts_theirs, size, "nominal", "krippendorff.alpha(value_counts), bare"),
        (ours, size, "nominal", "Concord from answers, 10,000 replicates"),
        (ours_from_patterns, size, "nominal", "Concord from patterns, 10,000 replicates"),
        (theirs, size, "ordinal", "krippendorff.alpha(raters x units), bare"),
        (ours, size, "ordinal", "Concord from answers, 10,000 replicates"),
        (ours_from_patterns, size, "ordinal", "Concord from patterns, 10,000 replicates"),
        (ours_moments, slider, "interval", "Concord, 101 values, delta method"),
        (ours_moments, slider, "ordinal", "Concord, 101 values, delta method"),
        *((partial(by_raters, name), size, level, f"{name}, by name") for name, level in BY_NAME),
        *((partial(by_raters, name), slider, "interval", f"{name}, 101 values") for name in SLIDER),
        (side_by_side, size, "nominal", "kappa paradox of each label"),
    ]
    if given.only:
        jobs = [one for one in jobs if given.only in one[3]]
    context = multiprocessing.get_context("spawn")
    for prepare, its_size, level, name in jobs:
        process = context.Process(target=job, args=(prepare, its_size, level, name))
        process.start()
        process.join()
        if process.exitcode:
            print(f"{level:9}{name:44} ended with {process.exitcode}")


if __name__ == "__main__":
    main()
