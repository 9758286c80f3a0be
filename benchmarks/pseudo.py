"""What pseudo-labels bring with few answers, and whether the hold-out says so.

    nice .venv/bin/python -m benchmarks.pseudo FILE [--sizes 60 120 240 480] [--seeds 5] [--forced]

FILE is `clinc150.csv` (split, text, intent) or `youtube_spam.csv` (text, spam).
Answers are drawn by lot; a tenth of them is the hold-out. For each size: how right the model is on the
test texts without and with pseudo-labels, how right these are, which bar was found, and in how many
seeds the hold-out said that they help. With `--forced` the bar is .9 whatever the hold-out says.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy import stats

from apps.routing.learners import pseudo
from apps.routing.learners.features import Weighed, counts_of
from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Settings, train
from benchmarks.labelled import texts_of

MOST_POOL = 5_000


def once(data: Any, size: int, seed: int) -> dict[str, Any]:
    rows, label, is_pool = data
    rng = np.random.default_rng(seed)
    pool = rng.permutation(np.flatnonzero(is_pool))
    asked, rest = pool[:size], pool[size : size + MOST_POOL]
    is_held = np.arange(size) < size // 10
    more = max(0, min(40, size // 4) - size // 10)
    is_stop = np.arange(size) < size // 10 + more
    settings, labels = Settings(seed=seed), int(label.max()) + 1
    says = train(rows[asked], label[asked], labels, is_held=is_stop, settings=settings)
    found = pseudo.self_train(
        says,
        rows[asked],
        label[asked],
        rows[rest],
        is_held=is_held,
        is_stop=is_stop,
        settings=settings,
    )
    test = np.flatnonzero(~is_pool)
    plain = float((says(rows[test]).argmax(axis=1) == label[test]).mean())
    taught = plain
    if found.says is not None:
        taught = float((found.says(rows[test]).argmax(axis=1) == label[test]).mean())
    return {
        "plain": plain,
        "taught": taught,
        "used": found.is_better,
        "bar": found.bar,
        "number": found.place.size,
        "right": int((label[rest][found.place] == found.label).sum()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[60, 120, 240, 480])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--forced", action="store_true")
    options = parser.parse_args()
    if options.forced:
        patch.object(pseudo, "bar_of", lambda *_: (0.9, Rate.of(0, 0))).start()
    texts, label, is_pool = texts_of(options.file)
    counts = counts_of(texts)
    data = Weighed.by(counts).rows(counts), label, is_pool
    for size in options.sizes:
        found = [once(data, size, seed) for seed in range(options.seeds)]
        show(f"{options.file.stem}, {size} answers", found)


def show(what: str, found: list[dict[str, Any]]) -> None:
    plain, taught = (np.array([one[name] for one in found]) for name in ("plain", "taught"))
    number, right = (sum(one[name] for one in found) for name in ("number", "right"))
    rate = Rate.of(right, number)
    told = f"{rate.value:.3f} ({rate.low:.3f} to {rate.high:.3f})" if rate.n else "none"
    gained = 100 * (taught - plain)
    half = float(stats.t.ppf(0.975, max(gained.size - 1, 1)) * stats.sem(gained))
    print(
        f"{what:24} without {plain.mean():.3f}, with {taught.mean():.3f}: {gained.mean():+.2f} points"
        f" (± {half:.2f}); {number / len(found):.0f} pseudo-labels, right {told}; bars"
        f" {[one['bar'] for one in found]}; chosen in {sum(one['used'] for one in found)}"
        f" of {len(found)}",
        flush=True,
    )


if __name__ == "__main__":
    main()
