"""What it brings to count rare labels as much as frequent ones, and whether cross-validation says so.

    nice .venv/bin/python -m benchmarks.weighing clinc150.csv [--sizes 600 2000] [--seeds 5]

Of the 150 intents so many are "rare", all others are "usual": 2, 7 and 15 intents are 1.3, 4.7 and 10 % of
the answers. Answers are drawn by lot, a tenth of them is the hold-out. For each size: macro F1, how often
what is rare is found and meant, and the log loss on the test texts, each answer alike, labels alike, and as
cross-validation chose; and in how many seeds it chose to weigh.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from apps.routing.learners.features import Weighed, counts_of
from apps.routing.learners.figures import held_figures
from apps.routing.learners.folds import out_of_sample
from apps.routing.learners.limits import macro_f1_gain
from apps.routing.learners.linear import Settings, train
from benchmarks.labelled import texts_of

INTENTS = (2, 7, 15)
# As `apps.routing.actions.weighing` has it, which needs Django.
RARE = 0.5


def taught(*, balanced: bool, seed: int) -> Any:
    settings = Settings(seed=seed, balanced=balanced)
    return lambda rows, label, labels, is_held: train(
        rows, label, labels, is_held=is_held, settings=settings
    )


def figures_of(says: Any, rows: Any, truth: Any) -> list[float]:
    found = held_figures(says(rows).astype(float), truth)
    right, so, said = (
        found.confusion[1, 1],
        found.confusion[1].sum(),
        found.confusion[:, 1].sum(),
    )
    return [found.macro_f1 or 0, right / so, right / max(said, 1), found.log_loss or 0]


def once(data: Any, size: int, seed: int) -> tuple[list[list[float]], bool]:
    rows, label, is_pool = data
    rng = np.random.default_rng(seed)
    asked = rng.permutation(np.flatnonzero(is_pool))[:size]
    is_stop = np.arange(size) < max(40, size // 10)
    test = np.flatnonzero(~is_pool)
    told = [
        figures_of(
            taught(balanced=balanced, seed=seed)(rows[asked], label[asked], 2, is_held=is_stop),
            rows[test],
            label[test],
        )
        for balanced in (False, True)
    ]
    lessons = asked[~is_stop]
    is_chosen = False
    if label[lessons].mean() * 2 < RARE:
        said = [
            out_of_sample(
                rows[lessons], label[lessons], 2, lessons, rng.random(lessons.size), teach, 3
            ).argmax(axis=1)
            for teach in (taught(balanced=True, seed=seed), taught(balanced=False, seed=seed))
        ]
        low = macro_f1_gain(label[lessons], *said, seed=seed).low
        is_chosen = low is not None and low > 0
    return [*told, told[is_chosen]], is_chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[600, 2000])
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    texts, intent, is_pool = texts_of(given.file)
    counts = counts_of(texts)
    rows = Weighed.by(counts).rows(counts)
    for number in INTENTS:
        chosen = np.random.default_rng(7).permutation(150)[:number]
        label = np.isin(intent, chosen).astype(np.int64)
        for size in given.sizes:
            runs = [once((rows, label, is_pool), size, seed) for seed in range(given.seeds)]
            mean = np.mean([told for told, _ in runs], axis=0)
            print(
                f"{number} intents, {size} answers; weighed in {sum(one for _, one in runs)} seeds"
            )
            for name, row in zip(("alike", "weighed", "chosen"), mean, strict=True):
                print(f"  {name:8}", *(f"{value:.3f}" for value in row))


if __name__ == "__main__":
    main()
