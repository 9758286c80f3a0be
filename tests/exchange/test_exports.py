"""A project goes out: whole, of one moment, told by its manifest, and readable again."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import fields
from datetime import datetime
from typing import Any

import pytest

from apps.annotations.models import Annotation
from apps.consensus.actions import refresh_consensus
from apps.exchange.actions.exports import RefusedExport, start_export
from apps.exchange.exporters import exporters
from apps.exchange.exporters.base import PARTS, Document, TaskExport
from apps.exchange.models import ExportRun
from apps.projects.models import Project
from apps.quality.models import Adjudication
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.exchange.factories import bring, export, read, sign_all_of
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)
from tests.files import path_of

# Each export is a transaction of its own, which one of a test's would hide.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    return Project.objects.get(pk=QuestionFactory(name="topic").project_id)


def full(project: Project) -> Task:
    """A task with everything: revision, surplus, note, gold, suggestion, consensus, decision."""
    line = {
        "external_id": "t1",
        "data": {"text": "Grüße 🙂"},
        "meta": {"language": "de"},
        "group": "chat 1",
        "priority": 2,
        "gold": {"topic": "praise"},
        "suggestions": [{"source": "rules", "answers": {"topic": "praise"}, "score": 0.5}],
        "annotations": [
            {"annotator": "w1", "answers": {"topic": "praise"}, "seconds": 2.5, "note": "Sure?"},
            {
                "annotator": "w1",
                "answers": {"topic": "complaint"},
                "round": 1,
                "note": "Is it both?",
                "note_kind": "question",
            },
            {"annotator": "w2", "answers": {"topic": "question"}, "confidence": 0.75},
        ],
    }
    bring(project, json.dumps(line), do_answers_fill_slots=True)
    task = Task.objects.get(project=project)
    first = Annotation.objects.filter(task=task).order_by("pk")[0]
    Annotation.objects.create(
        **{
            name: getattr(first, name)
            for name in ("project_id", "task_id", "annotator_id", "assignment_id")
        },
        predecessor=first,
        revision=1,
        answers={"topic": "question"},
        question_version=project.question_version,
        body_hash=b"x" * 32,
        is_independent=False,
    )
    refresh_consensus(project=project, task_ids=[task.pk])
    Adjudication.objects.create(
        project=project,
        task=task,
        outcome="decided",
        answers={"topic": "praise"},
        reason="The second sentence.",
        decided_by=UserFactory(email="marta@example.org"),
    )
    return task


def test_the_lossless_form_has_everything_of_a_task(project: Project) -> None:
    full(project)

    (row,) = read(export(project))

    assert (row["external_id"], row["group"], row["priority"]) == ("t1", "chat 1", 2.0)
    assert row["gold"] == {"topic": "praise"}
    assert row["suggestions"][0]["score"] == 0.5
    told = [(a["annotator"], a["round"], a["revision"], a["answers"]["topic"], a["independent"])
            for a in row["annotations"]]  # fmt: skip
    assert told == [
        ("w1", 0, 0, "praise", True),
        ("w1", 0, 1, "question", False),
        ("w1", 1, 0, "complaint", True),
        ("w2", 0, 0, "question", True),
    ]
    first, changed = row["annotations"][:2]
    assert changed["predecessor"] == first["id"]
    assert (first["seconds"], first["note"], first["note_kind"]) == (2.5, "Sure?", "note")
    asked = row["annotations"][2]
    assert (asked["note"], asked["note_kind"]) == ("Is it both?", "question")
    assert row["annotations"][3]["confidence"] == 0.75
    assert row["consensus"][0]["is_tie"] in {True, False}
    assert row["adjudications"][0]["by"] == "marta@example.org"


def test_a_document_has_the_fields_that_formats_know(project: Project) -> None:
    task = full(project)
    skip(task, "=unclear")
    sign_all_of(task)

    (row,) = read(export(project))

    assert row.keys() == {field.name for field in fields(TaskExport)}
    for name, part in PARTS.items():
        assert row[name], name
        for found in row[name]:
            assert found.keys() == {field.name for field in fields(part)}
    shown = Document(json.dumps(row).encode(), 4).task()
    assert shown.annotations[0].submitted_at.tzinfo
    assert shown.annotations[0].signatures[0].at.tzinfo
    assert [each.reason for each in shown.skips] == ["=unclear"]


def skip(task: Task, reason: str, state: str = "skipped") -> Assignment:
    return AssignmentFactory(
        task=task,
        annotator__project=task.project,
        state=state,
        skip_reason=reason,
        holds_slot=False,
        lease_until=None,
    )


def test_who_skipped_and_why_is_in_the_lossless_form(project: Project) -> None:
    task = full(project)
    told = [skip(task, "In Dutch."), skip(task, "", "returned"), skip(task, "", "expired")]
    # Somebody has it in hand: that has not ended.
    AssignmentFactory(task=TaskFactory(project=project))

    row, in_hand = read(export(project))

    assert [(s["annotator"], s["round"], s["state"], s["reason"]) for s in row["skips"]] == [
        (s.annotator.user.email, 0, s.state, s.skip_reason) for s in told if s.annotator.user
    ]
    told[0].refresh_from_db()
    assert datetime.fromisoformat(row["skips"][0]["leased_at"]) == told[0].leased_at
    assert in_hand["skips"] == []


@pytest.mark.parametrize("name", sorted(set(exporters) - {"jsonl"}))
def test_a_table_says_that_it_leaves_skips_out(project: Project, name: str) -> None:
    skip(full(project), "In Dutch.")

    found = export(project, name).manifest

    assert found
    assert found["counts"]["left_out"]["skips"] == 1
    assert "skips" in " ".join(found["loses"])


def test_the_manifest_says_what_the_file_is(project: Project) -> None:
    full(project)

    run = export(project)

    content = path_of(run.file).read_bytes()
    found = run.manifest
    assert found is not None
    assert found["file"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["file"]["bytes"] == len(content)
    assert found["counts"] == {
        "in": {"tasks": 1, "annotations": 4},
        "out": {"rows": 1, "annotations": 4},
        "left_out": {},
    }
    assert found["question_version"] == project.question_version
    assert found["loses"] == []


@pytest.mark.parametrize("name", sorted(exporters))
def test_each_format_writes_a_project(project: Project, name: str) -> None:
    full(project)

    run = export(project, name)

    assert run.manifest
    assert run.manifest["counts"]["in"] == {"tasks": 1, "annotations": 4}
    counts = run.manifest["counts"]
    assert counts["out"]["annotations"] + sum(counts["left_out"].values()) >= 4
    assert path_of(run.file).stat().st_mode & 0o777 == 0o600


def test_a_decision_that_was_taken_back_decides_nothing(project: Project) -> None:
    task = full(project)
    decided = Adjudication.objects.get()
    Adjudication.objects.create(
        project=project,
        task=task,
        outcome="reopened",
        predecessor=decided,
        decided_by=decided.decided_by,
    )

    (row,) = table(export(project, "consensus"))

    assert row["topic source"] != "adjudication"
    assert row["outcome"] == ""


def table(run: ExportRun) -> list[dict[str, str]]:
    with path_of(run.file).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", sorted(exporters))
def test_pseudonyms_stand_for_every_name(project: Project, name: str) -> None:
    full(project)
    member = MembershipFactory(project=project, user__email="ana@example.org")
    task = TaskFactory(project=project)
    AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=member), answers={"topic": "praise"}
    )

    run = export(project, name, pseudonyms=True)

    content = path_of(run.file).read_text()
    for known in ("ana@example.org", "marta@example.org", "w1", "w2"):
        assert known not in content
    if name in {"jsonl", "csv_long", "csv_wide"}:
        assert f"annotator-{member.pk}" in content


def test_only_tasks_of_the_wanted_states(project: Project) -> None:
    TaskFactory(project=project, external_id="open")
    done = TaskFactory(project=project, external_id="done")
    QueueEntry.objects.filter(task=done).update(state="complete")

    assert [row["external_id"] for row in read(export(project, states=["complete"]))] == ["done"]


@pytest.mark.parametrize(
    ("format", "filters", "field"),
    [
        ("xlsx", {}, "format"),
        ("jsonl", {"states": "open"}, "states"),
        ("jsonl", {"states": ["gone"]}, "states"),
        ("jsonl", {"pseudonyms": "yes"}, "pseudonyms"),
        ("jsonl", {"other": 1}, "other"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    project: Project,
    format: str,  # noqa: A002
    filters: Any,
    field: str,
) -> None:
    with pytest.raises(RefusedExport) as refused:
        start_export(project=project, by=None, format=format, filters=filters)

    assert refused.value.field == field
    assert not ExportRun.objects.exists()


def test_the_lossless_export_makes_the_same_project_elsewhere(project: Project) -> None:
    skip(full(project), "In Dutch.")
    bring(project, '{"data": {"text": "without an id"}}')
    first = read(export(project))
    other = Project.objects.get(pk=QuestionFactory(name="topic").project_id)

    _, counts = bring(
        other, "\n".join(json.dumps(row) for row in first), do_answers_fill_slots=True
    )
    second = read(export(other))

    assert (counts["tasks"], counts["answers"]) == (2, 3)
    assert [_kept(row) for row in second] == [_kept(row) for row in first]


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """What an import takes over: not what is computed, and of each annotator the newest answer."""
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for each in row["annotations"]:
        names = ("answers", "seconds", "confidence", "note", "note_kind", "submitted_at")
        newest[each["annotator"], each["round"]] = {name: each[name] for name in names}
    parts = ("external_id", "data", "meta", "group", "priority", "requires", "gold", "suggestions")
    return {**{part: row[part] for part in parts}, "annotations": newest}
