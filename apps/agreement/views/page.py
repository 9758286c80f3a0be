"""The first page: can these labels be trusted? The verdict, all questions, one of them in full."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in
from apps.agreement.actions.reports import report
from apps.agreement.actions.trust import trust_of
from apps.agreement.models import SliceValue, Snapshot
from apps.agreement.views import plots, words
from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import BadAddress, Frame, scale_of
from apps.agreement.views.objects import objects_page
from apps.annotations.models import Question
from apps.core.figures import Scale
from apps.projects.models import Guideline

MOST_DAYS = 60


def overview(frame: Frame) -> dict[str, Any]:
    page = {
        "scale": _scale_of_questions(frame.every),
        "words": words.verdict_of(frame.every, frame.ledger),
        "pace": plots.pace_plot(frame.ledger.progress),
    }
    if frame.one is not None:
        page |= _one(frame, frame.one)
    return page


def _one(frame: Frame, one: QuestionFigures) -> dict[str, Any]:
    shown, part = in_slice(frame, one)
    versions = Guideline.objects.filter(project=frame.project, number__gt=1)
    events = [
        (timezone.localdate(at), f"v{n}") for n, at in versions.values_list("number", "created_at")
    ]
    shots = list(Snapshot.objects.filter(question=one.question).order_by("-day")[:MOST_DAYS])
    history = plots.history_plot(shots[::-1], one.goal, one.name, events)
    study = None if history else frame.study("people")
    worst = words.who_stands_apart(one)
    names = frame.names([worst["rater"]] if worst else [])
    return {
        "shown": shown,
        "part": part,
        "own_scale": scale_of([*shown.measures, *shown.by_order], one.goal),
        "objects": objects_page(one),
        "history": history,
        "periods": plots.windows_plot(study.body, one.goal, one.name) if study else None,
        "trust": trust_of(shown.figure, shown.goal),
        "steps": words.steps_of(one, names),
    }


def in_slice(frame: Frame, one: QuestionFigures) -> tuple[QuestionFigures, SliceValue | None]:
    """The figures of the slice that was asked for, and the slice; those of the day that was asked for;
    or those of all answers."""
    part = _part(frame)
    if frame.chosen.as_of:
        body = past_figures(one.question, frame.chosen.as_of, part)
        return QuestionFigures(one.question, body), part
    if part is None:
        return one, None
    body = report(project=frame.project, question=one.question, slice_id=part.pk)
    return QuestionFigures(one.question, body, one.study, one.version, slice_id=part.pk), part


def _part(frame: Frame) -> SliceValue | None:
    if not frame.chosen.slice_id:
        return None
    part = SliceValue.objects.filter(project=frame.project, pk=frame.chosen.slice_id).first()
    if part is None:
        raise BadAddress("There is no such slice in this project.")
    return part


def past_figures(question: Question, day: date, part: SliceValue | None) -> dict[str, Any]:
    """As they stood at the end of the day."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return figures_in(question, Period(until=end - timedelta(microseconds=1), part=part))


def _scale_of_questions(questions: list[QuestionFigures]) -> Scale:
    """Goals alone make no scale: before the first figure it is the whole one."""
    known = [one for one in questions if one.value is not None]
    if not known:
        return Scale()
    numbers = [x for one in known for x in (one.value, one.low, one.high)]
    return Scale.around([*numbers, *(one.goal for one in questions)])
