"""The whole loop side by side with scikit-activeml: the same texts, start, batches and models, in one run.

    nice .venv/bin/python -m benchmarks.replay_peers FILE [--seeds 3] [--last 1500] [--strategies margin]

FILE is `clinc150.csv`, as for `benchmarks.replay`, by whose model all are judged. Each strategy chooses
300 texts a round, once by ours and once by theirs; theirs is given the probabilities that the same model
said, so that only the choice differs. Told are the accuracy on the test texts, the difference with its
interval, and the processor's time that choosing took. Those of distances get the same 128 numbers a text.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from skactiveml import pool as peers
from skactiveml.base import SkactivemlClassifier
from skactiveml.utils import MISSING_LABEL

from apps.routing.learners.features import dense
from apps.routing.learners.replay import Chooser, Known, Plan, replay
from benchmarks.replay import ROUND, START, Texts, choosing, interval, learn

PEERS: dict[str, Callable[[int], Any]] = {
    "margin": lambda seed: peers.UncertaintySampling("margin_sampling", random_state=seed),
    "entropy": lambda seed: peers.UncertaintySampling("entropy", random_state=seed),
    "core_set": lambda seed: peers.CoreSet(random_state=seed),
    "badge": lambda seed: peers.Badge(random_state=seed),
}


class Said(SkactivemlClassifier):
    """A model that says what the one that both are judged by has said of the texts without a label."""

    said: Any = None

    def __init__(self, classes=None, missing_label=MISSING_LABEL, random_state=None):
        super().__init__(classes=classes, missing_label=missing_label, random_state=random_state)

    def fit(self, X, y, sample_weight=None):  # noqa: N803
        return self

    def predict_proba(self, X):  # noqa: N803
        return self.said[: len(X)]


def theirs(name: str) -> Chooser:
    def choose(known: Known, count: int, seed: int) -> np.ndarray:
        assert known.features is not None
        y = np.where(known.labels < 0, np.nan, known.labels.astype(float))
        given: dict[str, Any] = {}
        if name != "core_set":
            assert known.probabilities is not None
            model = Said()
            model.said = known.probabilities[known.labels < 0]
            model.classes_ = np.arange(known.probabilities.shape[1])
            given = {"clf": model, "fit_clf": False}
        found = PEERS[name](seed).query(X=known.features, y=y, batch_size=count, **given)
        return np.asarray(found, np.int64)

    return choose


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--last", type=int, default=1_500)
    parser.add_argument("--strategies", nargs="*", default=["margin", "core_set"])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    texts = Texts(options.file).answered
    answered = replace(texts, features=dense(texts.rows))
    plan = Plan(start=START, batch=ROUND, last=options.last, seeds=tuple(range(options.seeds)))
    for name in options.strategies:
        took = {"ours": 0.0, "theirs": 0.0}
        both = {
            "ours": timed("ours", choosing(name), took),
            "theirs": timed("theirs", theirs(name), took),
        }
        found = replay(
            answered, both, plan, learn=learn, base="theirs", start=choosing("random_order")
        )
        for who in both:
            print(f"{name:16} {who:8} {interval(found.curve(who)[-1])}, chose in {took[who]:.1f} s")
        print(f"{name:16} {'ours over theirs':8} {interval(found.gained('ours')[-1])}", flush=True)


def timed(who: str, choose: Chooser, took: dict[str, float]) -> Chooser:
    def call(known: Known, count: int, seed: int) -> np.ndarray:
        start = time.process_time()
        try:
            return choose(known, count, seed)
        finally:
            took[who] += time.process_time() - start

    return call


if __name__ == "__main__":
    main()
