"""The ledger counts what the annotations say, whatever happened to them in between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from apps.agreement.actions import fold, tables
from apps.agreement.actions.books import differences
from apps.agreement.actions.drain import drain, untended
from apps.agreement.actions.reports import report
from apps.agreement.jobs import tend_ledgers
from apps.agreement.models import PairRow, PatternRow, QuestionLedger, Report, StoredTask
from apps.annotations.models import Question
from apps.core.models import OutboxRow
from apps.projects.models import Project
from apps.tasks.actions import restore_tasks, withdraw_tasks
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.agreement.factories import Level, alpha_of, fill, newest, revise, tell
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="intent", labels=["a", "b", "c"])


TABLE: list[list[Any]] = [
    ["a", "a", "b"],
    ["b", "b", "b"],
    ["a", None, "c"],
    ["c", "c", None],
    [None, None, "a"],
]


def test_a_drain_takes_the_news_and_counts_patterns(project: Project, question: Question) -> None:
    fill(project, TABLE)

    drain(project.pk)

    assert not OutboxRow.objects.filter(consumer="agreement.ledger").exists()
    rows = PatternRow.objects.filter(question=question, slice_id=0)
    assert sorted((tuple(row.codes), row.units) for row in rows) == [
        ((1,), 1),
        ((1, 1, 2), 1),
        ((1, 3), 1),
        ((2, 2, 2), 1),
        ((3, 3), 1),
    ]
    assert PairRow.objects.aggregate(n=Sum("units"))["n"] == 3 + 3 + 1 + 1
    assert differences(project=project) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "level", "config"),
    [
        ("choice", "nominal", {"labels": ["1", "2", "3", "4"]}),
        ("rating", "ordinal", {"min": 1, "max": 4, "level": "ordinal"}),
        ("rating", "interval", {"min": 1, "max": 4, "level": "interval"}),
    ],
)
def test_alpha_equals_the_second_implementation(
    project: Project, kind: str, level: Level, config: dict[str, Any]
) -> None:
    question = QuestionFactory(project=project, name="intent", kind=kind, config=config)
    rng = np.random.default_rng(7)
    numbers = rng.integers(1, 5, (40, 4))
    cast = str if kind == "choice" else int
    table = [[cast(n) if rng.random() < 0.8 else None for n in row] for row in numbers]
    fill(project, table)

    drain(project.pk)

    body = report(project=project, question=question)
    assert body["measures"][0]["value"] == pytest.approx(alpha_of(table, level), abs=1e-9)
    assert body["verified"]["agrees"] is True


def test_sets_are_measured_by_jaccard(project: Project) -> None:
    question = QuestionFactory(
        project=project, name="intent", kind="multi_choice", config={"labels": ["a", "b", "c"]}
    )
    fill(project, [[["a"], ["a", "b"]], [["c"], ["c"]], [["a", "b"], ["b"]]])

    drain(project.pk)

    figure = report(project=project, question=question)["measures"][0]
    assert figure["level"] == "jaccard"
    # By hand: within 1/2 + 0 + 1/2, each pair twice; among all 6 answers, ordered pairs.
    sets = [{"a"}, {"a", "b"}, {"c"}, {"c"}, {"a", "b"}, {"b"}]
    among = sum(
        1 - len(x & y) / len(x | y)
        for i, x in enumerate(sets)
        for j, y in enumerate(sets)
        if i != j
    )
    assert figure["value"] == pytest.approx(1 - (6 - 1) * 2 * (0.5 + 0.5) / among, abs=1e-12)


def test_no_task_with_two_answers_says_why(project: Project, question: Question) -> None:
    fill(project, [["a"], ["b"]])

    drain(project.pk)

    figure = report(project=project, question=question)["measures"][0]
    assert figure["value"] is None
    assert figure["undefined_reason"]["code"] == "no_overlap"


def test_a_revision_replaces_the_answer_it_revises(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    drain(project.pk)
    first = newest(task)

    revise(first, {"intent": "a"})
    tell(project, task)
    drain(project.pk)

    assert [row.codes for row in PatternRow.objects.all()] == [[1, 1]]
    assert differences(project=project) == []


def test_a_revision_that_saw_others_does_not_count(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    revise(newest(task), {"intent": "a"}, independent=False)

    drain(project.pk)

    assert [row.codes for row in PatternRow.objects.all()] == [[1, 2]]


@pytest.mark.parametrize("what", ["surplus", "disputed"])
def test_surplus_and_disputed_answers_do_not_count(
    project: Project, question: Question, what: str
) -> None:
    [task] = fill(project, [["a", "b"]])
    QueueEntry.objects.update(overlap=3)
    late = AnnotationFactory(
        assignment=AssignmentFactory(
            task=task,
            annotator=MembershipFactory(project=project),
            is_disputed=what == "disputed",
        ),
        answers={"intent": "c"},
        is_surplus=what == "surplus",
    )
    tell(project, late.task)

    drain(project.pk)

    assert [row.codes for row in PatternRow.objects.all()] == [[1, 2]]


def test_withdrawn_erased_and_deleted_tasks_leave_the_sums(
    project: Project, question: Question
) -> None:
    tasks = fill(project, [["a", "b"], ["b", "b"], ["c", "c"], ["a", "c"]])
    drain(project.pk)

    QueueEntry.objects.filter(task=tasks[0]).update(state="withdrawn")
    Task.objects.filter(pk=tasks[1].pk).update(erased_at=timezone.now())
    gone = tasks[2].pk
    Assignment.objects.filter(task=gone).update(
        head_id=None, state="returned", submitted_at=None, holds_slot=False
    )
    Task.objects.get(pk=gone).delete()
    tell(project, tasks[0], tasks[1], gone)
    drain(project.pk)

    assert [row.codes for row in PatternRow.objects.all()] == [[1, 3]]
    assert StoredTask.objects.get().task_id == tasks[3].pk
    assert differences(project=project) == []


def test_a_person_who_answers_twice_counts_once(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    QueueEntry.objects.update(overlap=3)
    again = AssignmentFactory(task=task, annotator=newest(task).annotator, round=1)
    AnnotationFactory(assignment=again, answers={"intent": "c"})
    tell(project, task)

    drain(project.pk)

    assert [row.codes for row in PatternRow.objects.all()] == [[1, 2]]


def test_a_crash_in_the_middle_neither_loses_nor_doubles(
    project: Project, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(project, TABLE)
    with monkeypatch.context() as broken:
        broken.setattr(fold, "_count_up", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fold.fold_waiting(project_id=project.pk)

    assert not PatternRow.objects.exists()
    drain(project.pk)
    drain(project.pk)

    assert sum(PatternRow.objects.values_list("units", flat=True)) == len(TABLE)
    assert differences(project=project) == []


def test_taking_what_is_not_there_is_refused(question: Question) -> None:
    with pytest.raises(tables.LedgerIsWrong), transaction.atomic():
        tables.PAIRS.apply([((question.pk, 1, 2, 1, 1), (-1,), ())])


def test_the_check_finds_a_wrong_sum_and_a_rebuild_mends_it(
    project: Project, question: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(project, TABLE)
    drain(project.pk)
    right = report(project=project, question=question)["measures"]
    PatternRow.objects.filter(codes=[2, 2, 2]).update(units=7)

    with pytest.raises(CommandError, match="differs from the annotations in 1 place"):
        call_command("ledger", project.pk, check=True)
    call_command("ledger", project.pk, rebuild=True)
    call_command("ledger", project.pk, check=True)

    assert report(project=project, question=question)["measures"] == right
    assert "says what its annotations say" in capsys.readouterr().out


def test_the_check_finds_an_answer_that_was_never_told_of(
    project: Project, question: Question
) -> None:
    [task] = fill(project, [["a", "b"]])
    drain(project.pk)

    revise(newest(task), {"intent": "a"})

    assert len(differences(project=project)) == 1
    tell(project, task)
    assert differences(project=project) == []


def test_withdrawing_and_restoring_a_task_is_told(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    drain(project.pk)

    withdraw_tasks(project=project, task_ids=[task.pk])
    drain(project.pk)
    assert not PatternRow.objects.exists()
    restore_tasks(project=project, task_ids=[task.pk])
    drain(project.pk)

    assert PatternRow.objects.get().units == 1
    assert differences(project=project) == []


def test_late_figures_are_made_by_the_clock(project: Project, question: Question) -> None:
    fill(project, TABLE)
    fold.fold_waiting(project_id=project.pk)
    assert untended() == [project.pk]

    tend_ledgers()

    assert untended() == []
    assert Report.objects.get().version == QuestionLedger.objects.get().version


def test_a_report_rests_before_it_is_made_again(project: Project, question: Question) -> None:
    fill(project, TABLE)
    drain(project.pk)
    Report.objects.update(seconds=3600)
    fill(project, TABLE)

    drain(project.pk)

    assert Report.objects.get().version < QuestionLedger.objects.get().version
    assert untended() == [project.pk]
