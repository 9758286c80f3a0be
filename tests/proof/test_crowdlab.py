"""Planted annotators on published messages: votes alone, models of annotators, and a model heard beside
the votes, each held against the published intents."""

from __future__ import annotations

import csv
import json
import logging
from functools import partial
from typing import Any

import numpy as np
import pytest

from apps.consensus.aggregators import Answers, aggregators
from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.comparing import mean_limits
from apps.consensus.aggregators.crowdlab import Crowdlab
from apps.routing.learners.features import Weighed, counts_of
from apps.routing.learners.folds import out_of_sample
from apps.routing.learners.linear import Settings, train
from tests.consensus.aggregators.crowds import heard
from tests.paths import real_data

log = logging.getLogger(__name__)
pytestmark = pytest.mark.proof
TEACH = partial(train, settings=Settings())
LABELS, ANNOTATORS = 150, 60


def messages() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts, intents, and of each intent its domain."""
    folder = real_data("clinc150")
    with (folder / "clinc150.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    intents, truth = np.unique([row["intent"] for row in rows], return_inverse=True)
    domains = json.loads((folder / "domains.json").read_text())
    number = {intent: place for place, names in enumerate(domains.values()) for intent in names}
    return (
        [row["text"] for row in rows],
        truth,
        np.array([number[name] for name in intents.tolist()]),
    )


def annotated(
    truth: np.ndarray, domain: np.ndarray, overlap: int, rng: np.random.Generator
) -> Answers:
    """Annotators are right on 45 to 95 %; of their errors seven in ten are within the domain."""
    skill = rng.uniform(0.45, 0.95, ANNOTATORS)
    unit = np.repeat(np.arange(truth.size), overlap)
    rater = np.concatenate([rng.choice(ANNOTATORS, overlap, replace=False) for _ in truth])
    near = [np.flatnonzero(domain == place) for place in range(domain.max() + 1)]
    value = truth[unit].copy()
    for i in np.flatnonzero(rng.random(unit.size) >= skill[rater]).tolist():
        choices = near[domain[value[i]]] if rng.random() < 0.7 else np.arange(LABELS)
        value[i] = rng.choice(choices[choices != value[i]])
    return Answers(
        unit=unit, rater=rater, value=value, values=tuple(range(LABELS)), units=truth.size
    )


def opinions(features: Any, answers: Answers, rng: np.random.Generator) -> FloatArray:
    """By models that learned from what most say: of labelled messages out of sample, of ties anyway."""
    majority = aggregators["majority_vote"](answers, form="label")
    label = np.where(majority.is_tie, -1, majority.winner[majority.offsets[:-1]])
    known, tied = np.flatnonzero(label >= 0), np.flatnonzero(label < 0)
    said = np.full((answers.units, LABELS), np.nan)
    lot = rng.random(known.size)
    rows = features[known]
    said[known] = out_of_sample(rows, label[known], LABELS, known, lot, TEACH)
    if tied.size:
        says = train(rows, label[known], LABELS, is_held=lot < 0.1, settings=Settings())
        said[tied] = says(features[tied])
    return said


@pytest.mark.parametrize("overlap", [1, 2, 3])
def test_a_model_beside_the_votes_comes_nearer_to_the_intents(overlap: int) -> None:
    texts, truth, domain = messages()
    rng = np.random.default_rng(overlap)
    counts = counts_of(texts)
    answers = annotated(truth, domain, overlap, rng)
    said = opinions(Weighed.by(counts).rows(counts), answers, rng)

    right = {}
    for name in ("majority_vote", "dawid_skene", "one_coin", "crowdlab"):
        verdicts = aggregators[name](heard(answers, said), form="label")
        won = [verdicts.winners_of(unit) for unit in range(truth.size)]
        right[name] = np.array(
            [(t in w) / len(w) for t, w in zip(truth.tolist(), won, strict=True)]
        )
        low, high = mean_limits(right[name], seed=0)
        log.info("%s, %s: %.4f (%.4f to %.4f)", overlap, name, right[name].mean(), low, high)
    known = (said.argmax(axis=1) == truth).mean()
    weight = Crowdlab().as_many(Crowdlab().fit(heard(answers, said), "label"))
    log.info("%s: the model alone %.4f; it counts as %.1f annotators", overlap, known, weight)
    if overlap > 1:
        for other in ("majority_vote", "dawid_skene", "one_coin"):
            assert mean_limits(right["crowdlab"] - right[other], seed=0)[0] > 0.02
