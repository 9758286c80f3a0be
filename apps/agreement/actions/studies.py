"""What takes longer to find out than a report: made in the background, kept with its date."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from apps.agreement.actions.causes_study import causes_study
from apps.agreement.actions.distances_study import distances_study
from apps.agreement.actions.guideline_study import guideline_study
from apps.agreement.actions.headline import is_led_by_objects
from apps.agreement.actions.labels_study import labels_study
from apps.agreement.actions.material import Material
from apps.agreement.actions.objects_study import objects_study
from apps.agreement.actions.overview import take_snapshot
from apps.agreement.actions.people_study import people_study
from apps.agreement.actions.plan_study import plan_study
from apps.agreement.actions.tasks_study import tasks_study
from apps.agreement.models import ALL, Ledger, Report, Study
from apps.core.locks import held
from apps.core.snapshot import one_moment

PARTS: dict[str, Callable[[Material], dict[str, Any] | None]] = {
    "objects": objects_study,
    "distances": distances_study,
    "people": people_study,
    "labels": labels_study,
    "tasks": tasks_study,
    "causes": causes_study,
    "plan": plan_study,
    "guideline": guideline_study,
}
LOCK = "agreement.study"
# A question is studied again after it has rested this many times as long as that took.
REST = 20


def make_due_studies(*, at: datetime | None = None) -> int:
    """Of all questions whose report shows more, and that have rested; how many were made."""
    at = at or timezone.now()
    return sum(study(report=report, at=at) for report in due(at=at))


def due(*, at: datetime) -> list[Report]:
    # As a mapping, since the model declares the names for the type checker.
    ages = {
        "studied_at": Max("question__studies__made_at"),
        "took": Max("question__studies__seconds"),
    }
    question = {"question__retired_at": None, "question__project__deleted_at": None}
    lagging = (
        Report.objects.filter(slice_id=ALL, **question)
        .exclude(question__studies__version=F("version"))
        .annotate(**ages)
        .select_related("question__project")
    )
    return [
        report
        for report in lagging
        if report.studied_at is None
        or at - report.studied_at >= timedelta(seconds=REST * (report.took or 0))
    ]


def study(*, report: Report, at: datetime) -> bool:
    """Make all parts anew; False if another worker is at it."""
    with held(LOCK, report.question_id) as is_ours:
        if is_ours:
            start = time.perf_counter()
            material = Material(report.question, report.body)
            # What is compared keeps the distances that it measures, and reads them from one table.
            with one_moment() if material.is_counted else transaction.atomic():
                found = {name: make(material) for name, make in PARTS.items()}
            _keep(report, found, at=at, seconds=time.perf_counter() - start)
    return is_ours


@transaction.atomic
def _keep(
    report: Report, found: dict[str, dict[str, Any] | None], *, at: datetime, seconds: float
) -> None:
    question = report.question
    objects = found["objects"]
    if objects and is_led_by_objects(question):
        take_snapshot(question, objects["measures"][0], at=at)
    Study.objects.filter(question=question).delete()
    Study.objects.bulk_create(
        Study(
            question=question,
            part=name,
            version=report.version,
            made_at=at,
            seconds=seconds,
            body=part or {},
        )
        for name, part in found.items()
    )
    # So that an open page asks for it.
    Ledger.objects.filter(pk=question.project_id).update(reported=F("reported") + 1)
