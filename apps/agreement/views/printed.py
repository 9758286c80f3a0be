"""The report: one page to print, with methods and references in words that can go into a paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.agreement.actions.trust import trust_of
from apps.agreement.measures import measures
from apps.agreement.models import Study
from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import Chosen, Frame
from apps.agreement.views.objects import left_out, methods_of, objects_page, references_of
from apps.agreement.views.words import verdict_of
from apps.core.figures import coefficient, interval
from apps.projects.permissions import May, project_for

# Of a study's findings, for a page that is read on paper.
MOST_PAIRS = 5
BY_ORDER = (
    "Braylan, A., Alonso, O. and Lease, M. (2022). Measuring annotator agreement generally across"
    " complex structured, multi-object, and free-text annotation tasks. Proceedings of the ACM Web"
    " Conference 2022, 1720-1730."
)
LEVELS = {
    "nominal": "nominal",
    "ordinal": "ordinal",
    "interval": "interval",
    "ratio": "ratio",
    "jaccard": "that of sets, by Jaccard\u2019s distance",
    "distance": "a distance between whole answers",
}


@require_http_methods(["GET"])
def report(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    frame = Frame(project, request.user, Chosen())
    studies = _studies(frame)
    context = frame.context() | {
        "now": timezone.now(),
        "words": verdict_of(frame.every, frame.ledger),
        "rows": [_row(one, studies) for one in frame.every],
        "references": _references(frame.every),
    }
    return render(request, "agreement/report.html", context)


def _studies(frame: Frame) -> dict[tuple[int, str], dict[str, Any]]:
    found = Study.objects.visible_to(frame.user).filter(
        question__in=[one.question for one in frame.every], part__in=("people", "causes")
    )
    return {(study.question_id, study.part): study.body for study in found}


def _row(one: QuestionFigures, studies: dict[tuple[int, str], dict[str, Any]]) -> dict[str, Any]:
    people = studies.get((one.question.pk, "people"), {}).get("raters", [])
    values = sorted(row["value"] for row in people if row["value"] is not None)
    causes = studies.get((one.question.pk, "causes"), {})
    confusion = one.body.get("confusion") or {}
    return {
        "one": one,
        "methods": _methods(one),
        "objects": objects_page(one),
        "labels": [{"title": one.title_of(f["of"]), **f} for f in one.body["labels"]],
        "trust": trust_of(one.figure, one.goal),
        "people": {"number": len(values), "low": values[0], "high": values[-1]} if values else None,
        "pairs": [
            {
                **pair,
                "names": [one.title_of(confusion["values"][pair[side]]) for side in ("a", "b")],
            }
            for pair in confusion.get("pairs", [])[:MOST_PAIRS]
        ],
        "causes": causes.get("expected"),
        "by_readings": causes.get("by_readings"),
    }


def _methods(one: QuestionFigures) -> str:
    """A paragraph as a methods section has it: what was measured, on what, and how sure it is."""
    if one.value is None:
        return f"No agreement can be told: {one.reason}"
    if one.is_led:
        return _methods_of_led(one)
    figure = one.figure
    level = LEVELS.get(one.body["level"], one.body["level"])
    said = [
        _who(one),
        (
            f"Agreement was measured by Krippendorff\u2019s alpha at the level {level}:"
            f" {coefficient(one.value)}"
        ),
    ]
    if one.low is not None:
        said[-1] += f" (95 % interval {interval(one.low, one.high)}; {figure.get('method')})."
    else:
        said[-1] += f". {one.interval_reason}"
    said += [
        methods_of(one),
        *(
            f"{other['label']} was {coefficient(other['value'])}"
            f" ({interval(other.get('low'), other.get('high'))}), not corrected for chance."
            for other in one.others
            if other.get("value") is not None
        ),
    ]
    said += _by_order(one)
    lone = (figure.get("excluded") or {}).get("fewer_than_two_answers")
    if lone:
        said.append(f"{lone:,} tasks with one answer were left out.")
    checked = one.body.get("verified") or {}
    if checked.get("agrees"):
        said.append(f"The coefficient was checked with the package {checked['by']}.")
    return " ".join(filter(None, said))


def _by_order(one: QuestionFigures) -> list[str]:
    return [
        f"{other['label']} was {coefficient(other['value'])}"
        f" ({interval(other.get('low'), other.get('high'))})."
        for other in one.by_order
        if other.get("value") is not None
    ]


def _methods_of_led(one: QuestionFigures) -> str:
    """Of shapes: what was found and named comes first, whole answers' distances second."""
    figure, whole = one.figure, one.body["measures"][0]
    said = [
        _who(one),
        methods_of(one),
        f"Their intervals: {figure.get('method') or one.interval_reason}.",
    ]
    if whole.get("value") is not None:
        said.append(
            "Krippendorff\u2019s alpha of whole answers, by a distance between them, was"
            f" {coefficient(whole['value'])} ({interval(whole.get('low'), whole.get('high'))})."
        )
    if left := left_out(figure):
        said.append(f"Tasks left out: {left}.")
    return " ".join(said)


def _who(one: QuestionFigures) -> str:
    figure = one.figure
    return (
        f"{figure.get('raters') or 'Several'} annotators answered, independently of one another;"
        f" {one.units:,} tasks had two answers or more ({figure.get('pairable') or 0:,} answers)."
    )


def _references(every: list[QuestionFigures]) -> list[str]:
    used = {
        figure["measure"] for one in every for figure in one.body["measures"] if "measure" in figure
    }
    own = [measures[name].reference for name in sorted(used) if name in measures]
    if any(one.by_order for one in every):
        own.append(BY_ORDER)
    return [
        *dict.fromkeys([*own, *(text for one in every for text in references_of(one))]),
        (
            "Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American"
            " Statistical Association 82(397), 171-185."
        ),
        (
            "Gwet, K. L. (2014). Handbook of Inter-Rater Reliability (4th ed.), chapter 6. Advanced"
            " Analytics."
        ),
        (
            "Landis, J. R. and Koch, G. G. (1977). The measurement of observer agreement for categorical"
            " data. Biometrics 33(1), 159-174."
        ),
        (
            "Zapf, A., Castell, S., Morawietz, L. and Karch, A. (2016). Measuring inter-rater reliability"
            " for nominal data. BMC Medical Research Methodology 16, 93."
        ),
    ]
