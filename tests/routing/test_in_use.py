"""How good a model in use is: by a feed whose accuracy, delays and drift are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.consensus.actions.refresh import refresh_consensus
from apps.projects.models import Project
from apps.quality.models import Adjudication
from apps.routing.actions.feed_counts import can_be_counted
from apps.routing.actions.feed_report import Report, chosen_of, report_of
from apps.routing.actions.feeding import keep_outcomes
from apps.routing.models import FeedCount, FeedPlan
from apps.tasks.models import Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    user_of,
)
from tests.routing.feeding import before, fed_project, outcome, row, send, simulated, worked
from tests.routing.test_feed_tasks import LOT, UNSURE, ruled

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return fed_project()[0]


def report(project: Project, *, period: str = "all", model: str = "") -> Report:
    count = chosen_of(project, ("", model))
    assert count is not None
    return report_of(count=count, period=period, at=timezone.now())


def holds(told: Any, truth: float) -> bool:
    return bool(told.low <= truth <= told.high)


def test_the_limits_hold_the_known_accuracy_and_calibration(project: Project) -> None:
    send(project, *simulated(1_500, seed=1, accuracy=0.85))

    worked(project)

    found = report(project)
    judged = found.judged["outcome"]
    assert holds(judged.accuracy, 0.85)
    # The probability that was sent is the one by which each is right.
    assert judged.calibration.error.low == 0
    assert judged.calibration.error.n == judged.accuracy.n == found.known
    assert found.predictions == 1_500
    assert 950 < found.mature < 1_050
    assert {one.label for one in judged.labels} == {"fraud", "fine"}
    assert sum(told.n for _, told in judged.weeks) == judged.accuracy.n


def slow_if_right(is_right: bool, rng: np.random.Generator) -> float:
    """Fraud is found in a day, that nothing was wrong only after three weeks."""
    return float(rng.uniform(20, 25)) if is_right else 1.0


def test_quick_outcomes_do_not_bias_what_is_old_enough(project: Project) -> None:
    send(project, *simulated(1_500, seed=2, accuracy=0.8, delay=slow_if_right))

    worked(project)
    assert holds(report(project).judged["outcome"].accuracy, 0.8)

    FeedPlan.objects.update(maturity_days=0)
    worked(project)
    too_early = report(project).judged["outcome"].accuracy
    assert not holds(too_early, 0.8)
    assert too_early.value is not None
    assert too_early.value < 0.77


def test_late_outcomes_are_counted_by_age(project: Project) -> None:
    ages = [0.5, 3, 3, 10, 45, 100]
    send(
        project,
        [row(f"k{n}", at=before(age)) for n, age in enumerate(ages)],
        [outcome("k1"), outcome("k4", at=before(2)), outcome("nobody")],
    )

    worked(project)

    found = report(project)
    assert [(one.days, one.number, one.missing) for one in found.ages] == [
        (0, 1, 1),
        (1, 2, 1),
        (7, 1, 1),
        (30, 1, 0),
        (90, 1, 1),
    ]
    assert (found.mature, found.known, found.bounds) == (2, 1, (0.5, 1.0))


def test_the_newest_outcome_counts(project: Project) -> None:
    send(
        project,
        [row("a", at=before(60))],
        [outcome("a", "fraud", at=before(1)), outcome("a", "fine", at=before(9))],
    )

    worked(project)
    assert report(project).judged["outcome"].accuracy.value == 0

    keep_outcomes(project=project, rows=[outcome("a", "fine")])
    worked(project)
    assert report(project).judged["outcome"].accuracy.value == 1


def test_of_two_in_one_call_the_last_counts(project: Project) -> None:
    send(project, [row("a", at=before(60))])
    keep_outcomes(project=project, rows=[outcome("a", "fraud"), outcome("a", "fine")])

    worked(project)

    assert report(project).judged["outcome"].accuracy.value == 1


def answer(project: Project, truth: dict[str, str]) -> None:
    """Somebody answers all tasks that were made."""
    person = MembershipFactory(project=project)
    tasks = list(Task.objects.filter(project=project))
    for task in tasks:
        AnnotationFactory(
            assignment=AssignmentFactory(task=task, annotator=person),
            answers={"verdict": truth[str(task.external_id)]},
        )
    refresh_consensus(project=project, task_ids=[task.pk for task in tasks])


def test_the_lot_tells_how_good_the_model_is_and_what_was_chosen_does_not(
    project: Project,
) -> None:
    """Wrong where it is unsure: those are chosen, and by them it would look worse than it is."""
    ruled(project, LOT, UNSURE)
    rng = np.random.default_rng(3)
    rows, truth = [], {}
    for place in range(600):
        is_unsure = place % 3 == 0
        key = f"k{place}"
        rows.append(row(key, at=before(40), probability=0.5 if is_unsure else 0.95))
        is_right = rng.random() < (0.5 if is_unsure else 0.95)
        truth[key] = "fine" if is_right else "fraud"
    send(project, rows)
    worked(project)
    answer(project, truth)

    worked(project)

    found = report(project)
    assert found.main is not None
    assert found.main.source == "lot"
    assert holds(found.main.accuracy, 0.8)
    assert not holds(found.judged["chosen"].accuracy, 0.8)
    assert found.judged["lot"].of == found.judged["lot"].accuracy.n
    assert found.judged["chosen"].is_of_all is False
    # By people's answers as well: what was said with .5 and .95 came true about as often.
    # The lot goes by the project's own numbers, so it is not the same each time.
    assert found.main.calibration.error.low < 0.03


def test_what_was_sent_with_a_task_stands_apart(project: Project) -> None:
    first = TaskFactory(project=project, external_id="sent")
    send(project, [row("sent", task=first.pk, at=before(40))])
    answer(project, {"sent": "fine"})

    worked(project)

    found = report(project)
    assert found.main is None
    assert (found.judged["sent"].of, found.judged["sent"].accuracy.value) == (1, 1.0)


def test_a_decision_stands_above_the_answers(project: Project) -> None:
    ruled(project, LOT)
    keys = [f"k{n}" for n in range(40)]
    send(project, [row(key, at=before(40)) for key in keys])
    worked(project)
    answer(project, dict.fromkeys(keys, "fine"))
    task = Task.objects.earliest("pk")
    lead = user_of(MembershipFactory(project=project, role="lead"))
    Adjudication.objects.create(
        project=project,
        task=task,
        outcome="decided",
        answers={"verdict": "fraud"},
        decided_by=lead,
    )

    worked(project)

    judged = report(project).judged["lot"]
    assert judged.accuracy.value == pytest.approx(1 - 1 / judged.accuracy.n)


def test_a_probability_of_several_answers_is_of_none_alone(project: Project) -> None:
    QuestionFactory(
        project=project, name="tone", config={"labels": [{"value": "a"}, {"value": "b"}]}
    )
    both = {"verdict": "fine", "tone": "a"}
    send(
        project,
        [
            row("both", answers=both, probability=0.9, at=before(40)),
            row("one", probability=0.9, at=before(40)),
        ],
        [outcome("both"), outcome("one")],
    )

    worked(project)

    judged = report(project).judged["outcome"]
    assert (judged.accuracy.n, judged.calibration.error.n) == (2, 1)


def test_a_rating_is_counted_by_its_steps(project: Project) -> None:
    question = QuestionFactory(
        project=project, name="stars", kind="rating", config={"min": 1, "max": 5}
    )
    send(
        project,
        [row(f"k{n}", answers={"stars": 4}, at=before(40)) for n in range(4)],
        [
            {"key": f"k{n}", "question": "stars", "value": value}
            for n, value in enumerate([4, 4, 5, 4])
        ],
    )

    worked(project)

    assert can_be_counted(question)
    count = chosen_of(project, ("stars", ""))
    assert count is not None
    judged = report_of(count=count, period="all", at=timezone.now()).judged["outcome"]
    assert (judged.accuracy.value, judged.accuracy.n) == (0.75, 4)


def test_periods_and_models_are_told_apart(project: Project) -> None:
    send(
        project,
        [
            row("old", at=before(200)),
            row("new", at=before(45)),
            row("other", model="v2", at=before(41)),
        ],
        [outcome("old", "fraud"), outcome("new"), outcome("other", "fraud")],
    )

    worked(project)

    assert report(project).count.model == "v2"
    assert report(project, model="v1").judged["outcome"].accuracy.n == 2
    assert report(project, model="v1", period="13").judged["outcome"].accuracy.value == 1
    assert report(project, model="v1", period="4").judged["outcome"].accuracy.n == 0


def test_counts_are_replaced_and_not_added_to(project: Project) -> None:
    send(project, [row("a", at=before(40))], [outcome("a")])

    for _ in range(2):
        worked(project)

    assert FeedCount.objects.count() == 1
    assert report(project).judged["outcome"].accuracy.n == 1
