"""Signatures go out with what they sign, are counted, and come into no other project."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from apps.projects.actions.protocols import protocol_of, switch_protocol
from apps.projects.models import Project, Signature
from apps.quality.models import Adjudication
from apps.tasks.models import Task
from tests.exchange.factories import bring, export, sign_all_of
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)
from tests.files import path_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def task() -> Task:
    """Read twice and decided."""
    project = QuestionFactory(name="topic").project
    found: Task = TaskFactory(project=project)
    for said in ("praise", "question"):
        AnnotationFactory(
            assignment=AssignmentFactory(task=found, annotator__project=project),
            answers={"topic": said},
        )
    Adjudication.objects.create(
        project=project,
        task=found,
        outcome="decided",
        answers={"topic": "praise"},
        decided_by=UserFactory(),
    )
    return found


def row_of(project: Project, **filters: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    run = export(project, **filters)
    (line,) = path_of(run.file).read_bytes().splitlines()
    assert run.manifest is not None
    return json.loads(line), run.manifest


def test_each_reading_and_decision_has_its_own(task: Task) -> None:
    signed = sign_all_of(task)

    row, manifest = row_of(task.project)

    found = [one["signatures"] for one in (*row["annotations"], *row["adjudications"])]
    assert [[one["digest"] for one in each] for each in found] == [[s.digest] for s in signed]
    first = found[0][0]
    assert datetime.fromisoformat(first.pop("at")) == signed[0].signed_at
    assert first == {
        "by": "signer@example.org",
        "name": "Sig Ner",
        "meaning": "Reviewed",
        "digest": signed[0].digest,
        # Of a verdict what was said of the reading; this is the reading's own.
        "verdict": None,
    }
    assert manifest["counts"]["in"]["signatures"] == 3
    assert manifest["counts"]["out"]["signatures"] == 3


def test_under_pseudonyms_nobody_is_named(task: Task) -> None:
    [signature, *_] = sign_all_of(task)

    row, _ = row_of(task.project, pseudonyms=True)

    text = json.dumps(row)
    assert "signer@example.org" not in text
    assert "Sig Ner" not in text
    assert row["annotations"][0]["signatures"][0]["by"] == row["annotations"][0]["annotator"]
    decided = row["adjudications"][0]["signatures"][0]
    assert decided["by"] == f"reviewer-{signature.signer_id}"


def test_other_formats_say_that_they_left_them_out(task: Task) -> None:
    sign_all_of(task)
    run = export(task.project, format="csv_long")
    assert run.manifest is not None
    assert run.manifest["counts"]["left_out"]["signatures"] == 3


def test_without_signatures_nothing_is_said_of_any(task: Task) -> None:
    row, manifest = row_of(task.project)
    assert all("signatures" not in one for one in (*row["annotations"], *row["adjudications"]))
    assert "signatures" not in json.dumps(manifest)


def test_answers_that_are_imported_lock_the_protocol() -> None:
    project = QuestionFactory(name="topic").project
    switch_protocol(project=project, is_on=True, by=UserFactory(), at=timezone.now())
    task: dict[str, Any] = {"data": {"text": "One"}}
    bring(project, json.dumps(task))
    assert protocol_of(project).state == "open"

    task |= {"annotations": [{"annotator": "w1", "answers": {"topic": "praise"}}]}
    bring(project, json.dumps(task | {"data": {"text": "Two"}}), do_answers_fill_slots=True)

    assert protocol_of(project).state == "locked"


def test_read_back_they_sign_nothing_elsewhere(task: Task) -> None:
    sign_all_of(task)
    row, _ = row_of(task.project)
    other = QuestionFactory(project=ProjectFactory(), name="topic").project

    _, counts = bring(other, json.dumps(row), do_answers_fill_slots=True)

    assert counts["tasks"] == 1
    assert not Signature.objects.filter(project=other).exists()
