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
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import SGDClassifier

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
        self.x, self.y = x[is_train], y[is_train]
        self.test_x, self.test_y = x[~is_train], y[~is_train]
        # Many columns are empty: without them a fit is ten times faster and the same.
        used = np.flatnonzero(self.x.getnnz(axis=0))
        self.x, self.test_x = self.x[:, used], self.test_x[:, used]
        self.labels = len(names)


def replay(texts: Texts, name: str, seed: int) -> dict[int, float]:
    """The accuracy after each number of labels."""
    units = texts.y.size
    labels = np.full(units, -1)
    start = strategies["random_order"](Pool(units=units), count=START, seed=seed)
    labels[start] = texts.y[start]
    found: dict[int, float] = {}
    while True:
        known = labels >= 0
        model = SGDClassifier(loss="log_loss", alpha=1e-5, random_state=seed, max_iter=50, tol=1e-3)
        model.fit(texts.x[known], labels[known])
        number = int(known.sum())
        found[number] = float(model.score(texts.test_x, texts.test_y))
        if number >= LAST:
            return found
        pool = Pool(units=units, labels=labels, probabilities=probabilities(model, texts))
        asked = strategies[name](pool, count=ROUND, seed=seed)
        labels[asked] = texts.y[asked]


def probabilities(model: SGDClassifier, texts: Texts) -> np.ndarray:
    """With a column for each label, also for those that the model has not met."""
    p = np.zeros((texts.y.size, texts.labels), np.float32)
    p[:, model.classes_] = model.predict_proba(texts.x)
    return p


def interval(values: list[float]) -> str:
    number = len(values)
    mean, half = float(np.mean(values)), float("nan")
    if number > 1:
        error = np.std(values, ddof=1) / np.sqrt(number)
        half = float(stats.t.ppf(0.975, number - 1) * error)
    return f"{mean:.4f} ({mean - half:.4f} to {mean + half:.4f}), n = {number}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--strategies", nargs="*", default=["random_order", "margin", "entropy"])
    options = parser.parse_args()
    texts = Texts(options.file)
    print(f"{texts.y.size:,} texts, {texts.test_y.size:,} to test on, {texts.labels} labels")
    curves = {
        name: [replay(texts, name, seed) for seed in range(options.seeds)]
        for name in options.strategies
    }
    base = options.strategies[0]
    for number in TOLD:
        for name, runs in curves.items():
            print(f"{number:5d} labels  {name:20} {interval([run[number] for run in runs])}")
            if name != base:
                gained = [
                    run[number] - other[number]
                    for run, other in zip(runs, curves[base], strict=True)
                ]
                print(f"{'':13} over {base:16} {interval(gained)}")


if __name__ == "__main__":
    main()
