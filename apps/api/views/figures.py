"""What the answers say: agreement."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.agreement.actions.between import between, others
from apps.agreement.actions.headline import OF_OBJECTS, is_led_by_objects
from apps.agreement.actions.need import Aim, Price, needed
from apps.agreement.actions.pace import end_of
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in, held_against
from apps.agreement.actions.reports import HEADLINE, report
from apps.agreement.actions.trust import trust_of
from apps.agreement.forms import DEFAULTS
from apps.agreement.measures import Difference, measures, object_measures
from apps.agreement.models import ALL, Ledger, RaterReport, Report, SliceValue, Study
from apps.annotations.models import Question
from apps.api.errors import Problem
from apps.api.schema import call
from apps.api.serializers.figures import (
    ALL_PARTS,
    PAST_PARTS,
    STUDIED,
    AgreementQuery,
    AgreementShown,
    CompareQuery,
    DifferenceShown,
    FigureRow,
)
from apps.api.views.base import Endpoint, read_query, user_of
from apps.projects.models import Project
from apps.projects.permissions import May

FIGURE = tuple(FigureRow().fields)
# What is drawn or counted in money.
PRICED = {"cost", "curve"}
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
        part = _part(project, given.get("slice"))
        if "as_of" in given:
            return self._past(project, given, parts, part)
        slice_id = part.pk if part else ALL
        asked = _asked(project, given)
        wanted = {STUDIED[part] for part in parts & STUDIED.keys()}
        found = Study.objects.filter(question__in=asked, part__in=wanted) if wanted else ()
        studies = {(study.question_id, study.part): study for study in found}
        ledger = Ledger.objects.filter(pk=project.pk).first()
        progress = ledger.progress if ledger else {}
        questions = [_figures(one, slice_id, parts, studies) for one in asked]
        _need(questions, given, progress)
        return Response({"progress": progress, "questions": questions})

    def _past(
        self,
        project: Project,
        given: dict[str, Any],
        parts: set[str],
        part: SliceValue | None,
    ) -> Response:
        if parts - set(PAST_PARTS):
            detail = f"With as_of only {', '.join(PAST_PARTS)} can be included."
            raise Problem(400, "bad_request", detail, {"as_of": detail})
        moment = given["as_of"]
        now = timezone.now()
        told = [
            _told(one, figures_in(one, Period(until=moment, part=part)), parts)
            | {"as_of": moment, "made_at": now}
            for one in _asked(project, given)
        ]
        return Response({"progress": {}, "questions": told})


def _asked(project: Project, given: dict[str, Any]) -> list[Question]:
    asked = Question.objects.filter(project=project).asked().select_related("project")
    found = list(asked.filter(name=given["question"]) if "question" in given else asked)
    if "question" in given and not found:
        raise Http404
    return found


def _parts(include: str) -> set[str]:
    parts = {part.strip() for part in include.split(",") if part.strip()}
    if unknown := sorted(parts - set(ALL_PARTS)):
        detail = f"{unknown[0]!r} is not one of: {', '.join(ALL_PARTS)}."
        raise Problem(400, "bad_request", detail, {"include": detail})
    return parts


def _part(project: Project, slice_id: int | None) -> SliceValue | None:
    if slice_id is None:
        return None
    part = SliceValue.objects.filter(project=project, pk=slice_id).first()
    if part is None:
        raise Http404
    return part


def _figures(
    question: Question, slice_id: int, parts: set[str], studies: dict[tuple[int, str], Study]
) -> dict[str, Any]:
    body = report(project=question.project, question=question, slice_id=slice_id)
    told = _told(question, body, parts)
    for part in parts & STUDIED.keys():
        study = studies.get((question.pk, STUDIED[part]))
        told[part] = study and {
            "made_at": study.made_at,
            "is_current": study.version == body["version"],
            "found": study.body,
        }
    if "by_name" in parts:
        told["by_name"] = _by_name(question, body["version"])
    return told


def _told(question: Question, body: dict[str, Any], parts: set[str]) -> dict[str, Any]:
    # Of another time those of the objects are made with the rest.
    figures = [*(body.get("objects") or {}).get("measures", []), *body["measures"]]
    more = {
        "labels": body["labels"],
        "distribution": body["distribution"],
        "pairs": body.get("matrix", []),
        "slices": body.get("slices", {}),
        "trust": trust_of(figures[0], question.goal),
    }
    return {
        "question": question.name,
        "title": question.title,
        "kind": question.kind,
        "goal": question.goal,
        "level": body["level"],
        "measures": [_shown(figure) for figure in figures],
        "headline": OF_OBJECTS if is_led_by_objects(question) else HEADLINE,
        "verified": body["verified"],
        "as_of": body.get("as_of"),
        "made_at": body.get("made_at"),
    } | {name: more[name] for name in parts & more.keys()}


def _need(questions: list[dict[str, Any]], given: dict[str, Any], progress: dict[str, Any]) -> None:
    """Beside what was found out, what the aim that was asked for takes."""
    aim = Aim("width", given.get("width", DEFAULTS["width"]))
    if "difference" in given:
        aim = Aim("difference", given["difference"])
    for one in questions:
        if one.get("needed"):
            plan = one["needed"]["found"]
            found = needed(plan, aim, Price(None))
            end = end_of(progress, found["more_answers"]) if found else None
            one["needed"]["found"] = plan | {
                "aim": {aim.kind: aim.size},
                **{key: value for key, value in (found or {}).items() if key not in PRICED},
                "done": end["value"] if end else None,
            }


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


class AgreementCompared(Endpoint):
    @call(
        "agreement_compare",
        "Two periods of a question, or two projects: the difference with its interval",
        DifferenceShown,
        query=CompareQuery,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(CompareQuery, request)
        (question,) = _asked(project, given)
        return Response(_difference(_compared(question, given, user_of(request))))


def _compared(question: Question, given: dict[str, Any], user: User) -> Difference:
    periods = [
        Period(given.get(f"{side}_after"), given.get(f"{side}_until"))
        for side in ("first", "second")
    ]
    if ("project" in given) == (periods != [Period(), Period()]):
        detail = "Name either another project or the ends of the periods."
        raise Problem(400, "bad_request", detail, {"project": detail})
    if "project" not in given:
        return held_against(question, *periods)
    other = others(question, user).get(given["project"])
    if other is None:
        raise Http404
    report(project=question.project, question=question)
    return between(Report.objects.get(question=question, slice_id=ALL), other)


def _difference(found: Difference) -> dict[str, Any]:
    told = asdict(found)
    for side in ("first", "second"):
        told[side] = _shown(told[side] | {"label": _label(told[side]["measure"])})
    return told


def _label(measure: str) -> str:
    return (measures[measure] if measure in measures else object_measures[measure]).label
