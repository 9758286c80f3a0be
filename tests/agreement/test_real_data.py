"""Published data through the ledger: the figures of the literature and of the package come out."""

from __future__ import annotations

import csv
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.agreement.actions.books import differences
from apps.agreement.actions.drain import drain
from apps.agreement.actions.reports import report
from apps.agreement.models import Report
from apps.annotations.models import Annotation
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, Task
from tests.factories import ProjectFactory, QuestionFactory
from tests.paths import real_data

pytestmark = pytest.mark.django_db


def load(project: Project, rows: Sequence[tuple[str, str, Any]]) -> None:
    """(task, annotator, value) rows of the question "label", as an import would leave them."""
    names = dict.fromkeys(annotator for _, annotator, _ in rows)
    people = {
        name: Membership.objects.create(project=project, external_name=name) for name in names
    }
    tasks = {
        made.external_id: made
        for made in Task.objects.bulk_create(
            Task(
                project=project,
                external_id=name,
                data={},
                content_hash=hashlib.sha256(name.encode()).digest(),
            )
            for name in dict.fromkeys(task for task, _, _ in rows)
        )
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('annotations_annotation_id_seq') FROM generate_series(1, %s)",
            (len(rows),),
        )
        heads = [head for (head,) in cursor.fetchall()]
    with transaction.atomic():
        assignments = Assignment.objects.bulk_create(
            Assignment(
                task=tasks[task],
                annotator=people[annotator],
                state="submitted",
                submitted_at=timezone.now(),
                head_id=head,
            )
            for head, (task, annotator, _) in zip(heads, rows, strict=True)
        )
        Annotation.objects.bulk_create(
            Annotation(
                pk=one.head_id,
                project=project,
                task_id=one.task_id,
                annotator_id=one.annotator_id,
                assignment=one,
                key=uuid.uuid4(),
                body_hash=b"",
                question_version=1,
                answers={"label": value},
            )
            for one, (_, _, value) in zip(assignments, rows, strict=True)
        )
    ids = [task.pk for task in tasks.values()]
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=ids)


def test_recognising_textual_entailment() -> None:
    """Snow et al. 2008: 800 items, 164 workers, 8,000 answers; alpha by the `krippendorff` package."""
    with (real_data("snow2008") / "rte_annotations.csv").open() as file:
        rows = [(r["item"], r["worker"], r["label"]) for r in csv.DictReader(file)]
    project = ProjectFactory()
    question = QuestionFactory(project=project, name="label", labels=["0", "1"])
    load(project, rows)

    drain(project.pk)

    assert Report.objects.get().version == 1
    body = report(project=project, question=question)
    figure = body["measures"][0]
    assert (figure["units"], figure["raters"], figure["pairable"]) == (800, 164, 8000)
    assert figure["value"] == pytest.approx(0.241479, abs=5e-7)
    assert figure["low"] < figure["value"] < figure["high"]
    assert body["verified"]["value"] == pytest.approx(figure["value"], abs=1e-9)
    assert differences(project=project) == []
