"""The questions of a project: checked, versioned, and never taken from under an answer."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.annotations.actions.conditions import clean_condition
from apps.annotations.actions.places import check_places
from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig
from apps.annotations.models import Annotation, Gold, Question, QuestionSet, Suggestion
from apps.annotations.signals import BAR_CHANGED
from apps.core import outbox
from apps.core.audit import record
from apps.core.json import BadValue, check_json
from apps.projects.actions import BadProject, clean_text
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.tasks.models import QueueEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_QUESTIONS = 50
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
FORBIDDEN = frozenset({"constructor", "prototype"})
SNAPSHOT = (
    "name",
    "kind",
    "title",
    "help",
    "config",
    "is_required",
    "ask_if",
    "default",
    "goal",
    "conflict_over",
)
# What versions that were published before these came do not say.
ABSENT = {"ask_if": None, "default": None}
NEEDS_ONE = "Ask at least one question."


class QuestionsMoved(Exception):
    """Somebody else published a newer version of the questions in the meantime."""

    code = "questions_moved"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The questions were changed meanwhile; they are at version {version} now."
            " Look at it, then make your change again."
        )


def clean_questions(questions: Any, path: str = "questions") -> list[dict[str, Any]]:
    """The questions in full. BadProject has a sentence for each place at fault."""
    if not isinstance(questions, list) or not questions:
        raise BadProject({path: NEEDS_ONE})
    if len(questions) > MOST_QUESTIONS:
        raise BadProject({path: f"Ask at most {MOST_QUESTIONS} questions."})
    errors: dict[str, str] = {}
    cleaned = []
    for i, raw in enumerate(questions):
        try:
            cleaned.append(_clean_question(raw, f"{path}.{i}"))
        except BadProject as error:
            errors.update(error.errors)
    names = [question["name"] for question in cleaned]
    for i, name in enumerate(names if not errors else ()):
        if name in names[:i]:
            errors[f"{path}.{i}.name"] = f"Two questions are called {name!r}."
    if errors:
        raise BadProject(errors)
    return cleaned


@transaction.atomic
def set_questions(
    *,
    project: Project,
    questions: list[dict[str, Any]],
    by: User | None,
    at: datetime,
    base_version: int | None = None,
) -> QuestionSet:
    """Publish a new version of the project's questions.

    What is left out retires; labels that a question with answers leaves out retire, too. With
    `base_version` the change is refused when somebody published another version since.
    The same questions again give the version that stands.
    """
    cleaned = clean_questions(questions)
    locked = Project.objects.select_for_update().get(pk=project.pk)
    if base_version is not None and base_version != locked.question_version:
        raise QuestionsMoved(locked.question_version)
    check_places(fields=locked.fields, questions=cleaned)
    before = {question.name: question for question in Question.objects.filter(project=locked)}
    asked = _succeed(before, cleaned, answered=answered_names(locked, before))
    last = QuestionSet.objects.filter(project=locked, number=locked.question_version).first()
    if last is not None and [ABSENT | each for each in last.questions] == asked:
        return last
    check_protocol(project=locked, action="questions.changed")
    _write(locked, before, asked, at=at)
    if last is not None and _bars(last.questions) != _bars(asked):
        _tell_of_bars(locked)
    locked.question_version += 1
    locked.save(update_fields=["question_version"])
    project.question_version = locked.question_version
    record("questions.changed", project=locked, by=by, subject=f"v{locked.question_version}")
    return QuestionSet.objects.create(
        project=locked,
        number=locked.question_version,
        questions=asked,
        created_by=by,
        created_at=at,
    )


def _bars(questions: list[dict[str, Any]]) -> dict[str, float]:
    return {question["name"]: question["conflict_over"] for question in questions}


def _tell_of_bars(project: Project) -> None:
    """Tasks that wait for answers need no news: theirs comes with the answers."""
    tasks = QueueEntry.objects.filter(project=project, submitted__gt=1).exclude(state="open")
    outbox.publish(
        event=BAR_CHANGED,
        scope_id=project.pk,
        subject_ids=tasks.values_list("task_id", flat=True),
    )


def answered_names(project: Project, names: Mapping[str, Any]) -> set[str]:
    """The questions that somebody, a known answer or a suggestion has answered."""
    sources = (
        Annotation.objects.filter(project=project),
        Gold.objects.filter(task__project=project),
        Suggestion.objects.filter(task__project=project),
    )
    return {
        name
        for name in names
        if any(source.filter(answers__has_key=name).exists() for source in sources)
    }


def _succeed(
    before: Mapping[str, Question], cleaned: list[dict[str, Any]], *, answered: set[str]
) -> list[dict[str, Any]]:
    """The new questions, with what answers to the old ones need."""
    errors: dict[str, str] = {}
    for i, new in enumerate(cleaned):
        if new["name"] not in answered:
            continue
        old = before[new["name"]]
        if new["kind"] != old.kind:
            label = kinds[old.kind].label
            errors[f"questions.{i}.kind"] = f"It has answers, so it stays a question of {label}."
            continue
        try:
            new["config"] = kinds[old.kind].succeed(old.config, new["config"])
        except BadConfig as error:
            errors[_at(f"questions.{i}.config", error.path)] = error.message
    if errors:
        raise BadProject(errors)
    return cleaned


def _write(
    project: Project, before: Mapping[str, Question], asked: list[dict[str, Any]], *, at: datetime
) -> None:
    names = [new["name"] for new in asked]
    gone = Question.objects.filter(project=project, retired_at__isnull=True)
    gone.exclude(name__in=names).update(retired_at=at)
    for position, new in enumerate(asked):
        question = before.get(new["name"]) or Question(project=project, created_at=at)
        for field, value in new.items():
            setattr(question, field, value)
        question.position, question.retired_at = position, None
        question.save()


def _clean_question(raw: Any, path: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadProject({path: "A question is an object with a name, a kind and a config."})
    if unknown := sorted(str(name) for name in raw if name not in SNAPSHOT):
        raise BadProject({f"{path}.{unknown[0]}": f"A question has no {unknown[0]!r}."})
    errors: dict[str, str] = {}
    question: dict[str, Any] = {
        "title": clean_text(raw.get("title") or raw.get("name"), 300, f"{path}.title", errors),
        "help": clean_text(raw.get("help", ""), 1000, f"{path}.help", errors),
        "is_required": raw.get("is_required", True),
        "goal": _number(raw.get("goal"), f"{path}.goal", errors, low=-1, empty=None),
        "conflict_over": _number(
            raw.get("conflict_over"), f"{path}.conflict_over", errors, low=0, empty=0.0
        ),
    }
    if not isinstance(question["is_required"], bool):
        errors[f"{path}.is_required"] = "This must be true or false."
    if not question["title"]:
        errors.setdefault(f"{path}.title", "Write the question.")
    question["name"] = raw.get("name") or name_from(question["title"])
    if not _is_name(question["name"]):
        errors[f"{path}.name"] = "A name is letters, digits, _ and -, and begins with a letter."
    question["kind"], question["config"] = _clean_kind(raw, path, errors)
    question["ask_if"] = clean_condition(raw.get("ask_if"), f"{path}.ask_if", errors)
    question["default"] = None
    if raw.get("default") not in (None, "") and not errors:
        question["default"] = _clean_default(question, raw["default"], f"{path}.default", errors)
    if errors:
        raise BadProject(errors)
    return {name: question[name] for name in SNAPSHOT}


def _clean_default(
    question: Mapping[str, Any], value: Any, path: str, errors: dict[str, str]
) -> Any:
    """The answer with which the form begins; it must be one that could be sent."""
    try:
        check_json(value)
        return kinds[question["kind"]].clean(value, question["config"])
    except (BadAnswer, BadValue) as error:
        errors[_at(path, error.path)] = error.message
        return None


def _clean_kind(raw: Mapping[str, Any], path: str, errors: dict[str, str]) -> tuple[str, Any]:
    name = raw.get("kind")
    if not isinstance(name, str) or name not in kinds:
        errors[f"{path}.kind"] = f"Choose one of the kinds: {', '.join(kinds)}."
        return "", {}
    try:
        check_json(raw.get("config", {}))
        return name, kinds[name].clean_config(raw.get("config", {}))
    except (BadConfig, BadValue) as error:
        errors[_at(f"{path}.config", error.path)] = error.message
        return name, {}


def _number(
    value: Any, path: str, errors: dict[str, str], *, low: float, empty: float | None
) -> float | None:
    """A figure from `low` to 1."""
    if value is None:
        return empty
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= 1:
        errors[path] = f"This must be a number from {low} to 1."
        return empty
    return float(value)


def name_from(title: str) -> str:
    """A name for exports made from a title: "How urgent is it?" is "how_urgent_is_it"."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]
    return name if _is_name(name) else f"q_{name}"[:60].rstrip("_") if name else "question"


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and bool(NAME.fullmatch(name)) and name not in FORBIDDEN


def _at(path: str, inner: str) -> str:
    return f"{path}.{inner}" if inner else path
