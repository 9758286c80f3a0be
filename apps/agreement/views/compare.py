"""Two projects, two versions of a guideline, two periods: the difference with its interval."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone

from apps.accounts.http import HttpRequest
from apps.agreement.actions.between import between, others
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import held_against
from apps.agreement.forms import CompareForm
from apps.agreement.measures import Difference, Figure
from apps.agreement.models import Report
from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import Frame
from apps.core.figures import Scale, coefficient, interval
from apps.projects.models import Guideline


def compare(frame: Frame, request: HttpRequest) -> dict[str, Any]:
    one = frame.one
    if one is None:
        return {}
    versions = list(
        Guideline.objects.filter(project=frame.project, number__gt=1)
        .order_by("number")
        .values_list("number", "created_at")
    )
    reports = others(one.question, frame.user)
    form = CompareForm.of(
        request.GET, versions=[number for number, _ in versions], projects=reports
    )
    page: dict[str, Any] = {"form": form, "question": one.question.name}
    if not form.is_asked or not form.is_valid():
        return page
    by, given = form.cleaned_data["by"], form.cleaned_data
    if by == "project":
        told = _projects(frame, reports[int(given["project"])])
    elif by == "guideline":
        told = _guidelines(one, versions, int(given["version"]))
    else:
        told = _days(one, given["day"])
    return page | _shown(one, *told)


Told = tuple[str, str, Difference]


def _projects(frame: Frame, other: Report) -> Told:
    if frame.report is None:
        raise Http404("Nothing has been measured yet.")
    found = between(frame.report, other)
    return frame.project.name, other.question.project.name, found


def _guidelines(one: QuestionFigures, versions: list[tuple[int, datetime]], number: int) -> Told:
    begins = dict(versions)
    if number not in begins:
        raise Http404("There is no such version.")
    at, before, after = begins[number], begins.get(number - 1), begins.get(number + 1)
    found = held_against(one.question, Period(before, at), Period(at, after))
    return f"Guideline v{number - 1}", f"Guideline v{number}", found


def _days(one: QuestionFigures, day: date) -> Told:
    at = timezone.make_aware(datetime.combine(day, time.min))
    # To the microsecond before the day begins.
    end = at - timedelta(microseconds=1)
    words = f"{day:%-d %B %Y}"
    found = held_against(one.question, Period(until=end), Period(after=end))
    return f"Before {words}", f"Since {words}", found


def _shown(one: QuestionFigures, first: str, second: str, found: Difference) -> dict[str, Any]:
    sides = (found.first, found.second)
    return {
        "difference": found,
        "sides": [
            {"name": name, "figure": figure, "reason": _reason(figure)}
            for name, figure in zip((first, second), sides, strict=True)
        ],
        "side_scale": Scale.around(
            [x for figure in sides for x in (figure.value, figure.low, figure.high)] + [one.goal]
        ),
        "gap_scale": Scale.around([found.low, found.high, found.value, 0.0]),
        "found": _found(first, second, found),
    }


def _reason(figure: Figure) -> str:
    why = figure.undefined_reason or figure.interval_reason
    return why.sentence if why else ""


def _found(first: str, second: str, found: Difference) -> dict[str, str]:
    if found.value is None:
        reason = found.undefined_reason
        return {
            "headline": "They cannot be compared.",
            "more": reason.sentence if reason else "",
        }
    size = coefficient(abs(found.value))
    if found.low is None or found.high is None:
        reason = found.interval_reason
        more = f"The difference is {size}. {reason.sentence if reason else ''}"
        return {"headline": "Too little to tell.", "more": more}
    span = interval(found.low, found.high)
    if found.low <= 0 <= found.high:
        return {
            "headline": "No difference that chance would not make.",
            "more": f"The difference is {coefficient(found.value)}, its interval {span} holds 0.",
        }
    higher = first if found.value > 0 else second
    return {
        "headline": f"Agreement is higher: {higher}.",
        "more": f"By {size}; the interval of the difference is {span}.",
    }
