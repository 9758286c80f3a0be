"""Slices, groups, moments and days: the rest of what the ledger keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.agreement.actions import fold
from apps.agreement.actions.books import differences, rebuild
from apps.agreement.actions.data import current_alpha, scale_of
from apps.agreement.actions.drain import MEMBERS, drain
from apps.agreement.actions.reading import bucket_of, seconds_of
from apps.agreement.actions.reports import report
from apps.agreement.models import (
    ClusterRow,
    CodedValue,
    DayRow,
    Ledger,
    MomentRow,
    PatternRow,
    QuestionLedger,
    Report,
    SliceValue,
    StoredTask,
)
from apps.annotations.models import Question
from apps.core.models import OutboxRow
from apps.projects.actions import change_member
from apps.projects.models import Project
from apps.tasks.models import QueueEntry, Task
from tests.agreement.factories import Level, alpha_of, fill, newest
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
    night = newest(tasks[0]).annotator
    night.groups = ["night"]
    night.save()

    drain(project.pk)

    german = SliceValue.objects.get(name="language", value="de")
    patterns = PatternRow.objects.filter(slice_id=german.pk)
    assert sorted(row.codes for row in patterns) == [[1, 2], [2, 2]]
    mine = PatternRow.objects.filter(slice_id=SliceValue.objects.get(value="night").pk)
    assert sorted(row.codes for row in mine) == [[1], [2]]
    slices = report(project=project, question=question)["slices"]
    assert [entry["of"] for entry in slices["language"]] == ["de", "fr"]
    assert differences(project=project) == []


def test_another_group_folds_the_tasks_of_its_member_again(
    project: Project, question: Question
) -> None:
    project.slices = [{"name": "group", "path": "annotator.group"}]
    project.save()
    tasks = fill(project, [["a", "b"], ["b", "b"], [None, "c"]])
    drain(project.pk)
    assert not SliceValue.objects.exists()
    moved = newest(tasks[2]).annotator
    lead = MembershipFactory(project=project, role="lead").user

    change_member(member=moved, by=lead, groups=["night"])
    waiting = OutboxRow.objects.filter(consumer=MEMBERS)
    assert list(waiting.values_list("subject_id", flat=True)) == [moved.pk]
    assert differences(project=project) == []
    drain(project.pk)

    night = SliceValue.objects.get(value="night")
    patterns = PatternRow.objects.filter(slice_id=night.pk).values_list("codes", "units")
    given = dict(CodedValue.objects.values_list("value", "code"))
    assert sorted(patterns) == sorted([([given["b"]], 2), ([given["c"]], 1)])
    assert not OutboxRow.objects.filter(consumer__startswith="agreement").exists()
    assert differences(project=project) == []


def test_news_of_a_member_comes_only_with_other_groups(project: Project) -> None:
    member = MembershipFactory(project=project, groups=["night"])
    lead = MembershipFactory(project=project, role="lead").user

    change_member(member=member, by=lead, groups=["night"], skills=["law"])

    assert not OutboxRow.objects.exists()


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


@pytest.mark.slow
@pytest.mark.parametrize("level", ["interval", "ordinal"])
def test_many_patterns_are_kept_by_moments(
    project: Project, level: Level, monkeypatch: pytest.MonkeyPatch
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
