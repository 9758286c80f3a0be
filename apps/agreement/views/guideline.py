"""What the guideline's page shows of agreement, version by version: a part that it loads."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.agreement.models import Study
from apps.agreement.views.figures import QuestionFigures
from apps.annotations.models import Question
from apps.core.figures import Scale, coefficient, interval
from apps.projects.models import Guideline
from apps.projects.permissions import May, project_for

MOST_VERSIONS = 8
TOO_FEW = "Not enough answers since."


@require_http_methods(["GET"])
def guideline_effect(request: HttpRequest, project_id: int) -> HttpResponse:
    """Per question each version's time held against the time before it. Four queries."""
    project = project_for(request.user, project_id, May.ADJUDICATE)
    questions = list(Question.objects.filter(project=project).asked())
    versions = list(Guideline.objects.filter(project=project).order_by("-number")[:MOST_VERSIONS])
    kept = {
        study.question_id: study
        for study in Study.objects.visible_to(request.user).filter(
            question__in=questions, part="guideline"
        )
    }
    context = {
        "project": project,
        "questions": [
            _shown(QuestionFigures(one, None), kept.get(one.pk), versions) for one in questions
        ]
        if versions
        else [],
        "made_at": min((study.made_at for study in kept.values()), default=None),
    }
    return render(request, "agreement/guideline.html", context)


def _shown(one: QuestionFigures, study: Study | None, versions: list[Guideline]) -> dict[str, Any]:
    found = {row["number"]: row for row in (study.body if study else {}).get("versions", [])}
    rows = [_row(version, found.get(version.number)) for version in versions]
    sides = [side for row in rows for side in (row["before"], row["after"])]
    gaps = [row["difference"] for row in rows]
    return {
        "one": one,
        "rows": rows,
        "scale": _around(sides, one.goal),
        "gap_scale": _around(gaps, 0.0),
    }


def _around(figures: list[dict[str, Any]], line: float | None) -> Scale:
    return Scale.around(
        [f.get(name) for f in figures for name in ("value", "low", "high")] + [line]
    )


def _row(version: Guideline, found: dict[str, Any] | None) -> dict[str, Any]:
    nothing: dict[str, Any] = {"value": None, "low": None, "high": None, "units": 0}
    none = {
        "before": nothing,
        "after": {**nothing, "reason": TOO_FEW},
        "difference": {**nothing, "reason": TOO_FEW},
        "people": {"both": 0, "new": 0},
        "tasks": {"both": 0, "new": 0},
    }
    row = {**none, **(found or {}), "version": version}
    return row | {"words": _words(row["difference"], version.number)}


def _words(gap: dict[str, Any], number: int) -> str:
    if gap["value"] is None or gap["low"] is None:
        return TOO_FEW if number > 1 else "Nothing to hold it against."
    span = interval(gap["low"], gap["high"])
    if gap["low"] <= 0 <= gap["high"]:
        return f"No difference that chance would not make: {coefficient(gap['value'])}, {span}."
    way = "higher" if gap["value"] > 0 else "lower"
    return f"Agreement is {way} since, by {coefficient(abs(gap['value']))}, {span}."
