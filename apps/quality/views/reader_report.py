"""The inter-reader report: one page to print, for who has to show how far readings can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.agreement.actions.reports import report as agreement_of
from apps.agreement.measures import Figure, measures, rater_measures
from apps.agreement.models import RaterReport
from apps.annotations.models import Question
from apps.projects.models import Amendment, Project, Protocol, ProtocolState, Signature
from apps.projects.permissions import May, project_for
from apps.quality.actions.diagnostic import MOST_BETWEEN, between
from apps.quality.measures.readers import TOGETHER, Between
from apps.quality.views.diagnostic import WORDS, Report, asked_for, readable, words_of
from apps.quality.views.people import chosen_of

STATES = {
    ProtocolState.OFF: "The project has no protocol.",
    ProtocolState.OPEN: "The protocol is on, and not locked yet: there was no answer.",
    ProtocolState.LOCKED: "The protocol is locked.",
    ProtocolState.AMENDED: "An amendment of the protocol is open.",
}


@dataclass
class PairRow:
    names: tuple[str, str]
    cases: int
    agreement: Figure
    kappa: Figure


@require_GET
def reader_report(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leads alone: it judges people by name."""
    project = project_for(request.user, project_id, May.LEAD)
    questions = readable(project)
    one = chosen_of(questions, request.GET.get("question", ""))
    kind, found = asked_for(request, project, one)
    context: dict[str, Any] = {
        "project": project,
        "one": one,
        "report": found,
        "now": timezone.now(),
        "query": request.GET.urlencode(),
        "reference": WORDS[kind],
    }
    if one and found and found.readers:
        together = between(found.held)
        context |= {
            "said": words_of(found.finding, one),
            "between": together,
            "pairs": _pairs(found, together),
            "is_cut": found.held.case.size > MOST_BETWEEN,
            "most": MOST_BETWEEN,
            "whole": _whole(project, one),
            "protocol": _protocol(project),
            "references": _references(together),
        }
    return render(request, "quality/reader_report.html", context)


def _pairs(found: Report, together: Between) -> list[PairRow]:
    names = {one.member.pk: one.member.display_name for one in found.readers}
    people = [names[pk] for pk in found.held.people]
    return [
        PairRow((people[one.first], people[one.second]), one.cases, one.agreement, one.kappa)
        for one in together.pairs
    ]


def _whole(project: Project, question: Question) -> list[dict[str, Any]]:
    """Of all answers to the question, as on the dashboard; and by name, where a lead asked for it."""
    rows = list(agreement_of(project=project, question=question)["measures"])
    kept = RaterReport.objects.filter(question=question).order_by("measure")
    return rows + [one.figure for one in kept if rater_measures[one.measure].is_coefficient]


def _protocol(project: Project) -> dict[str, Any]:
    kept = Protocol.objects.with_state().filter(project=project).first()
    state = ProtocolState(kept.state) if kept else ProtocolState.OFF
    return {
        "words": STATES[state],
        "locked_at": kept.locked_at if kept else None,
        "amendments": Amendment.objects.filter(project=project).count(),
        "signatures": Signature.objects.filter(project=project).count(),
        "is_on": state != ProtocolState.OFF,
    }


def _references(together: Between) -> list[str]:
    """In the order of the page."""
    kinds: list[Any] = [measures[name] for name in TOGETHER]
    if len(together.together) > len(TOGETHER):
        kinds.append(rater_measures["conger_kappa"])
    if together.pairs:
        kinds.append(rater_measures["cohen_kappa"])
    return [kind.reference for kind in kinds]
