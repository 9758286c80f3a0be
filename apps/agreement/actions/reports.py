"""Figures from the ledger, kept with the version that they show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.agreement.actions import people
from apps.agreement.actions.chance import compared_of
from apps.agreement.actions.data import (
    Scale,
    current_alpha,
    is_by_moments,
    only_used,
    patterns_of,
    scale_of,
    scanned_moments,
)
from apps.agreement.actions.headline import is_led_by_objects
from apps.agreement.actions.labels import confusion_of, distribution_of
from apps.agreement.actions.overview import take_snapshot
from apps.agreement.measures import (
    Compared,
    LevelError,
    Moments,
    Patterns,
    Reason,
    measures,
    per_label,
)
from apps.agreement.measures.verification import CELLS, verify
from apps.agreement.models import ALL, Ledger, QuestionLedger, Report, SliceValue
from apps.annotations.models import Question
from apps.core.snapshot import one_moment
from apps.projects.models import Project

HEADLINE = "krippendorff_alpha"
ALONGSIDE = ("percent_agreement",)
# A report is made again after it has rested this many times as long as making it took.
REST = 2
# Draws times patterns of one interval; see `_replicates`.
WORK = 1_000_000
MOST_LABELS = 60
MOST_POINTS = 12
LABEL_REPLICATES = 2_000
# Larger ones are verified once a minute.
QUICKLY_VERIFIED = CELLS // 10
VERIFY_AGAIN = timedelta(minutes=1)
TOO_MANY = {
    "code": "many_patterns",
    "sentence": "There are too many different patterns of answers for an interval here.",
}


def report(*, project: Project, question: Question, slice_id: int = ALL) -> dict[str, Any]:
    """The figures as the ledger stands; the kept ones if they are current."""
    ledger = QuestionLedger.objects.filter(question=question).first()
    if question.project_id != project.pk:
        raise ValueError(f"{question} is not a question of {project}.")
    now = ledger.version if ledger else 0
    kept = Report.objects.filter(question=question, slice_id=slice_id).first()
    if kept is None or kept.version != now:
        kept = make_report(question=question, slice_id=slice_id, at=timezone.now())
    return {**kept.body, "as_of": kept.as_of, "made_at": kept.made_at, "version": kept.version}


def refresh_reports(*, project: Project, at: datetime) -> list[Report]:
    """Make those that lag behind their ledger and have rested."""
    made = []
    rows = QuestionLedger.objects.filter(question__project=project).select_related("question")
    kept = {
        row.question_id: row
        for row in Report.objects.filter(question__project=project, slice_id=ALL).defer("body")
    }
    for ledger in rows:
        old = kept.get(ledger.pk)
        if old and (old.version == ledger.version or not _has_rested(old, at)):
            continue
        fresh = make_report(question=ledger.question, slice_id=ALL, at=at)
        if not is_led_by_objects(ledger.question):
            take_snapshot(ledger.question, fresh.body["measures"][0], at=at)
        made.append(fresh)
    if made:
        Ledger.objects.filter(pk=project.pk).update(reported=F("reported") + 1)
    return made


def _has_rested(kept: Report, at: datetime) -> bool:
    return at - kept.made_at >= timedelta(seconds=REST * kept.seconds)


def make_report(*, question: Question, slice_id: int, at: datetime) -> Report:
    start = time.perf_counter()
    is_counted = question.behaviour.form(question.config) is not None
    # What is compared keeps the distances that it measures, and reads them from one table.
    with one_moment() if is_counted else transaction.atomic():
        # The version is read first: what is folded meanwhile makes the next report due.
        ledger = QuestionLedger.objects.filter(question=question).first()
        before = Report.objects.filter(question=question, slice_id=slice_id).first()
        if is_counted:
            body = _body(scale_of(question), slice_id, before)
        else:
            body = _body_of_compared(question, slice_id)
    made, _ = Report.objects.update_or_create(
        question=question,
        slice_id=slice_id,
        defaults={
            "version": ledger.version if ledger else 0,
            "as_of": ledger.folded_at if ledger else None,
            "made_at": at,
            "seconds": time.perf_counter() - start,
            "body": body,
        },
    )
    return made


def _body(scale: Scale, slice_id: int, before: Report | None) -> dict[str, Any]:
    many = is_by_moments(scale.question)
    data = scanned_moments(scale) if many and slice_id == ALL else patterns_of(scale, slice_id)
    figures = [figure(scale, name, data) for name in (HEADLINE, *ALONGSIDE)]
    if many and slice_id != ALL:
        figures = [_by_sums(scale, slice_id)]
    body: dict[str, Any] = {
        "level": scale.level,
        "form": "moments" if many else "patterns",
        "measures": figures,
        "distribution": distribution_of(scale, slice_id),
        "verified": _verified(scale, data, figures[0], before),
        "labels": [],
        "confusion": None,
        "disagreeing": int(data.units[data.disagreeing].sum()),
    }
    if isinstance(data, Patterns) and not many:
        body["labels"] = figures_of_labels(scale, data)
        body["confusion"] = confusion_of(scale, data)
    if slice_id == ALL:
        body["slices"] = _slices(scale.question, partial(_headline_in, scale, many=many))
        body |= people.between_annotators(scale.question)
    return body


def _body_of_compared(question: Question, slice_id: int) -> dict[str, Any]:
    """Of answers that are only compared: no labels and no distribution, all else alike."""
    data = compared_of(question, slice_id)
    body: dict[str, Any] = {
        "level": "distance",
        "form": "compared",
        "measures": [figure_of_compared(name, data) for name in (HEADLINE, *ALONGSIDE)],
        "chance_pairs": data.apart.size,
        "distribution": [],
        "verified": None,
        "labels": [],
        "confusion": None,
        "disagreeing": data.disagreeing,
    }
    if slice_id == ALL:
        body["slices"] = _slices(
            question, lambda part: figure_of_compared(HEADLINE, compared_of(question, part))
        )
        body |= people.between_annotators_compared(question)
    return body


def figure_of_compared(name: str, data: Compared) -> dict[str, Any]:
    measure = measures[name]
    return {**asdict(measure(data)), "label": measure.compared_label or measure.label}


def figure(scale: Scale, name: str, data: Patterns | Moments) -> dict[str, Any]:
    measure = measures[name]
    if isinstance(data, Patterns):
        data = only_used(data)
        options: dict[str, Any] = {"replicates": _replicates(data)}
    else:
        options = {}
    try:
        found = measure(data, level=scale.level, **options)
    except LevelError as error:
        return {
            "measure": name,
            "label": measure.label,
            "value": None,
            "undefined_reason": {"code": "level", "sentence": str(error)},
        }
    return {**asdict(found), "label": measure.label}


def _replicates(data: Patterns) -> int:
    """10,000, or as many as take a fraction of a second; never fewer than 1,000."""
    cost = data.units.size + data.counts.size // 100
    if data.groups is not None:
        cost += data.groups.number
    return max(1_000, min(10_000, WORK // max(cost, 1)))


def _by_sums(scale: Scale, slice_id: int) -> dict[str, Any]:
    value = current_alpha(scale, slice_id)
    undefined = {"code": "undefined", "sentence": "The answers do not vary, or no task has two."}
    return {
        "measure": HEADLINE,
        "label": measures[HEADLINE].label,
        "level": scale.level,
        "value": value,
        "low": None,
        "high": None,
        "interval_reason": TOO_MANY,
        "undefined_reason": undefined if value is None else None,
    }


def figures_of_labels(scale: Scale, data: Patterns) -> list[dict[str, Any]]:
    """Each label against the rest; for numbers, where they are few enough to be points."""
    names: list[Any] = [label.value for label in scale.labels if not label.is_retired]
    if scale.is_ordered and all(isinstance(value, float) for value in scale.values):
        names = sorted(value for value in scale.values if isinstance(value, float))
        if len(names) > MOST_POINTS:
            return []
    names = names[:MOST_LABELS]
    figures = per_label(measures[HEADLINE], data, names, replicates=LABEL_REPLICATES)
    return [{"of": value, **asdict(figure)} for value, figure in figures.items()]


def _slices(
    question: Question, figure_in: Callable[[int], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The headline figure in each value of each declared slice."""
    found: dict[str, list[dict[str, Any]]] = {}
    declared = {declared["name"] for declared in question.project.slices}
    rows = SliceValue.objects.filter(project_id=question.project_id, name__in=declared)
    for row in rows.order_by("name", "is_rest", "value"):
        entry = {"slice_id": row.pk, "of": row.value, "is_rest": row.is_rest, **figure_in(row.pk)}
        found.setdefault(row.name, []).append(entry)
    return found


def _headline_in(scale: Scale, slice_id: int, *, many: bool) -> dict[str, Any]:
    if many:
        return _by_sums(scale, slice_id)
    return figure(scale, HEADLINE, patterns_of(scale, slice_id))


def _verified(
    scale: Scale, data: Patterns | Moments, figure: dict[str, Any], before: Report | None
) -> dict[str, Any] | None:
    """Alpha by the second implementation, or why there is none."""
    if not isinstance(data, Patterns) or figure["value"] is None:
        return None
    cells = int(data.paired().units.sum()) * len(data.values) ** 2
    old = before.body.get("verified") if before else None
    now = timezone.now()
    is_fresh = old and old.get("at") and now - datetime.fromisoformat(old["at"]) < VERIFY_AGAIN
    if old and is_fresh and cells > QUICKLY_VERIFIED:
        return {**old, "is_current": False}
    value = verify(data, scale.level)
    if isinstance(value, Reason):
        return {"reason": asdict(value)}
    return {
        "by": f"krippendorff {version('krippendorff')}",
        "value": value,
        "agrees": abs(value - figure["value"]) < 1e-9,
        "at": now.isoformat(),
        "is_current": True,
    }
