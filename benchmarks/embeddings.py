"""What embeddings of a model from a folder bring with few answers, and what they cost.

    nice .venv/bin/python -m benchmarks.embeddings FOLDER FILE [--sizes 300 600] [--seeds 3]

FOLDER is a model as `CONCORD_TEXT_EMBEDDINGS` names it, FILE is `clinc150.csv` (split, text, intent) or
`youtube_spam.csv` (text, spam). Answers are drawn by lot, of which a tenth (40 at least) tells when to
stop. For each size: how right the model is on up to 2,000 test texts by words alone, by both as Concord
puts them together, by embeddings alone, and by the better of the first two as cross-validation on the
answers says; mean over seeds with Student's interval of 95 %. The gain is
of each seed against itself.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse, stats

from apps.routing.learners.embeddings import BESIDE_ALPHA, WORDS_BESIDE, TextModel
from apps.routing.learners.features import Weighed, counts_of
from apps.routing.learners.folds import out_of_sample
from apps.routing.learners.linear import Settings, train
from benchmarks.labelled import texts_of

MOST_TESTS = 2_000


def told(values: np.ndarray) -> str:
    limits = stats.sem(values) * stats.t.ppf(0.975, values.size - 1)
    return f"{values.mean():.3f} (± {limits:.3f})"


def loss(rows: Any, alpha: float, lessons: np.ndarray, label: np.ndarray, seed: int) -> float:
    """By three-fold cross-validation, in nats."""

    def teach(given: Any, own: Any, labels: int, *, is_held: Any) -> Any:
        return train(given, own, labels, is_held=is_held, settings=Settings(seed=seed, alpha=alpha))

    own, lot = label[lessons], np.random.default_rng(seed).random(lessons.size)
    labels = int(label.max()) + 1
    said = out_of_sample(rows[lessons], own, labels, np.arange(lessons.size), lot, teach, 3)
    return float(-np.log(np.maximum(said[np.arange(own.size), own], 1e-3)).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 600])
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    texts, label, is_pool = texts_of(given.file)
    pools = [
        np.random.default_rng(seed).permutation(np.flatnonzero(is_pool))
        for seed in range(given.seeds)
    ]
    tests = np.random.default_rng(0).permutation(np.flatnonzero(~is_pool))[:MOST_TESTS]
    used = np.unique(np.concatenate([tests, *(pool[: max(given.sizes)] for pool in pools)]))
    model = TextModel(given.folder, threads=2)
    clock, processor = time.perf_counter(), time.process_time()
    said = model([texts[at] for at in used]).astype(np.float16).astype(np.float32)
    each = 1_000 / used.size
    print(
        f"{used.size} texts of {np.mean([len(texts[at].split()) for at in used]):.1f} words:"
        f" {each * (time.process_time() - processor):.1f} s of the processor for 1,000,"
        f" {each * (time.perf_counter() - clock):.1f} s by the clock;"
        f" most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    beside = sparse.lil_array((len(texts), said.shape[1]), dtype=np.float32)
    beside[used] = said
    beside = sparse.csr_array(beside)
    counts = counts_of(texts)
    words = Weighed.by(counts).rows(counts)
    both = sparse.csr_array(sparse.hstack([words * WORDS_BESIDE, beside], format="csr"))
    ways: dict[str, tuple[Any, float]] = {
        "words": (words, Settings.alpha),
        "both": (both, BESIDE_ALPHA),
        "embeddings": (beside, BESIDE_ALPHA),
    }
    for size in given.sizes:
        right: dict[str, list[float]] = {name: [] for name in (*ways, "chosen")}
        for seed, pool in enumerate(pools):
            asked = pool[:size]
            is_stop = np.arange(size) < max(40, size // 10)
            for name, (rows, alpha) in ways.items():
                settings = Settings(seed=seed, alpha=alpha)
                labels = int(label.max()) + 1
                says = train(rows[asked], label[asked], labels, is_held=is_stop, settings=settings)
                right[name].append(float((says(rows[tests]).argmax(axis=1) == label[tests]).mean()))
            lost = {
                name: loss(*ways[name], asked[~is_stop], label, seed) for name in ("words", "both")
            }
            right["chosen"].append(right[min(lost, key=lambda one: lost[one])][-1])
        found = {name: np.array(values) for name, values in right.items()}
        figures = ", ".join(f"{name} {told(values)}" for name, values in found.items())
        print(f"{size} answers: {figures}, gain {told(found['chosen'] - found['words'])}")


if __name__ == "__main__":
    main()
