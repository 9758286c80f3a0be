"""Published data through the ledger: the figures of the literature and of the package come out."""

from __future__ import annotations

import csv
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import krippendorff
import numpy as np
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
from tests.agreement.factories import Level
from tests.factories import ProjectFactory, QuestionFactory
from tests.paths import real_data

pytestmark = pytest.mark.django_db


def load(
    project: Project,
    rows: Sequence[tuple[str, str, Any]],
    *,
    at: Mapping[str, datetime] | None = None,
) -> None:
    """(task, annotator, value) rows of the question "label", as an import would leave them; `at`
    says when some tasks were answered."""
    now = timezone.now()
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
                submitted_at=(at or {}).get(task, now),
            )
            for one, (task, _, value) in zip(assignments, rows, strict=True)
        )
    ids = [task.pk for task in tasks.values()]
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=ids)


@pytest.mark.proof
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


def read(name: str, file: str, task: str, annotator: str) -> list[tuple[str, str, str]]:
    with (real_data(name) / file).open() as opened:
        return [(r[task], r[annotator], r["label"]) for r in csv.DictReader(opened)]


def second_opinion(rows: Sequence[tuple[str, str, Any]], level: Level) -> float:
    """Alpha by the `krippendorff` package, from the file and not from the ledger."""
    places = [{name: n for n, name in enumerate(sorted({row[i] for row in rows}))} for i in (0, 1)]
    domain = sorted({row[2] for row in rows})
    table = np.full((len(places[1]), len(places[0])), np.nan)
    for task, annotator, value in rows:
        table[places[1][annotator], places[0][task]] = domain.index(value)
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))


@pytest.mark.proof
def test_blue_birds() -> None:
    """Welinder et al. 2010: 108 pictures, 39 workers, who all saw all of them."""
    rows = read("bluebirds_duck", "annotations.csv", "item", "worker")
    project = ProjectFactory()
    question = QuestionFactory(project=project, name="label", labels=["0", "1"])
    load(project, rows)

    drain(project.pk)

    body = report(project=project, question=question)
    figure = body["measures"][0]
    assert (figure["units"], figure["raters"], figure["pairable"]) == (108, 39, 4212)
    assert figure["value"] == pytest.approx(0.125501, abs=5e-7)
    assert figure["value"] == pytest.approx(second_opinion(rows, "nominal"), abs=1e-9)
    assert body["verified"]["agrees"]
    assert differences(project=project) == []


@pytest.mark.proof
def test_conversational_abuse() -> None:
    """Cercas Curry et al. 2021: an ordinal scale from -3 to 1, by eight annotators."""
    words = read("convabuse", "ConvAbuse_annotations.csv", "item", "annotator")
    rows = [(task, annotator, int(value)) for task, annotator, value in words]
    project = ProjectFactory()
    question = QuestionFactory(
        project=project,
        name="label",
        kind="rating",
        config={"min": -3, "max": 1, "level": "ordinal"},
    )
    load(project, rows)

    drain(project.pk)

    body = report(project=project, question=question)
    figure = body["measures"][0]
    assert (body["level"], figure["raters"]) == ("ordinal", 8)
    assert figure["value"] == pytest.approx(0.657875, abs=5e-7)
    assert figure["value"] == pytest.approx(second_opinion(rows, "ordinal"), abs=1e-9)
    assert body["verified"]["agrees"]
    assert differences(project=project) == []
