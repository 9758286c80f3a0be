"""Answers, checked against the questions as they were asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from apps.annotations.actions.conditions import asked_names, unasked
from apps.annotations.actions.media import Media, media_of
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue as BadShown
from apps.annotations.kinds.base import BadAnswer, Seen
from apps.annotations.models import NoteKind, Question, QuestionSet
from apps.core.faults import PlacedInput
from apps.core.json import BadValue, check_json
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.projects.models import Project

MOST_NOTE = 10_000


@dataclass(frozen=True)
class Shown:
    """A task as answers are held against it; read only if a question asks for it."""

    project: Project
    task_id: int

    def extents(self) -> dict[str, Any]:
        data: dict[str, Any] = Task.objects.values_list("data", flat=True).get(pk=self.task_id)
        return extents(self.project.fields, data, media_of(self.project, data))


def extents(
    fields: Iterable[Mapping[str, Any]], data: Mapping[str, Any], media: Media
) -> dict[str, Any]:
    """By field, what its display says of the task's value. What cannot be shown is left out."""
    found = {}
    for field in fields:
        value, config = data.get(field["name"]), field.get("config", {})
        if value is None:
            continue
        display = displays[field["display"]]
        try:
            display.check(value, config)
        except BadShown:
            continue
        found[field["name"]] = display.extent(value, {**config, "media": media})
        if display.has_parts:
            found[field["name"]] |= {"parts": len(display.parts(value, config))}
    return found


class BadAnswers(PlacedInput):
    """What is wrong, by the question's name (or the field's, such as "note"), in sentences."""

    code = "bad_answers"


def questions_at(project: Project, version: int | None) -> tuple[int, list[Question]]:
    """The version in full and its questions: those that the annotator saw, not those of today.

    So a page that was open while a label retired or a question was added can still send.
    """
    if version is None:
        version = project.question_version
    if not 0 <= version < 2**31:
        raise BadAnswers({"question_version": "The version of the questions is a whole number."})
    if version == 0 == project.question_version:
        return 0, []
    try:
        return version, asked_at(project.pk, version)
    except QuestionSet.DoesNotExist:
        problem = f"This project has no questions numbered {version}."
        raise BadAnswers({"question_version": problem}) from None


@lru_cache(maxsize=500)
def asked_at(project_id: int, number: int) -> list[Question]:
    """The questions of one version. Versions never change, so what is kept here never ages.

    Not for a transaction that makes the version: it may still be rolled back.
    """
    asked = QuestionSet.objects.get(project_id=project_id, number=number)
    found = [Question(project_id=project_id, **question) for question in asked.questions]
    for question in found:
        question.asked_in = number
    return found


def clean_answers(
    *,
    questions: Iterable[Question],
    answers: Any,
    shown: Shown | None = None,
    is_draft: bool = False,
) -> dict[str, Any]:
    """The answers in canonical form, or BadAnswers with a sentence for each question at fault.

    A draft may leave open and half-said what an answer may not; it is kept as it was typed.
    Without the task that is `shown`, answers are not held against it.
    """
    if not isinstance(answers, Mapping):
        raise BadAnswers({"answers": "Give an object with an answer for each question."})
    by_name = {question.name: question for question in questions}
    errors = {name: "There is no such question." for name in answers if name not in by_name}
    cleaned: dict[str, Any] = {}
    for name, question in by_name.items():
        value = answers.get(name)
        try:
            if value is not None:
                check_json(value)
                cleaned[name] = (
                    value if is_draft else question.behaviour.clean(value, question.config)
                )
        except BadAnswer as bad:
            errors[name] = bad.message
        except BadValue as bad:
            errors[name] = str(bad)
    if not is_draft and not errors:
        errors = _open_or_unasked(by_name, cleaned)
    if errors:
        raise BadAnswers(errors)
    return cleaned if is_draft else _settle(by_name, cleaned, shown)


def _open_or_unasked(
    questions: Mapping[str, Question], cleaned: Mapping[str, Any]
) -> dict[str, str]:
    """What was asked must be answered where that is required; what was not asked has no answer."""
    asked = asked_names(questions, cleaned)
    errors = {
        name: "Answer this question."
        for name in asked
        if questions[name].is_required and name not in cleaned
    }
    return errors | {name: unasked(questions[name]) for name in cleaned if name not in asked}


def _settle(
    questions: Mapping[str, Question], cleaned: dict[str, Any], shown: Shown | None
) -> dict[str, Any]:
    """The answers held against the task and each other; most kinds need neither."""
    names = [name for name in cleaned if questions[name].behaviour.is_settled]
    if not names:
        return cleaned
    seen = Seen(shown.extents() if shown else {}, cleaned)
    errors: dict[str, str] = {}
    settled = dict(cleaned)
    for name in names:
        question = questions[name]
        try:
            settled[name] = question.behaviour.settle(cleaned[name], question.config, seen)
        except BadAnswer as bad:
            errors[name] = bad.message
    if errors:
        raise BadAnswers(errors)
    return settled


class Beside(NamedTuple):
    """What is sent beside the answers. Without words nothing is asked."""

    note: str
    note_kind: str
    seconds: float | None
    confidence: float | None


def check_beside(
    *, note: Any, note_kind: Any, seconds: Any = None, confidence: Any = None
) -> Beside:
    errors: dict[str, str] = {}
    if not isinstance(note, str) or len(note) > MOST_NOTE:
        errors["note"] = f"A note is a text of at most {MOST_NOTE} characters."
    else:
        try:
            check_json(note)
        except BadValue as bad:
            errors["note"] = str(bad)
    if note_kind not in NoteKind.values:
        errors["note_kind"] = f"A note is one of: {', '.join(NoteKind.values)}."
    if not _is_number(seconds, most=1e9):
        errors["seconds"] = "The time spent is a number of seconds, not negative."
    if not _is_number(confidence, most=1):
        errors["confidence"] = "Confidence is a number from 0 to 1."
    if errors:
        raise BadAnswers(errors)
    return Beside(note, note_kind if note else "note", seconds, confidence)


def _is_number(value: Any, *, most: float) -> bool:
    if value is None:
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= most
