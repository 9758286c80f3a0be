"""For the lead: sensitivity and specificity of each annotator against a reference, as a page and a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.core.cells import cell
from apps.core.figures import Scale
from apps.core.json import loads
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.diagnostic import Finding, Held, Reference, as_text, held_against
from apps.quality.measures.diagnostic import (
    Accuracy,
    Mean,
    by_reader,
    mean_sensitivity,
    mean_specificity,
)
from apps.quality.views.people import chosen_of

WORDS = {Reference.KNOWN: "Known answers", Reference.DECIDED: "Decisions"}
# Labels that can be ticked.
MOST_LABELS = 60
HEADS = (
    *("annotator", "cases", "sensitivity", "sensitivity_low", "sensitivity_high"),
    *("positive", "specificity", "specificity_low", "specificity_high", "negative"),
    *("positive_predictive_value", "negative_predictive_value"),
)


@dataclass
class Reader:
    member: Membership
    accuracy: Accuracy


@dataclass
class Report:
    question: Question
    held: Held
    finding: Finding
    readers: list[Reader]
    sensitivity: Mean
    specificity: Mean


def report_of(
    project: Project, question: Question, kind: Reference, finding: Finding | None
) -> Report:
    """Three queries."""
    held = held_against(project=project, question=question, kind=kind, finding=finding)
    members = Membership.objects.filter(project=project).select_related("user")
    known = members.in_bulk(held.people)
    readers = [
        Reader(known[pk], accuracy)
        for pk, accuracy in zip(held.people, by_reader(held.readings), strict=True)
    ]
    readers.sort(key=lambda one: (-one.accuracy.n, one.member.pk))
    return Report(
        question=question,
        held=held,
        finding=held.finding,
        readers=readers,
        sensitivity=mean_sensitivity(held.readings),
        specificity=mean_specificity(held.readings),
    )


@require_GET
def diagnostic(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leads alone: it judges people by name."""
    project = project_for(request.user, project_id, May.LEAD)
    questions = readable(project)
    one = chosen_of(questions, request.GET.get("question", ""))
    kind, report = asked_for(request, project, one)
    if report and request.GET.get("format") == "csv":
        return _file(report)
    context = {
        "project": project,
        "questions": questions,
        "one": one,
        "report": report,
        "references": [(each.value, WORDS[each], each is kind) for each in Reference],
        "choices": _choices(one, report) if one and report else [],
        "said": words_of(report.finding, one) if one and report else "",
        "scale": _scale(report) if report else None,
        "csv": f"?{request.GET.urlencode()}&format=csv",
        "query": request.GET.urlencode(),
    }
    return render(request, "quality/diagnostic.html", context)


def readable(project: Project) -> list[Question]:
    """Those whose answers are a finding or not: neither marks nor texts."""
    asked = Question.objects.filter(project=project).asked()
    return [one for one in asked if one.behaviour.form(one.config) is not None]


def asked_for(
    request: HttpRequest, project: Project, question: Question | None
) -> tuple[Reference, Report | None]:
    """Without a choice known answers; decisions where nothing is known yet."""
    sent = request.GET.get("reference", "")
    kinds = [Reference(sent)] if sent in set(Reference) else [Reference.KNOWN, Reference.DECIDED]
    if question is None:
        return kinds[0], None
    finding = _finding(request, question)
    reports = ((kind, report_of(project, question, kind, finding)) for kind in kinds)
    first = next(reports)
    if first[1].held.cases:
        return first
    return next((one for one in reports if one[1].held.cases), first)


def _finding(request: HttpRequest, question: Question | None) -> Finding | None:
    """What was asked for; nothing that can be read is asked for by an old or broken address."""
    if question is None:
        return None
    if question.behaviour.form(question.config) == "number":
        try:
            return Finding(least=float(loads(request.GET.get("least", "").encode())))
        except (ValueError, TypeError):
            pass
    values = [one[:500] for one in request.GET.getlist("finding") if one][:MOST_LABELS]
    return Finding(values=values) if values else None


def _choices(question: Question, report: Report) -> list[dict[str, Any]]:
    """The labels of the question, and what else the reference has; none for numbers."""
    if question.behaviour.form(question.config) == "number":
        return []
    labels = {one.value: one.title for one in question.behaviour.labels(question.config)}
    names = list(dict.fromkeys([*labels, *report.held.frequent]))[:MOST_LABELS]
    return [
        {
            "value": name,
            "title": labels.get(name, name),
            "count": report.held.frequent.get(name, 0),
            "is_on": name in report.finding.values,
        }
        for name in names
    ]


def _scale(report: Report) -> Scale:
    told = [one.told for one in (report.sensitivity, report.specificity)]
    told += [one.accuracy.sensitivity for one in report.readers]
    told += [one.accuracy.specificity for one in report.readers]
    return Scale.around([figure for each in told for figure in (each.value, each.low, each.high)])


def _file(report: Report) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"sensitivity-{report.question.pk}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer)
    writer.writerow(HEADS)
    writer.writerows([cell(one) for one in row] for row in _rows(report))
    return answer


def _rows(report: Report) -> list[list[Any]]:
    return [
        [
            *(one.member.display_name, one.accuracy.n),
            *one.accuracy.sensitivity,
            *one.accuracy.specificity,
            one.accuracy.positive_predictive.value,
            one.accuracy.negative_predictive.value,
        ]
        for one in report.readers
    ]


def words_of(finding: Finding, question: Question) -> str:
    """What counts as the finding, in words."""
    if finding.least is not None:
        return f"{finding.least:g} and more"
    labels = {as_text(one.value): one.title for one in question.behaviour.labels(question.config)}
    return " or ".join(labels.get(value, value) for value in finding.values)
