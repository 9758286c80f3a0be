"""Rare labels that count as much as frequent ones: always, never, or where it surely helps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.annotations.models import Question
from apps.routing.actions.plans import BadPlan, change_plan
from apps.routing.learners.limits import macro_f1_between
from apps.routing.models import ModelRun, Plan
from tests.clients import signed_in_as
from tests.factories import ProjectFactory, QuestionFactory, UserFactory
from tests.routing.factories import known, learn
from tests.routing.test_pages import address, text_of

pytestmark = pytest.mark.django_db
LABELS = ("usual", "rare")


def inbox(rare: float, **plan: Any) -> Question:
    """400 answers, of which so many are rare: all of these alarm, and so do some of the usual. So what
    alarms is more likely usual, and a model that counts each answer alike never says "rare"."""
    rng = np.random.default_rng(1)
    question: Question = QuestionFactory(
        project=ProjectFactory(overlap=1),
        name="kind",
        config={"labels": [{"value": value} for value in LABELS]},
    )
    Plan.objects.create(project=question.project, seed=5, when="never", **plan)
    rows = [
        ({"text": "alarm" if is_rare or rng.random() < 0.12 else "quiet"}, LABELS[int(is_rare)])
        for is_rare in rng.random(400) < rare
    ]
    known(question, rows)
    return question


def trained(question: Question) -> ModelRun:
    learn(question.project, is_ranked=False)
    return ModelRun.objects.latest("pk")


def test_by_itself_a_rare_label_is_weighed_where_that_surely_finds_labels_better() -> None:
    run = trained(inbox(0.08))

    told = run.parameters["weighing"]
    assert (told["by"], told["is_used"]) == ("auto", True)
    assert told["gain"]["low"] > 0
    assert run.parameters["balanced"]
    again = trained(run.question)
    # Not asked anew of as many answers.
    assert again.parameters["weighing"] == told
    said = text_of(signed_in_as(run.project).get(address(run.project, f"models/{run.pk}/")))
    assert "count as much as frequent ones: the rarest is" in said


def test_where_labels_are_alike_frequent_nothing_is_asked() -> None:
    run = trained(inbox(0.4))

    assert "weighing" not in run.parameters
    assert not run.parameters["balanced"]


@pytest.mark.proof
@pytest.mark.parametrize(("weighing", "is_used"), [("always", True), ("never", False)])
def test_a_plan_may_say_so(weighing: str, is_used: bool) -> None:
    run = trained(inbox(0.08, weighing=weighing))

    assert run.parameters["balanced"] is is_used


def test_another_word_is_refused() -> None:
    project = ProjectFactory()

    with pytest.raises(BadPlan) as refused:
        change_plan(project=project, by=UserFactory(), at=timezone.now(), weighing="sometimes")

    assert "auto, always, never" in refused.value.errors["weighing"]


def test_limits_of_macro_f1_hold_as_often_as_they_say() -> None:
    """Of a model whose confusion is known: 300 samples of 200 tasks, one label in ten."""
    rng = np.random.default_rng(0)
    shares = np.array([[0.81, 0.09], [0.03, 0.07]])
    right, both = np.diag(shares), shares.sum(axis=0) + shares.sum(axis=1)
    truth = float((2 * right / both).mean())
    held = 0
    for seed in range(300):
        cell = rng.choice(4, 200, p=shares.ravel())
        found = macro_f1_between(cell // 2, cell % 2, seed=seed)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high

    assert held >= 0.92 * 300
