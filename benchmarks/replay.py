"""What a strategy saves, replayed on CLINC150: 15,000 short texts of 150 intents.

    .venv/bin/python -m benchmarks.replay FILE [--seeds 5] [--strategies random_order margin]

FILE is `clinc150.csv` (split, text, intent): Larson et al. (2019), EMNLP, CC BY 3.0. The labels are
there already, and are told only of the texts that a strategy asks for: 300 at first by lot, then
300 per round, each time with a model fitted anew (hashed words and pairs, tf-idf, SGD log-loss).
Accuracy is on the 4,500 test texts. Each seed gives another start and another model; strategies
share it, so the difference is taken seed by seed, with Student's interval.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import SGDClassifier

from apps.routing.learners.replay import Answered, Chooser, Known, Mean, Plan, replay
from apps.routing.strategies import Pool, strategies

START, ROUND, LAST = 300, 300, 3000
TOLD = (1500, 2400, 3000)


class Texts:
    """Texts as vectors, and their labels as numbers."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["split"] in ("train", "test")]
        names = sorted({row["intent"] for row in rows})
        place = {name: number for number, name in enumerate(names)}
        vectors = HashingVectorizer(ngram_range=(1, 2), norm=None, alternate_sign=False)
        is_train = np.array([row["split"] == "train" for row in rows])
        counts = vectors.transform(row["text"] for row in rows)
        x = TfidfTransformer(sublinear_tf=True).fit(counts[is_train]).transform(counts)
        y = np.array([place[row["intent"]] for row in rows])
        train, test = x[is_train], x[~is_train]
        # Many columns are empty: without them a fit is ten times faster and the same.
        used = np.flatnonzero(train.getnnz(axis=0))
        self.answered = Answered(
            rows=train[:, used],
            label=y[is_train],
            test_rows=test[:, used],
            test_label=y[~is_train],
            labels=len(names),
        )


def learn(rows: Any, label: np.ndarray, labels: int, seed: int) -> Callable[[Any], np.ndarray]:
    """With a column for each label, also for those that the model has not met."""
    model = SGDClassifier(loss="log_loss", alpha=1e-5, random_state=seed, max_iter=50, tol=1e-3)
    model.fit(rows, label)

    def probabilities(given: Any) -> np.ndarray:
        p = np.zeros((given.shape[0], labels), np.float32)
        p[:, model.classes_] = model.predict_proba(given)
        return p

    return probabilities


def choosing(name: str) -> Chooser:
    def choose(known: Known, count: int, seed: int) -> np.ndarray:
        return strategies[name](Pool(**vars(known)), count=count, seed=seed)

    return choose


def interval(found: Mean) -> str:
    if found.low is None or found.high is None:
        return f"{found.value:.4f}, n = {found.n}"
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f}), n = {found.n}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--strategies", nargs="*", default=["random_order", "margin", "entropy"])
    options = parser.parse_args()
    texts = Texts(options.file)
    known = texts.answered
    print(
        f"{known.label.size:,} texts, {known.test_label.size:,} to test on, {known.labels} labels"
    )
    plan = Plan(start=START, batch=ROUND, last=LAST, seeds=tuple(range(options.seeds)))
    base = options.strategies[0]
    choosers = {name: choosing(name) for name in options.strategies}
    found = replay(
        texts.answered, choosers, plan, learn=learn, base=base, start=choosing("random_order")
    )
    for number in TOLD:
        for name in choosers:
            place = found.sizes.index(number)
            print(f"{number:5d} labels  {name:20} {interval(found.curve(name)[place])}")
            if name != base:
                print(f"{'':13} over {base:16} {interval(found.gained(name)[place])}")


if __name__ == "__main__":
    main()
