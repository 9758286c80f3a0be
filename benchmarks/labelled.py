"""Public texts with their labels, for benchmarks of what learns from them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def texts_of(file: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts, labels, and which may be asked about: of `clinc150.csv` (split, text, intent) its own part for
    that, of `youtube_spam.csv` (text, spam) seven of ten by lot."""
    with file.open(encoding="utf-8", newline="") as lines:
        read = list(csv.DictReader(lines))
    if "intent" in read[0]:
        read = [row for row in read if row["split"] in ("train", "test")]
        named = [row["intent"] for row in read]
        is_pool = np.array([row["split"] == "train" for row in read])
    else:
        named = [row["spam"] for row in read]
        is_pool = np.random.default_rng(2).random(len(read)) < 0.7
    _, label = np.unique(named, return_inverse=True)
    return [row["text"] for row in read], label.astype(np.int64), is_pool
