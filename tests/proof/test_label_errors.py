"""Wrong labels planted in published data, found by the model that learns here otherwise, too."""

from __future__ import annotations

import csv
import logging
import time
from functools import partial

import numpy as np
import pytest

from apps.quality.checks.confident import how_many, likely_wrong
from apps.routing.learners.features import Weighed, counts_of
from apps.routing.learners.folds import out_of_sample
from apps.routing.learners.linear import Settings, train
from tests.paths import real_data

log = logging.getLogger(__name__)
pytestmark = pytest.mark.proof


def test_of_150_intents_with_one_label_in_twenty_wrong_most_are_found() -> None:
    """CLINC150, 15,000 messages. None of what is told of the labels is told of which are wrong."""
    with (real_data("clinc150") / "clinc150.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    _, truth = np.unique([row["intent"] for row in rows], return_inverse=True)
    counts = counts_of([row["text"] for row in rows])
    features = Weighed.by(counts).rows(counts)
    rng, teach = np.random.default_rng(0), partial(train, settings=Settings())
    for wrong in (0.0, 0.05):
        is_wrong = rng.random(truth.size) < wrong
        label = np.where(is_wrong, (truth + rng.integers(1, 150, truth.size)) % 150, truth)
        start = time.perf_counter()
        said = out_of_sample(
            features, label, 150, np.arange(truth.size), rng.random(truth.size), teach
        )
        taught = time.perf_counter() - start
        start = time.perf_counter()
        found, told = likely_wrong(said.astype(float), label), how_many(said.astype(float), label)
        hits = int(is_wrong[found].sum())
        log.info(
            "%s wrong: taught in %.0f s, read in %.2f s, agreed %.3f; %s of %s found are wrong, of %s;"
            " %.0f to %.0f told",
            *(wrong, taught, time.perf_counter() - start, (said.argmax(axis=1) == label).mean()),
            *(hits, found.size, is_wrong.sum(), told.low, told.high),
        )
        if wrong:
            assert hits / is_wrong.sum() > 0.8
            assert hits / found.size > 0.5
            assert told.low <= is_wrong.sum() <= told.high
