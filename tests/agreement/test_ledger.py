"""The ledger counts what the annotations say, whatever happened to them in between."""

from __future__ import annotations

from typing import Any

import krippendorff
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from apps.agreement.actions import fold, tables
from apps.agreement.actions.books import differences, rebuild
from apps.agreement.actions.data import current_alpha, scale_of
from apps.agreement.actions.drain import drain
from apps.agreement.actions.reading import bucket_of, seconds_of
from apps.agreement.actions.reports import report
from apps.agreement.models import (
    ClusterRow,
    DayRow,
    Ledger,
    MomentRow,
    PairRow,
    PatternRow,
    QuestionLedger,
    Report,
    SliceValue,
    StoredTask,
)
from apps.annotations.models import Annotation, Question
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.models import OutboxRow
from apps.projects.models import Project
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


def tell(project: Project, *tasks: Task | int) -> None:
    ids = [task if isinstance(task, int) else task.pk for task in tasks]
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=ids)


def fill(project: Project, table: list[list[Any]], question: str = "intent") -> list[Task]:
    """One task per row, one annotator per column; None is no answer."""
    raters = [MembershipFactory(project=project) for _ in table[0]]
    tasks = [
        answered_task(
            project=project,
            answers={
                rater: {question: value}
                for rater, value in zip(raters, row, strict=True)
                if value is not None
            },
        )
        for row in table
    ]
    tell(project, *tasks)
    return tasks


def alpha_of(table: list[list[Any]], level: str) -> float:
    """By the second implementation, from the table and not from the ledger."""
    domain = sorted({value for row in table for value in row if value is not None})
    place = {value: i for i, value in enumerate(domain)}
    numbers = domain if level == "interval" else range(len(domain))
    given = [[np.nan if v is None else numbers[place[v]] for v in row] for row in table]
    return float(krippendorff.alpha(reliability_data=np.array(given).T, level_of_measurement=level))


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="intent", labels=["a", "b", "c"])


TABLE = [["a", "a", "b"], ["b", "b", "b"], ["a", None, "c"], ["c", "c", None], [None, None, "a"]]


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


@pytest.mark.parametrize(
    ("kind", "level", "config"),
    [
        ("choice", "nominal", {"labels": ["1", "2", "3", "4"]}),
        ("rating", "ordinal", {"min": 1, "max": 4, "level": "ordinal"}),
        ("rating", "interval", {"min": 1, "max": 4, "level": "interval"}),
    ],
)
def test_alpha_equals_the_second_implementation(
    project: Project, kind: str, level: str, config: dict[str, Any]
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


def revise(first: Annotation, answers: dict[str, Any], *, independent: bool = True) -> Annotation:
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
        is_independent=independent,
    )
    Assignment.objects.filter(pk=first.assignment_id).update(head_id=second.pk)
    return second


