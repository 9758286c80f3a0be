"""Gathers what the dashboard shows, in a dozen reads at most."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Exists
from django.http import Http404
from django.template.defaultfilters import pluralize

from apps.accounts.models import User
from apps.agreement.actions.raters import live_jobs
from apps.agreement.actions.reports import report
from apps.agreement.models import ALL, CodedValue, Ledger, Report, SliceValue, Snapshot
from apps.agreement.views import plots, words
from apps.agreement.views.matrices import FEW, label_matrix, people_matrix
from apps.agreement.views.named import Shown, named_of
from apps.annotations.displays import displays
from apps.annotations.models import Annotation, Question
from apps.core.figures import Scale, verdict
from apps.projects.models import Membership, Project

MOST_TASKS = 8
# Of the annotators, at first and on request.
FIRST_PEOPLE = 12
MOST_PEOPLE = 1_000
# A longer title is a sentence, which cannot stand inside another.
LONGEST_TITLE = 40
# Of an answer in words, in a list.
LONGEST_ANSWER = 80
SENTENCE_ENDS = tuple("?.!:\u2026\uff1f\u3002\uff01\u061f")
COSTLY = """
SELECT t.id, t.external_id, t.data, s.cost, coalesce(s.body #> %s, s.body #> %s)
  FROM agreement_storedtask s JOIN tasks_task t ON t.id = s.task_id
 WHERE s.project_id = %s AND s.cost > 0 ORDER BY s.cost DESC, s.task_id LIMIT %s
"""


@dataclass(frozen=True)
class Chosen:
    question: str
    slice_id: int
    everybody: bool = False


class QuestionFigures:
    """A question with its kept report, as the templates read it."""

    def __init__(self, question: Question, body: dict[str, Any] | None) -> None:
        self.question = question
        self.body = body or {"measures": [{"value": None}], "level": "", "labels": []}
        self.figure = self.body["measures"][0]
        self.others = self.body["measures"][1:]
        self.value = self.figure.get("value")
        self.low, self.high = self.figure.get("low"), self.figure.get("high")
        self.goal = question.goal
        self.units = self.figure.get("units") or 0
        self.verdict = verdict(self.value, self.low, self.high, self.goal)

    @property
    def name(self) -> str:
        """The title where it can stand inside a sentence, else the short name."""
        title = self.question.title.strip()
        if title and len(title) <= LONGEST_TITLE and not title.endswith(SENTENCE_ENDS):
            return title
        return self.question.name.replace("_", " ").capitalize()

    @property
    def kind(self) -> str:
        kind, count = self.question.behaviour.label.lower(), len(self.labels)
        return f"{kind}, {count} label{pluralize(count)}" if count else kind

    @property
    def measure(self) -> str:
        level = self.body["level"]
        return "alpha" if level in {"", "nominal"} else f"alpha, {level}"

    @property
    def is_compared(self) -> bool:
        """Whether answers are not counted but only held against each other."""
        return self.body.get("form") == "compared"

    @property
    def reason(self) -> str:
        why = self.figure.get("undefined_reason") or {}
        if why.get("code") == "no_overlap":
            return "No task has two answers yet."
        return str(why.get("sentence") or "No answers yet.")

    @property
    def interval_reason(self) -> str:
        return str((self.figure.get("interval_reason") or {}).get("sentence", ""))

    @cached_property
    def labels(self) -> list[Any]:
        return list(self.question.behaviour.labels(self.question.config))

    def title_of(self, value: Any) -> str:
        if self.is_compared:
            words = self.question.behaviour.summary(value, self.question.config)
            return (
                words
                if len(words) <= LONGEST_ANSWER
                else f"{words[:LONGEST_ANSWER]}\N{HORIZONTAL ELLIPSIS}"
            )
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        known = {label.value: label.title for label in self.labels}
        if isinstance(value, list):
            return ", ".join(known.get(v, str(v)) for v in value) or "none"
        return str(known.get(value, value))

    def colour_of(self, value: Any) -> int:
        if self.is_compared:
            return 0
        colours = {label.value: label.colour for label in self.labels}
        return int(colours.get(value, 0)) if not isinstance(value, list) else 0


def main_figure(project: Project, user: User) -> QuestionFigures | None:
    """Of the first question that has a goal, else of the first."""
    asked = Question.objects.filter(project=project).asked()
    main = min(asked, key=lambda question: question.goal is None, default=None)
    if main is None:
        return None
    kept = Report.objects.visible_to(user).filter(question=main, slice_id=ALL).first()
    return QuestionFigures(main, kept.body if kept else None)


def page_of(project: Project, user: User, chosen: Chosen) -> dict[str, Any]:
    ledger = Ledger.objects.filter(pk=project.pk).first() or Ledger(project=project)
    questions = list(Question.objects.filter(project=project).asked())
    reports = Report.objects.visible_to(user).filter(question__in=questions, slice_id=ALL)
    job = {"is_measuring": Exists(live_jobs(project))}
    kept = {row.question_id: row for row in reports.annotate(**job)}
    every = [QuestionFigures(q, kept[q.pk].body if q.pk in kept else None) for q in questions]
    one = _chosen(every, chosen.question)
    people = ledger.progress.get("people", [])
    shown = people[: MOST_PEOPLE if chosen.everybody else FIRST_PEOPLE]
    names = _names(project, one, shown)
    page = {
        "ledger": ledger,
        "questions": every,
        "scale": _scale_of_questions(every),
        "words": words.verdict_of(every, ledger),
        "progress": ledger.progress,
        "people": _people(shown, ledger.progress.get("answers", 0), one, names),
        "more_people": min(len(people), MOST_PEOPLE) if len(people) > len(shown) else 0,
        "pace": plots.pace_plot(ledger.progress),
    }
    if one is not None:
        page |= _one(project, one, chosen, names)
        row = kept.get(one.question.pk)
        shown_of_one = Shown(row.version, row.is_measuring) if row else Shown()
        page["named"] = named_of(project, user, one.question, one.body["level"], shown_of_one)
        page["steps"] = words.steps_of(one, names)
    return page


def _chosen(questions: list[QuestionFigures], name: str) -> QuestionFigures | None:
    """The one that was asked for, else the one furthest from its goal."""
    if name:
        found = [one for one in questions if one.question.name == name]
        if not found:
            raise Http404("There is no such question in this project.")
        return found[0]
    order = {"below": 0, "undecided": 1}
    return min(questions, key=lambda one: order.get(one.verdict, 2), default=None)


def _one(
    project: Project, one: QuestionFigures, chosen: Chosen, names: dict[int, str]
) -> dict[str, Any]:
    shown, part = one, None
    if chosen.slice_id:
        part = SliceValue.objects.filter(project=project, pk=chosen.slice_id).first()
        if part is None:
            raise Http404("There is no such slice in this project.")
        body = report(project=project, question=one.question, slice_id=part.pk)
        shown = QuestionFigures(one.question, body)
    snapshots = list(Snapshot.objects.filter(question=one.question).order_by("-day")[:60])[::-1]
    return {
        "one": one,
        "shown": shown,
        "part": part,
        "slices": one.body.get("slices", {}),
        "own_scale": Scale.around(
            [x for f in shown.body["measures"] for x in (f["value"], f.get("low"), f.get("high"))]
            + [one.goal]
        ),
        "label_scale": _scale_of(shown.body["labels"], one.goal),
        "slice_scale": _scale_of(
            [entry for entries in one.body.get("slices", {}).values() for entry in entries],
            one.goal,
        ),
        "history": plots.history_plot(snapshots, one.goal, one.name),
        "labels": [
            {"title": shown.title_of(f["of"]), "colour": shown.colour_of(f["of"]), **f}
            for f in shown.body["labels"]
        ],
        "distribution": [
            {"title": shown.title_of(d["value"]), "colour": shown.colour_of(d["value"]), **d}
            for d in shown.body.get("distribution", [])
        ],
        "label_matrix": label_matrix(shown),
        "people_matrix": people_matrix(one.body, names),
        "costly": _costly(project, one),
    }


def _scale_of_questions(questions: list[QuestionFigures]) -> Scale:
    """Goals alone make no scale: before the first figure it is the whole one."""
    known = [one for one in questions if one.value is not None]
    if not known:
        return Scale()
    numbers = [x for one in known for x in (one.value, one.low, one.high)]
    return Scale.around([*numbers, *(one.goal for one in questions)])


def _scale_of(figures: list[dict[str, Any]], goal: float | None) -> Scale:
    numbers = [f.get(k) for f in figures for k in ("value", "low", "high")]
    return Scale.around([*numbers, goal])


def _names(
    project: Project, one: QuestionFigures | None, people: list[dict[str, Any]]
) -> dict[int, str]:
    ids = {row["annotator"] for row in people}
    if one is not None:
        ids |= {row["rater"] for row in one.body.get("annotators", [])}
    members = Membership.objects.filter(project=project, pk__in=ids).select_related("user")
    return {member.pk: member.display_name for member in members}


def _people(
    people: list[dict[str, Any]],
    total: int,
    one: QuestionFigures | None,
    names: dict[int, str],
) -> list[dict[str, Any]]:
    agreement = {row["rater"]: row for row in one.body.get("annotators", [])} if one else {}
    return [
        {
            **row,
            "name": names.get(row["annotator"], "somebody who left"),
            "share": row["answers"] / total if total else None,
            "agreement": agreement.get(row["annotator"]),
            "is_few": agreement.get(row["annotator"], {}).get("tasks", 0) < FEW,
        }
        for row in people
    ]


def _costly(project: Project, one: QuestionFigures) -> list[dict[str, Any]]:
    """The tasks whose answers lie furthest apart, with the answers to this question."""
    with connection.cursor() as cursor:
        pk = str(one.question.pk)
        cursor.execute(COSTLY, (["q", pk], ["d", pk, "r"], project.pk, MOST_TASKS))
        rows = cursor.fetchall()
    found = [(*row[:2], _json(row[2]), row[3], _json(row[4]) or []) for row in rows]
    values = _values(one, {rating[1] for *_, ratings in found for rating in ratings})
    return [
        {
            "id": task,
            "name": external or f"#{task}",
            "text": _text(project, data),
            "cost": cost,
            "answers": [
                {"title": one.title_of(values[code]), "colour": one.colour_of(values[code])}
                for _, code, _ in ratings
                if code in values
            ],
        }
        for task, external, data, cost, ratings in found
    ]


def _values(one: QuestionFigures, keys: set[int]) -> dict[int, Any]:
    """What was answered, by the code that the ledger gave it, or by the annotation's number."""
    if one.is_compared:
        name = one.question.name
        found = Annotation.objects.filter(pk__in=keys).values_list("pk", "answers")
        return {pk: answers[name] for pk, answers in found if name in answers}
    coded = CodedValue.objects.filter(question=one.question, code__in=keys)
    return dict(coded.values_list("code", "value"))


def _json(value: Any) -> Any:
    """Raw cursors get jsonb as text."""
    return json.loads(value) if isinstance(value, str) else value


def _text(project: Project, data: dict[str, Any]) -> str:
    """The first declared field, in one line."""
    for field in project.fields:
        if field["name"] in data:
            display = displays[field["display"]]
            return display.summary(data[field["name"]], field.get("config") or {})[:200]
    return ""
