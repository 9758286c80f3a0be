"""Sensitivity and specificity of annotators against a reference."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.agreement.measures import measures, rater_measures
from apps.annotations.models import Question
from apps.api.errors import Problem
from apps.api.schema import call
from apps.api.serializers.diagnostic import DiagnosticQuery, DiagnosticShown
from apps.api.views.base import Endpoint
from apps.projects.permissions import May
from apps.quality.actions.diagnostic import Finding, Reference, between
from apps.quality.measures.diagnostic import Accuracy, Mean
from apps.quality.views.diagnostic import Report, report_of

AGREEMENT = measures["percent_agreement"].label
KAPPA = rater_measures["cohen_kappa"].label
NOT_COUNTED = "Its answers mark or write something, so none of them is a finding or not."


class Diagnostic(Endpoint):
    @call(
        "diagnostic",
        "Sensitivity and specificity of each annotator against a reference; leads only",
        DiagnosticShown,
        query=DiagnosticQuery,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        sent = request.query_params
        query = DiagnosticQuery(data={**sent.dict(), "finding": sent.getlist("finding")})
        query.is_valid(raise_exception=True)
        given = query.validated_data
        asked = Question.objects.filter(project=project).asked()
        question = get_object_or_404(asked, name=given["question"])
        if question.behaviour.form(question.config) is None:
            raise Problem(400, "bad_request", NOT_COUNTED, {"question": NOT_COUNTED})
        found = report_of(project, question, Reference(given["reference"]), _finding(given))
        held = found.held
        shown = {
            "question": question.name,
            "finding": list(found.finding.values),
            "least": found.finding.least,
            "reference": {
                "tasks": held.cases,
                "with_finding": held.there,
                "read": held.read,
                "made_of_answers": held.from_answers,
            },
            "sensitivity": _mean(found.sensitivity),
            "specificity": _mean(found.specificity),
            "between": _between(found),
            "annotators": [
                {"id": one.member.pk, "name": one.member.display_name, **_table(one.accuracy)}
                for one in found.readers
            ],
        }
        return Response(shown)


def _finding(given: dict[str, Any]) -> Finding | None:
    if "least" in given:
        return Finding(least=given["least"])
    return Finding(values=given["finding"]) if given["finding"] else None


def _between(found: Report) -> dict[str, Any]:
    together, people = between(found.held), found.held.people
    return {
        "tasks": together.cases,
        "measures": [asdict(figure) | {"label": label} for label, figure in together.together],
        "pairs": [
            {
                "annotators": [people[one.first], people[one.second]],
                "tasks": one.cases,
                "agreement": asdict(one.agreement) | {"label": AGREEMENT},
                "kappa": asdict(one.kappa) | {"label": KAPPA},
            }
            for one in together.pairs
        ],
        "left_out": together.left_out,
    }


def _mean(mean: Mean) -> dict[str, Any]:
    return {
        **mean.told.body(),
        "why_not": mean.why_not,
        "replicates": mean.replicates,
        "undefined": mean.undefined,
    }


def _table(found: Accuracy) -> dict[str, Any]:
    names = ("sensitivity", "specificity", "positive_predictive", "negative_predictive")
    counts = ("true_positive", "false_negative", "true_negative", "false_positive")
    return {name: getattr(found, name) for name in counts} | {
        name: getattr(found, name).body() for name in names
    }
