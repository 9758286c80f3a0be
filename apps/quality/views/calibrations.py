"""Calibration sessions: the list with its form, and the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in, held_against
from apps.agreement.views.figures import QuestionFigures
from apps.annotations.models import Question
from apps.annotations.views.items import chips_of, words_of
from apps.core.figures import Scale
from apps.projects.models import Project
from apps.projects.permissions import May, can, project_for
from apps.quality.actions.calibration_answers import Calibrated, calibrated_tasks
from apps.quality.actions.calibrations import (
    NoCalibration,
    annotators_of,
    begin_calibration,
    is_laid_open,
    open_discussion,
    progress_of,
)
from apps.quality.forms.calibrations import CalibrationForm
from apps.quality.models import Adjudication, Calibration
from apps.quality.permissions import sees_progress

MOST_LISTED = 50


@require_http_methods(["GET", "POST"])
def calibrations(request: HttpRequest, project_id: int) -> HttpResponse:
    """All sessions that one may see; POST begins one."""
    may = May.LEAD if request.method == "POST" else None
    project = project_for(request.user, project_id, may)
    form = CalibrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        task_ids, picked = form.pick(project)
        try:
            made = begin_calibration(
                project=project,
                by=request.user,
                at=timezone.now(),
                task_ids=task_ids,
                picked=picked,
            )
        except NoCalibration as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{made} has begun. Everybody was told.")
            return redirect("quality:calibration", project.pk, made.number)
    mine = Calibration.objects.visible_to(request.user).filter(project=project)
    leads = can(May.LEAD, role=project.role, is_admin=request.user.is_admin)
    context = {
        "project": project,
        "form": form if leads else None,
        "sessions": mine.select_related("begun_by").order_by("-number")[:MOST_LISTED],
        "people": annotators_of(project).count(),
    }
    return render(request, "quality/calibrations.html", context, status=422 if form.errors else 200)


@require_GET
def calibration(request: HttpRequest, project_id: int, number: int) -> HttpResponse:
    project, found = session_for(request, project_id, number)
    progress = progress_of(found)
    sees = sees_progress(
        role=project.role, is_admin=request.user.is_admin, is_blind=project.is_blind
    )
    context: dict[str, Any] = {
        "project": project,
        "session": found,
        "progress": progress if sees else [],
        "through": sum(one.is_through for one in progress),
        "people": len(progress),
        "is_laid_open": is_laid_open(found, progress),
        "leads": can(May.LEAD, role=project.role, is_admin=request.user.is_admin),
        "is_new_guideline": project.guideline_version > found.guideline_version,
    }
    if context["is_laid_open"]:
        context |= _laid_open(found, project)
    return render(request, "quality/calibration.html", context)


@require_POST
def calibration_open(request: HttpRequest, project_id: int, number: int) -> HttpResponse:
    project_for(request.user, project_id, May.LEAD)
    _, found = session_for(request, project_id, number)
    open_discussion(calibration=found, by=request.user, at=timezone.now())
    messages.success(request, "The discussion is open. Everybody who answers was told.")
    return redirect("quality:calibration", project_id, number)


def session_for(request: HttpRequest, project_id: int, number: int) -> tuple[Project, Calibration]:
    project = project_for(request.user, project_id)
    mine = Calibration.objects.visible_to(request.user).filter(project=project, number=number)
    found = mine.select_related("begun_by", "opened_by").first()
    if found is None:
        raise Http404("There is no such session, or its discussion is not open yet.")
    found.project = project
    return project, found


def _laid_open(found: Calibration, project: Project) -> dict[str, Any]:
    questions = list(Question.objects.filter(project=project).asked())
    tasks = calibrated_tasks(found, questions)
    decided = set(
        Adjudication.objects.heads()
        .filter(task__in=[one.task for one in tasks])
        .values_list("task_id", flat=True)
    )
    figures = [
        QuestionFigures(one, figures_in(one, Period(round=found.round))) for one in questions
    ]
    return {
        "tasks": [_row(one, project, questions, decided) for one in tasks],
        "decided": len(decided),
        "figures": figures,
        "scale": Scale.around([x for f in figures for x in (f.value, f.low, f.high, f.goal)]),
        "earlier": _earlier(found, questions),
    }


def _row(
    one: Calibrated, project: Project, questions: list[Question], decided: set[int]
) -> dict[str, Any]:
    chips: dict[tuple[str, str], int] = {}
    for given in one.given:
        for chip in chips_of(given.answers, questions):
            key = (chip["text"], chip["colour"])
            chips[key] = chips.get(key, 0) + 1
    return {
        "one": one,
        "words": words_of(one.task, project),
        "chips": sorted(
            ((text, colour, count) for (text, colour), count in chips.items()),
            key=lambda chip: -chip[2],
        )[:8],
        "is_decided": one.task.pk in decided,
    }


def _earlier(found: Calibration, questions: list[Question]) -> dict[str, Any] | None:
    """This session held against the one before it."""
    before = Calibration.objects.filter(project=found.project_id, number=found.number - 1).first()
    if before is None:
        return None
    rows: list[dict[str, Any]] = []
    for question in questions:
        one = held_against(question, Period(round=found.round), Period(round=before.round))
        why = one.undefined_reason or one.interval_reason
        rows.append({"question": question, "found": one, "reason": why.sentence if why else ""})
    return {
        "session": before,
        "rows": rows,
        "scale": Scale.around(
            [x for row in rows for x in (row["found"].low, row["found"].high, 0.0)]
        ),
    }
