"""Methods for answers that are no labels: numbers, and marks of a text."""

from __future__ import annotations

import numpy as np
import pytest

from apps.annotations.models import Annotation, Gold, Question
from apps.consensus.actions import (
    methods_for,
    refresh_consensus,
)
from apps.consensus.actions.recomputing import recompute_consensus, recompute_fit
from apps.consensus.models import Consensus, Run
from apps.projects.models import Membership
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.consensus.choosing import choose, compute
from tests.factories import (
    MembershipFactory,
    QuestionFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


def test_numbers_have_a_mean_by_skill_that_the_question_allows() -> None:
    """Two who are near the truth, one who is always 3 too high, one who says anything."""
    rng = np.random.default_rng(0)
    question = QuestionFactory(
        name="score", kind="slider", config={"min": 0, "max": 100, "step": 1}
    )
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(4)]
    truth = [int(x) for x in rng.integers(10, 90, 40)]
    answers = []
    for known in truth:
        near = [known + int(rng.integers(-2, 3)), known + int(rng.integers(-2, 3))]
        said = zip(people, [*near, known + 3, int(rng.integers(0, 101))], strict=True)
        answers.append({who: {"score": it} for who, it in said})
    tasks = answered_tasks(project=question.project, answers=answers)
    Gold.objects.bulk_create(
        Gold(task=task, answers={"score": known}, source="test")
        for task, known in zip(tasks, truth, strict=True)
    )
    choose(question, "skilled_mean")

    compute(question)

    run = Run.objects.get()
    assert run.values == []
    assert set(run.checks) == {"gold", "calibration", "stopping"}
    assert run.checks["gold"]["verdict"] == "better"
    rows = Consensus.objects.filter(question=question).order_by("task")
    assert all(isinstance(row.value, int) for row in rows)
    near = [abs(row.value - known) <= 5 for row, known in zip(rows, truth, strict=True)]
    assert np.mean(near) > 0.95
    assert np.mean([row.probability or 0 for row in rows]) == pytest.approx(1, abs=0.1)
    # A number that nobody has said yet is judged by the fit like all others.
    late = answered_task(
        project=question.project, answers={who: {"score": 97} for who in people[:2]}
    )
    refresh_consensus(project=question.project, task_ids=[late.pk])
    found = Consensus.objects.select_related("run", "question").get(task=late)
    assert found.run_id == run.pk
    assert abs(found.value - 97) <= 3
    assert recompute_consensus(found).probability == found.probability
    assert recompute_fit(run).is_same


def test_a_trimmed_mean_needs_no_fit() -> None:
    question = QuestionFactory(name="score", kind="rating", config={"min": 1, "max": 5})
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(5)]
    said = zip(people, [4, 4, 4, 5, 1], strict=True)
    task = answered_task(project=question.project, answers={who: {"score": it} for who, it in said})
    choose(question, "trimmed_mean", trim=0.2)

    compute(question)

    row = Consensus.objects.get(task=task)
    assert (row.value, row.share, row.aggregator) == (4, 0.6, "trimmed_mean")
    assert not Run.objects.exists()


def marked(question: Question, people: list[Membership], *answers: list[tuple[int, int]]) -> Task:
    kind = question.behaviour
    values = [
        kind.clean([{"label": "Name", "start": a, "end": b} for a, b in one], question.config)
        for one in answers
    ]
    said = zip(people, values, strict=True)
    return answered_task(
        project=question.project, answers={who: {question.name: value} for who, value in said}
    )


@pytest.mark.parametrize("aggregator", ["matched_skill", "staple"])
def test_spans_are_fused_by_skill(aggregator: str) -> None:
    """Two who find the names, one who finds none of them but something else."""
    question = QuestionFactory(
        name="names", kind="span", config={"field": "text", "labels": ["Name"]}
    )
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(3)]
    tasks = [
        marked(question, people, [(i, i + 4), (20, 24)], [(i, i + 4), (20, 24)], [(30 + i, 34 + i)])
        for i in range(12)
    ]
    Gold.objects.create(
        task=tasks[0],
        answers={"names": Annotation.objects.filter(task=tasks[0]).earliest("pk").answers["names"]},
        source="test",
    )
    choose(question, aggregator)

    compute(question)

    run = Run.objects.get()
    assert (run.values, run.checks["gold"]["model"], run.is_worse) == ([], 1.0, False)
    late = marked(question, people[::2], [(5, 9)], [(30, 34)])
    refresh_consensus(project=question.project, task_ids=[late.pk])
    found = Consensus.objects.select_related("run", "question").get(task=late)
    assert [one["parts"] for one in found.value] == [[[5, 9]]]
    assert found.probability is not None
    assert found.probability > 0.6
    again = recompute_consensus(found)
    assert (again.winners, again.probability) == (found.winners, found.probability)
    assert recompute_fit(run).is_same


def test_spans_are_fused_by_vote_at_once() -> None:
    question = QuestionFactory(
        name="names", kind="span", config={"field": "text", "labels": ["Name"]}
    )
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(3)]
    assert [method.name for method in methods_for(question)] == [
        *("medoid", "matched_skill", "matched_vote"),
        *("pieces_vote", "staple"),
    ]
    choose(question, "matched_vote")

    task = marked(question, people, [(0, 4), (9, 12)], [(0, 4)], [(1, 4)])
    refresh_consensus(project=question.project, task_ids=[task.pk])

    row = Consensus.objects.get()
    assert [one["parts"] for one in row.value] == [[[0, 4]]]
    assert row.aggregator == "matched_vote"
    assert row.share == pytest.approx((1 + 2 / 3) / 2)
