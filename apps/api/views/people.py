"""What is known of annotators, and answers of theirs that a lead sets aside."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.agreement.actions.reports import report
from apps.agreement.models import Ledger
from apps.annotations.models import Question
from apps.api.errors import Problem
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.people import (
    AnnotatorShown,
    AnnotatorsShown,
    AsideMove,
    AsideRow,
    NewAside,
)
from apps.api.views.base import Endpoint, leads, read, user_of
from apps.consensus.actions.standing import standings_of
from apps.consensus.models import Skill
from apps.projects.http.looks import looked_at
from apps.projects.models import Membership, Project, Seen
from apps.projects.permissions import May
from apps.quality.actions.asides import (
    look_at_aside,
    resume_aside,
    set_answers_aside,
    take_answers_back,
)
from apps.quality.actions.repeats import same_again
from apps.quality.models import Aside, PeopleRun, PersonReport
from apps.quality.views.people_rows import gold_of, work_of


class Annotators(Endpoint):
    @call("annotators", "Who answered how much, how fast, and how well", AnnotatorsShown)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        is_lead = leads(user_of(request), project)
        return Response({"results": rows_of(project, is_lead=is_lead)})


class OneAnnotator(Endpoint):
    @call("annotators_read", "What is known of one annotator; leads only", AnnotatorShown)
    def get(self, request: Request, project_id: int, member_id: int) -> Response:
        project = self.project(May.LEAD)
        member = get_object_or_404(Membership, pk=member_id, project=project)
        run = PeopleRun.objects.filter(project=project).first()
        kept = PersonReport.objects.filter(pk=member.pk).first()
        body = kept.body if kept else {}
        (row,) = rows_of(project, is_lead=True, only=member.pk)
        again = same_again(annotator_id=member.pk)
        pace = body.get("pace", {})
        return Response(
            row
            | {
                "work": work_of(project, member.pk).get(member.pk, {}),
                "made_at": run.made_at if run else None,
                "same_again": {name: told for name, told in again.items() if name},
                "questions": [
                    _reported(name, told, run.questions[name])
                    for name, told in body.get("questions", {}).items()
                    if run and name in run.questions
                ],
                "speed_windows": [_window(one) for one in pace.get("windows", [])],
            }
        )


def _reported(name: str, told: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    values = about["values"]
    looked_at((pk for row in told["confused"] for pk in row["tasks"]), Seen.ANSWERS)
    return {
        "question": name,
        "held_against": about["by"],
        "agree": told["agree"],
        "standing": {"q": None, **told["stand"]},
        "labels": [{"q": None, **row, "label": values[row["label"]]} for row in told["labels"]],
        "confused": [
            {**row, "shown": values[row["shown"]], "says": values[row["says"]]}
            for row in told["confused"]
        ],
        "slices": [
            {**row["found"], "slice": part, "of": about["slices"][part][row["label"]]}
            for part, rows in told.get("slices", {}).items()
            for row in rows
        ],
        "windows": [_window(one) for one in told["windows"]],
        "trend_q": told["trend"].get("q"),
    }


def _window(one: dict[str, Any]) -> dict[str, Any]:
    figures = {name: one[name] for name in ("value", "low", "high", "n")}
    return {"first": one["from"], "last": one["to"], **figures}


def rows_of(project: Project, *, is_lead: bool, only: int | None = None) -> list[dict[str, Any]]:
    """Those who answered; `only` one, whether they did or not."""
    ledger = Ledger.objects.filter(pk=project.pk).first()
    work = {row["annotator"]: row for row in (ledger.progress if ledger else {}).get("people", [])}
    questions = list(Question.objects.filter(project=project).asked())
    agreement = _agreement(project, questions)
    skills = _skills(questions)
    wanted = {only} if only is not None else {*work, *agreement, *skills}
    members = Membership.objects.filter(project=project, pk__in=wanted)
    reports = PersonReport.objects.filter(project=project, pk__in=wanted).defer("body")
    paces = {one.annotator_id: one.summary["pace"] for one in reports}
    gold = gold_of(project, list(wanted)) if is_lead else {}
    return [
        {
            "id": member.pk,
            "name": member.display_name,
            "is_external": member.user_id is None,
            "is_active": member.is_active,
            "answers": work.get(member.pk, {}).get("answers", 0),
            "seconds": work.get(member.pk, {}).get("seconds"),
            "agreement": agreement.get(member.pk, {}),
            "skill": skills.get(member.pk, {}),
            "speed": _speed(paces.get(member.pk)),
            "gold": gold.get(member.pk),
        }
        for member in members.select_related("user").order_by("pk")
    ]


def _agreement(project: Project, questions: list[Question]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for question in questions:
        for row in report(project=project, question=question).get("annotators", []):
            figure = {name: row[name] for name in ("value", "low", "high", "tasks")}
            found.setdefault(row["rater"], {})[question.name] = figure
    return found


def _skills(questions: list[Question]) -> dict[int, dict[str, Any]]:
    """By the fits that stand, in one query."""
    runs = {
        standing.run.pk: standing.question.name
        for standing in standings_of(questions)
        if standing.run is not None
    }
    found: dict[int, dict[str, Any]] = {}
    rows = Skill.objects.filter(run__in=runs).values_list(
        "annotator", "run", "accuracy", "low", "high", "answers"
    )
    for annotator, run, value, low, high, n in rows:
        figure = {"value": value, "low": low, "high": high, "n": n}
        found.setdefault(annotator, {})[runs[run]] = figure
    return found


def _speed(pace: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if pace is None else {name: pace[name] for name in ("seconds", "per_day")}


class Asides(Endpoint):
    @call("asides_list", "Answers that were set aside, newest first", AsideRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        found = Aside.objects.filter(project=project).select_related("question")
        page = Keyset("-pk").page(request, found, lambda rows: AsideRow(rows, many=True).data)
        return Response(page)

    @call(
        "asides_create",
        "Have it worked out what would change without some answers; nothing changes by it",
        AsideRow,
        body=NewAside,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(NewAside, request)
        member = get_object_or_404(Membership, pk=given["annotator"], project=project)
        aside = look_at_aside(
            member=member,
            by=user_of(request),
            at=timezone.now(),
            question=_question(project, given),
            label=given.get("label", ""),
            first_at=given.get("first_at"),
        )
        return Response(AsideRow(aside).data, status=201)


def _question(project: Project, given: dict[str, Any]) -> Question | None:
    if "question" not in given:
        if given.get("label"):
            detail = "Name the question that the label belongs to."
            raise Problem(400, "bad_request", detail, {"question": detail})
        return None
    return get_object_or_404(Question, project=project, name=given["question"])


class OneAside(Endpoint):
    @call("asides_read", "What would change, and how far it is", AsideRow)
    def get(self, request: Request, project_id: int, aside_id: int) -> Response:
        return Response(AsideRow(self._aside(aside_id)).data)

    @call("asides_move", "Set the answers aside, or take them back", AsideRow, body=AsideMove)
    def post(self, request: Request, project_id: int, aside_id: int) -> Response:
        aside = self._aside(aside_id)
        given, by, at = read(AsideMove, request), user_of(request), timezone.now()
        if given["move"] in {"set", "ask"}:
            asks, reason = given["move"] == "ask", given.get("reason", "")
            set_answers_aside(aside=aside, by=by, at=at, reason=reason, is_asked_anew=asks)
        elif given["move"] == "back":
            take_answers_back(aside=aside, by=by, at=at)
        else:
            resume_aside(aside=aside, by=by)
        return Response(AsideRow(self._aside(aside_id)).data)

    def _aside(self, aside_id: int) -> Aside:
        project = self.project(May.LEAD)
        found = Aside.objects.filter(project=project).select_related("question")
        return get_object_or_404(found, pk=aside_id)