def test_a_revision_replaces_the_answer_it_revises(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    drain(project.pk)
    first = task.annotations.order_by("pk").last()

    revise(first, {"intent": "a"})
    tell(project, task)
    drain(project.pk)

    assert [row.codes for row in PatternRow.objects.all()] == [[1, 1]]
    assert differences(project=project) == []


def test_a_revision_that_saw_others_does_not_count(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    revise(task.annotations.order_by("pk").last(), {"intent": "a"}, independent=False)

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
    again = AssignmentFactory(task=task, annotator=task.annotations.first().annotator, round=1)
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
        with pytest.raises(ZeroDivisionError), transaction.atomic():
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

    revise(task.annotations.order_by("pk").last(), {"intent": "a"})

    assert len(differences(project=project)) == 1
    tell(project, task)
    assert differences(project=project) == []


def test_slices_of_tasks_and_of_answers(question: Question) -> None:
    project = question.project
    project.slices = [
        {"name": "language", "path": "meta.language"},
        {"name": "group", "path": "annotator.group"},
    ]
    project.save()
    tasks = fill(project, [["a", "b"], ["b", "b"], ["c", "a"]])
    for task, language in zip(tasks, ["de", "de", "fr"], strict=True):
        Task.objects.filter(pk=task.pk).update(meta={"language": language})
    night = tasks[0].annotations.order_by("pk").first().annotator
    night.groups = ["night"]
    night.save()

    drain(project.pk)

    german = SliceValue.objects.get(name="language", value="de")
    patterns = PatternRow.objects.filter(slice_id=german.pk)
    assert sorted(row.codes for row in patterns) == [[1, 2], [2, 2]]
    mine = PatternRow.objects.filter(slice_id=SliceValue.objects.get(value="night").pk)
    assert sorted(row.codes for row in mine) == [[1], [2], [3]]
    slices = report(project=project, question=question)["slices"]
    assert [entry["of"] for entry in slices["language"]] == ["de", "fr"]
    assert differences(project=project) == []


def test_another_declaration_of_slices_folds_all_again(
    project: Project, question: Question
) -> None:
    tasks = fill(project, [["a", "b"]])
    drain(project.pk)
    Task.objects.update(meta={"language": "de"})
    project.slices = [{"name": "language", "path": "meta.language"}]
    project.save()

    drain(project.pk)

    assert PatternRow.objects.exclude(slice_id=0).count() == 1
    assert Ledger.objects.get().slices == project.slices
    assert differences(project=project) == []
    assert tasks


def test_values_beyond_the_200th_of_a_slice_are_kept_together(
    project: Project, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.agreement.actions.reading.MOST_SLICE_VALUES", 2)
    project.slices = [{"name": "language", "path": "meta.language"}]
    project.save()
    tasks = fill(project, [["a", "a"]] * 4)
    for i, task in enumerate(tasks):
        Task.objects.filter(pk=task.pk).update(meta={"language": f"l{i}"})

    drain(project.pk)

    rest = SliceValue.objects.get(is_rest=True)
    assert PatternRow.objects.get(slice_id=rest.pk).units == 2
    assert differences(project=project) == []


def test_groups_are_kept_and_drawn_whole(project: Project, question: Question) -> None:
    rng = np.random.default_rng(3)
    tasks = fill(project, rng.choice(["a", "b"], (60, 2)).tolist())
    for i, task in enumerate(tasks):
        Task.objects.filter(pk=task.pk).update(group=f"chat {i // 5}")

    drain(project.pk)

    assert ClusterRow.objects.aggregate(n=Sum("units"))["n"] == 60
    assert "groups" in report(project=project, question=question)["measures"][0]["method"]
    assert differences(project=project) == []


@pytest.mark.parametrize("level", ["interval", "ordinal"])
def test_many_patterns_are_kept_by_moments(
    project: Project, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = QuestionFactory(
        project=project,
        name="intent",
        kind="rating",
        config={"min": 0, "max": 100, "level": level},
    )
    rng = np.random.default_rng(11)
    truth = rng.integers(0, 90, 50)
    table = [[int(t + n) for n in rng.integers(0, 11, 3)] for t in truth]
    fill(project, table[:25])
    drain(project.pk)
    monkeypatch.setattr(fold, "MOST_PATTERNS", 10)
    second = fill(project, table[25:])
    drain(project.pk)

    assert QuestionLedger.objects.get().is_by_moments
    assert not PatternRow.objects.exists()
    assert differences(project=project) == []
    figure = report(project=project, question=question)["measures"][0]
    # Two groups of three annotators: to alpha the same as three.
    assert figure["value"] == pytest.approx(alpha_of(table, level), abs=1e-9)
    assert figure["low"] < figure["value"] < figure["high"]
    assert "delta method" in figure["method"]
    if level == "interval":
        assert current_alpha(scale_of(question)) == pytest.approx(figure["value"], abs=1e-12)
    rebuild(project=project)
    assert MomentRow.objects.get(answers=3).units == 50
    assert second


def test_days_count_answers_and_seconds(project: Project, question: Question) -> None:
    [task] = fill(project, [["a", "b"]])
    QueueEntry.objects.update(overlap=3)
    third = AssignmentFactory(task=task, annotator=MembershipFactory(project=project))
    AnnotationFactory(assignment=third, answers={}, seconds=12.0)

    drain(project.pk)

    assert set(DayRow.objects.values_list("day", flat=True)) == {timezone.localdate()}
    buckets = dict(DayRow.objects.values_list("bucket").annotate(n=Sum("answers")))
    assert buckets == {-1: 2, bucket_of(12.0): 1}
    assert seconds_of(bucket_of(12.0)) == pytest.approx(12, rel=0.05)


def test_a_report_is_made_again_only_when_something_changed(
    project: Project, question: Question
) -> None:
    fill(project, TABLE)
    drain(project.pk)
    before = Report.objects.get()

    drain(project.pk)

    assert Report.objects.get().made_at == before.made_at


def test_nobody_folds_while_another_does(
    project: Project, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(project, TABLE)
    monkeypatch.setattr(fold, "try_lock", lambda _: False)

    drain(project.pk)

    assert OutboxRow.objects.count() >= len(TABLE)
    assert not StoredTask.objects.exists()
