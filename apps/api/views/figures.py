"""What the answers say: agreement, annotators."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.agreement.actions.reports import report
from apps.agreement.models import ALL, Ledger, RaterReport, SliceValue
from apps.annotations.models import Question
from apps.api.errors import Problem
from apps.api.schema import call
from apps.api.serializers.figures import (
    PARTS,
    AgreementQuery,
    AgreementShown,
    AnnotatorsShown,
    FigureRow,
)
from apps.api.views.base import Endpoint, read_query
from apps.projects.models import Membership, Project
from apps.projects.permissions import May

FIGURE = tuple(FigureRow().fields)
LIMITS = {"lower": "Lower limit", "upper": "Upper limit"}


class Agreement(Endpoint):
    @call(
        "agreement",
        "Each measure of each question, with its interval",
        AgreementShown,
        query=AgreementQuery,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(AgreementQuery, request)
        parts = _parts(given.get("include", ""))
        slice_id = _slice(project, given.get("slice"))
        asked = Question.objects.filter(project=project).asked()
        if "question" in given:
            asked = asked.filter(name=given["question"])
            if not asked:
                raise Http404
        ledger = Ledger.objects.filter(pk=project.pk).first()
        return Response(
            {
                "progress": ledger.progress if ledger else {},
                "questions": [_figures(project, one, slice_id, parts) for one in asked],
            }
        )


def _parts(include: str) -> set[str]:
    parts = {part.strip() for part in include.split(",") if part.strip()}
    if unknown := sorted(parts - set(PARTS)):
        detail = f"{unknown[0]!r} is not one of: {', '.join(PARTS)}."
        raise Problem(400, "bad_request", detail, {"include": detail})
    return parts


def _slice(project: Project, slice_id: int | None) -> int:
    if slice_id is None:
        return ALL
    if not SliceValue.objects.filter(project=project, pk=slice_id).exists():
        raise Http404
    return slice_id


def _figures(
    project: Project, question: Question, slice_id: int, parts: set[str]
) -> dict[str, Any]:
    body = report(project=project, question=question, slice_id=slice_id)
    told = {
        "question": question.name,
        "title": question.title,
        "kind": question.kind,
        "goal": question.goal,
        "level": body["level"],
        "measures": [_shown(figure) for figure in body["measures"]],
        "verified": body["verified"],
        "as_of": body["as_of"],
        "made_at": body["made_at"],
    }
    more = {
        "labels": body["labels"],
        "distribution": body["distribution"],
        "pairs": body.get("matrix", []),
        "slices": body.get("slices", {}),
    }
    if "by_name" in parts:
        more["by_name"] = _by_name(question, body["version"])
    return told | {name: more[name] for name in parts}


def _by_name(question: Question, version: int) -> list[dict[str, Any]]:
    return [
        {
            **_shown(row.figure),
            **{
                side: _shown(row.figure[side]) | {"label": label}
                for side, label in LIMITS.items()
                if row.figure.get(side)
            },
            "answers": row.answers,
            "is_current": row.version == version,
            "computed_at": row.computed_at,
        }
        for row in RaterReport.objects.filter(question=question).order_by("measure")
    ]


def _shown(figure: dict[str, Any]) -> dict[str, Any]:
    return {name: figure.get(name) for name in FIGURE}


class Annotators(Endpoint):
    @call("annotators", "Who answered how much, how fast, and how like the others", AnnotatorsShown)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        ledger = Ledger.objects.filter(pk=project.pk).first()
        work = {
            row["annotator"]: row for row in (ledger.progress if ledger else {}).get("people", [])
        }
        agreement: dict[int, dict[str, Any]] = {}
        for question in Question.objects.filter(project=project).asked():
            for row in report(project=project, question=question).get("annotators", []):
                figure = {name: row[name] for name in ("value", "low", "high", "tasks")}
                agreement.setdefault(row["rater"], {})[question.name] = figure
        members = Membership.objects.filter(project=project, pk__in={*work, *agreement})
        rows = [
            {
                "id": member.pk,
                "name": member.display_name,
                "is_external": member.user_id is None,
                "is_active": member.is_active,
                "answers": work.get(member.pk, {}).get("answers", 0),
                "seconds": work.get(member.pk, {}).get("seconds"),
                "agreement": agreement.get(member.pk, {}),
            }
            for member in members.select_related("user").order_by("pk")
        ]
        return Response({"results": rows})
