"""Figures of another time, from the dated answers; and differences between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.agreement.actions.drain import drain
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in, held_against
from apps.agreement.actions.reports import report
from apps.agreement.measures import Patterns, difference, measures
from apps.agreement.models import SliceValue
from apps.annotations.models import Annotation, Question
from apps.projects.models import Project
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.agreement.factories import alpha_of, newest, tell
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db

LABELS = ["a", "b", "c"]
NOW = timezone.now()


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="intent", labels=LABELS)


def noisy(tasks: int, error: float, seed: int = 3, raters: int = 3) -> list[list[Any]]:
    rng = np.random.default_rng(seed)
    truth = rng.choice(LABELS, (tasks, 1))
    guess = rng.choice(LABELS, (tasks, raters))
    return np.where(rng.random(guess.shape) < error, guess, truth).tolist()


def given(
    project: Project,
    table: Sequence[Sequence[Any]],
    *days: float,
    name: str = "intent",
    **more: Any,
) -> list[Task]:
    """One task per row; the annotators answer so many days ago, the last number holds for the rest."""
    raters = [MembershipFactory(project=project) for _ in table[0]]
    when = [days[min(place, len(days) - 1)] for place in range(len(raters))]
    tasks: list[Task] = []
    for row in table:
        task = TaskFactory(project=project, queue__overlap=len(raters))
        for rater, value, day in zip(raters, row, when, strict=True):
            AnnotationFactory(
                assignment=AssignmentFactory(task=task, annotator=rater),
                answers={name: value},
                submitted_at=days_ago(day),
                **more,
            )
        tasks.append(task)
    tell(project, *tasks)
    return tasks


def revised(first: Annotation, answers: dict[str, Any], day: float, **more: Any) -> None:
    second = Annotation.objects.create(
        project=first.project,
        task=first.task,
        annotator=first.annotator,
        assignment=first.assignment,
        predecessor=first,
        revision=first.revision + 1,
        question_version=first.question_version,
        answers=answers,
        body_hash=b"2",
        submitted_at=days_ago(day),
        **more,
    )
    Assignment.objects.filter(pk=first.assignment_id).update(head_id=second.pk)
    tell(first.project, first.task_id)


def days_ago(number: float) -> datetime:
    return NOW - timedelta(days=number)


def value_of(body: dict[str, Any]) -> float:
    value: float = body["measures"][0]["value"]
    return value


def test_up_to_now_it_is_the_report(project: Project, question: Question) -> None:
    tasks = given(project, noisy(40, 0.3), 3)
    Task.objects.filter(pk__in=[task.pk for task in tasks[:20]]).update(group="one chat")
    QueueEntry.objects.filter(task=tasks[3]).update(state="withdrawn")
    revised(newest(tasks[5]), {"intent": "b"}, 1)
    revised(newest(tasks[6]), {"intent": "b"}, 1, is_independent=False)
    drain(project.pk)

    now, kept = figures_in(question, Period()), report(project=project, question=question)

    for mine, own in zip(now["measures"], kept["measures"], strict=True):
        names = ("value", "units", "pairable", "observed", "expected")
        assert [mine[n] for n in names] == pytest.approx([own[n] for n in names])
        assert mine["low"] == pytest.approx(own["low"], abs=0.02)
        assert ("groups" in mine["method"], "groups" in own["method"]) == (True, True)
    assert [one["value"] for one in now["labels"]] == pytest.approx(
        [one["value"] for one in kept["labels"]]
    )


def test_a_past_figure_knows_no_later_answer(project: Project, question: Question) -> None:
    table = noisy(30, 0.3)
    early = given(project, table, 9)
    given(project, noisy(30, 0.9, seed=4), 1)
    first = Annotation.objects.filter(task=early[0]).earliest("pk")
    changed = "c" if table[0][0] != "c" else "a"
    revised(first, {"intent": changed}, 2)
    drain(project.pk)

    then = figures_in(question, Period(until=days_ago(3)))

    assert value_of(then) == pytest.approx(alpha_of(table, "nominal"))
    table[0][0] = changed
    since = figures_in(question, Period(until=days_ago(1.5)))
    assert value_of(since) == pytest.approx(alpha_of(table, "nominal"))
    assert value_of(figures_in(question, Period())) < value_of(then)


def test_a_value_that_was_taken_back_before_it_was_counted_counts_then(
    project: Project, question: Question
) -> None:
    tasks = given(project, [["b", "b"]] * 10 + [["b", "c"]], 5)
    revised(newest(tasks[-1]), {"intent": "b"}, 1)
    drain(project.pk)

    then = figures_in(question, Period(until=days_ago(2)))

    table = [["b", "b"]] * 10 + [["b", "c"]]
    assert value_of(then) == pytest.approx(alpha_of(table, "nominal"))


def test_two_periods_of_other_tasks_are_two_samples(project: Project, question: Question) -> None:
    good, poor = noisy(60, 0.1), noisy(60, 0.7, seed=5)
    given(project, good, 9)
    given(project, poor, 1)
    drain(project.pk)

    found = held_against(question, Period(until=days_ago(5)), Period(after=days_ago(5)))

    assert found.value == pytest.approx(alpha_of(good, "nominal") - alpha_of(poor, "nominal"))
    assert found.low > 0
    assert found.p < 0.01
    sides = [
        measures["krippendorff_alpha"](Patterns.from_matrix(list(zip(*table, strict=True))))
        for table in (good, poor)
    ]
    assert found.low == pytest.approx(difference(*sides).low, abs=0.08)


def test_tasks_with_answers_in_both_periods_are_drawn_for_both(
    project: Project, question: Question
) -> None:
    table = noisy(80, 0.4, raters=2)
    other = [[row[0], row[1] if i else "a"] for i, row in enumerate(table)]
    both = [[*one, *two] for one, two in zip(table, other, strict=True)]
    given(project, both, 9, 9, 1)
    drain(project.pk)

    found = held_against(question, Period(until=days_ago(5)), Period(after=days_ago(5)))

    assert found.value == pytest.approx(alpha_of(table, "nominal") - alpha_of(other, "nominal"))
    # But for one task the two are the same answers: two samples would vary ten times as much.
    apart = difference(found.first, found.second)
    assert found.high - found.low < 0.1 < apart.high - apart.low


@pytest.mark.proof
def test_groups_keep_together_across_the_periods(project: Project, question: Question) -> None:
    table = noisy(60, 0.3)
    early, late = given(project, table[:30], 9), given(project, table[30:], 1)
    for i, tasks in enumerate(zip(early, late, strict=True)):
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(group=f"chat {i // 2}")
    drain(project.pk)

    found = held_against(question, Period(until=days_ago(5)), Period(after=days_ago(5)))

    assert "groups" in found.method


def test_answers_that_are_only_compared_have_a_past_too(project: Project) -> None:
    rng = np.random.default_rng(4)
    table = [[rng.permutation(LABELS).tolist() for _ in range(2)] for _ in range(30)]
    questions = [
        QuestionFactory(project=where, name="order", kind="ranking", config={"labels": LABELS})
        for where in (project, ProjectFactory())
    ]
    tasks = given(project, table, 9, name="order")
    given(questions[1].project, table, 9, name="order")
    revised(newest(tasks[0]), {"order": table[0][0]}, 2)
    for question in questions:
        drain(question.project_id)

    now, then = (
        figures_in(questions[0], period) for period in (Period(), Period(until=days_ago(5)))
    )

    kept, unchanged = (report(project=one.project, question=one) for one in questions)
    assert value_of(now) == pytest.approx(value_of(kept))
    assert value_of(then) == pytest.approx(value_of(unchanged))
    assert value_of(now) != value_of(then)


def test_an_empty_period_says_why(project: Project, question: Question) -> None:
    given(project, noisy(12, 0.3), 3)
    drain(project.pk)

    then = figures_in(question, Period(until=days_ago(400)))
    found = held_against(question, Period(until=days_ago(400)), Period())

    assert then["measures"][0]["undefined_reason"]["code"] == "no_overlap"
    assert found.undefined_reason.code == "one_undefined"


SLICES = [
    {"name": "language", "path": "meta.language"},
    {"name": "week", "path": "answer.week"},
    {"name": "version", "path": "answer.question_version"},
    {"name": "team", "path": "annotator.group"},
]


@pytest.mark.proof
def test_slices_of_a_past_time_are_those_of_the_ledger(
    project: Project, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of tasks and of answers, by value and by the rest."""
    monkeypatch.setattr("apps.agreement.actions.reading.MOST_SLICE_VALUES", 2)
    project.slices = SLICES
    project.save()
    tasks = given(project, noisy(30, 0.3), 20, 12, 3)
    tasks += given(project, noisy(30, 0.3, seed=4), 20, 12, 3, question_version=2)
    for i, task in enumerate(tasks):
        Task.objects.filter(pk=task.pk).update(meta={"language": ["de", "en", "fr", "fi"][i % 4]})
    for i, member in enumerate(project.memberships.order_by("pk")):
        member.groups = [["day"], ["night", "day"], ["night"]][i % 3]
        member.save()
    tell(project, *tasks)
    drain(project.pk)

    parts = list(SliceValue.objects.filter(project=project))

    assert {(part.name, part.is_rest) for part in parts} >= {("language", True), ("week", True)}
    for part in parts:
        now = figures_in(question, Period(part=part))
        kept = report(project=project, question=question, slice_id=part.pk)
        for name in ("value", "units", "pairable"):
            mine, own = now["measures"][0][name], kept["measures"][0][name]
            assert mine == pytest.approx(own), (str(part), name)


def test_a_slice_of_a_past_time_knows_no_later_answer(project: Project, question: Question) -> None:
    project.slices = SLICES[:1]
    project.save()
    table = noisy(40, 0.3)
    early = given(project, table, 9)
    late = given(project, noisy(40, 0.9, seed=5), 1)
    Task.objects.filter(pk__in=[t.pk for t in (*early[:20], *late)]).update(meta={"language": "de"})
    tell(project, *early, *late)
    drain(project.pk)
    part = SliceValue.objects.get(project=project)

    then = figures_in(question, Period(until=days_ago(3), part=part))

    assert value_of(then) == pytest.approx(alpha_of(table[:20], "nominal"))
