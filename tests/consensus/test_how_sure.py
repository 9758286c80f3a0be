"""How sure a consensus is: limits of numbers, respects of A or B, in words, by the API and on the bench."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.annotations.models import Question
from apps.consensus.actions import methods_for, refresh_consensus
from apps.consensus.actions.limits import how_sure
from apps.consensus.actions.recomputing import recompute_consensus
from apps.consensus.models import Consensus
from apps.projects.models import Membership
from apps.tasks.models import Task
from tests.consensus.choosing import choose, compute
from tests.factories import MembershipFactory, QuestionFactory, answered_task, user_of

pytestmark = pytest.mark.django_db


def said(question: Question, values: list[Any], people: list[Membership]) -> Task:
    answers = dict(zip(people, values, strict=False))
    return answered_task(
        project=question.project, answers={who: {question.name: x} for who, x in answers.items()}
    )


def seen_by_api(question: Question, task: Task) -> dict[str, Any]:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    found = client.get(f"/api/v1/projects/{question.project_id}/consensus/?task={task.pk}").json()
    return dict(found["results"][0])


def test_a_number_has_limits_or_says_why_it_has_none() -> None:
    config = {"min": 0, "max": 100}
    question = QuestionFactory(name="score", kind="number", config=config)
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(7)]
    many = said(question, [40, 42, 45, 50, 51, 60, 90], people)
    few = said(question, [40, 42, 45], people)
    refresh_consensus(project=question.project, task_ids=[many.pk, few.pk])

    row, other = (Consensus.objects.get(task=task) for task in (many, few))

    assert (row.value, row.low, row.high) == (50, 40, 90)
    assert how_sure(row) == "between 40 and 90 (95 %)"
    assert how_sure(other) == "no limits: a median has limits from 6 answers on"
    told = seen_by_api(question, few)
    assert (told["answers"], told["low"], told["high"]) == (3, None, None)
    assert told["no_limits"] == "A median has limits from 6 answers on."
    choose(question, "trimmed_mean")
    refresh_consensus(project=question.project, task_ids=[many.pk, few.pk])
    told = seen_by_api(question, many)
    assert told["low"] < told["value"] < told["high"]
    assert (told["answers"], told["no_limits"]) == (7, "")
    row = Consensus.objects.select_related("question").get(task=many)
    assert recompute_consensus(row).low == row.low
    with pytest.raises(IntegrityError, match="limits_come_in_pairs"), transaction.atomic():
        Consensus.objects.update(low=None, high=3)


def test_a_or_b_is_decided_in_each_respect_with_its_probability() -> None:
    config = {"dimensions": ["helpful", "honest"], "strengths": 2}
    question = QuestionFactory(name="better", kind="pairwise", config=config)
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(3)]
    much, slightly = {"choice": "a", "strength": 2}, {"choice": "a", "strength": 1}
    other, tie = {"choice": "b", "strength": 1}, {"choice": "tie"}
    tasks = [
        said(question, [{"helpful": x, "honest": y} for x, y in each], people)
        for each in (
            [(much, tie), (much, tie), (much, other)],
            [(other, slightly), (other, slightly), (tie, slightly)],
            [(slightly, other), (much, other), (slightly, tie)],
        )
    ]
    assert "preferences" in [method.name for method in methods_for(question)]
    choose(question, "preferences")

    compute(question)

    rows = [Consensus.objects.select_related("question", "run").get(task=task) for task in tasks]
    assert [row.value["helpful"]["choice"] for row in rows] == ["a", "b", "a"]
    assert rows[0].value["helpful"] == much
    for row in rows:
        assert sorted(row.parts or ()) == ["helpful", "honest"]
        product = row.parts["helpful"]["probability"] * row.parts["honest"]["probability"]
        assert row.probability == pytest.approx(product)
        assert "helpful ." in how_sure(row)
    assert seen_by_api(question, tasks[0])["parts"] == rows[0].parts
    again = recompute_consensus(rows[1])
    assert (again.winners, again.parts) == (rows[1].winners, rows[1].parts)
