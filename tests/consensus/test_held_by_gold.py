"""A fit is held against known answers: whether it stands, and how sure it may be."""

from __future__ import annotations

import numpy as np
import pytest

from apps.annotations.models import Question
from apps.consensus.models import Consensus, Run
from apps.projects.models import Membership
from tests.bulk import answered_tasks
from tests.consensus.choosing import choose, compute
from tests.consensus.factories import LABELS, answered_question, make_gold
from tests.factories import (
    MembershipFactory,
    QuestionFactory,
)

pytestmark = pytest.mark.django_db


def with_two_who_copy(tasks: int = 120) -> Question:
    """Two of five always say the same, rightly in six of ten; a model takes them for experts."""
    rng = np.random.default_rng(1)
    question = QuestionFactory(name="intent")
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(5)]
    truth = [LABELS[i] for i in rng.integers(0, 3, tasks)]

    def said(known: str, skill: float) -> str:
        return known if rng.random() < skill else str(rng.choice([x for x in LABELS if x != known]))

    rows = []
    for known in truth:
        copied = said(known, 0.6)
        alone = [said(known, 0.7) for _ in people[2:]]
        answers = zip(people, [copied, copied, *alone], strict=True)
        rows.append({who: {"intent": it} for who, it in answers})
    made = answered_tasks(project=question.project, answers=rows)
    make_gold(made, truth)
    return question


def test_a_model_that_does_worse_on_gold_does_not_stand() -> None:
    question = with_two_who_copy()
    choose(question, "one_coin")

    compute(question)

    run = Run.objects.get(aggregator="one_coin")
    gold = run.checks["gold"]
    assert (gold["tasks"], gold["verdict"]) == (120, "worse")
    assert gold["model"] < gold["plain"] - 0.05
    assert gold["high"] < 0
    assert run.is_worse
    beside = Run.objects.get(aggregator="majority_vote")
    found = {(row.aggregator, row.run_id) for row in Consensus.objects.all()}
    assert found == {("majority_vote", beside.pk)}
    assert not Consensus.objects.filter(probability=None).exists()


def test_a_model_that_does_better_on_gold_stands() -> None:
    question, _, tasks, truth = answered_question(
        tasks=80, skills=(0.97, 0.95, 0.3, 0.3, 0.3), seed=2
    )
    make_gold(tasks, truth)
    choose(question, "dawid_skene")

    compute(question)

    run = Run.objects.get()
    assert run.checks["gold"]["verdict"] == "better"
    assert not run.is_worse
    assert set(Consensus.objects.values_list("run", flat=True)) == {run.pk}


def test_probabilities_are_put_right_by_gold_where_that_helps() -> None:
    """Three of four copy each other, so the model is far too sure."""
    rng = np.random.default_rng(3)
    question = QuestionFactory(name="intent", labels=LABELS[:2])
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(4)]
    truth = [LABELS[i] for i in rng.integers(0, 2, 120)]
    rows = []
    for known in truth:
        copied, alone = (
            known if rng.random() < skill else LABELS[1 - LABELS.index(known)]
            for skill in (0.75, 0.7)
        )
        said = zip(people, [copied, copied, copied, alone], strict=True)
        rows.append({who: {"intent": it} for who, it in said})
    tasks = answered_tasks(project=question.project, answers=rows)
    make_gold(tasks, truth)
    choose(question, "one_coin")

    compute(question)

    calibration = Run.objects.get().checks["calibration"]
    assert calibration["raw"]["ece"] > 0.15
    assert calibration["learned"]["kind"] in {"temperature", "steps"}
    assert calibration["now"]["ece"] < calibration["raw"]["ece"] / 2
    told = [row.probability or 0 for row in Consensus.objects.all()]
    assert np.mean(told) == pytest.approx(0.75, abs=0.08)
    assert Run.objects.get().checks["votes"]["ece"] > 0.05
