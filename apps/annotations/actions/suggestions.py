"""What was proposed about a task beforehand, and what its annotators made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from apps.annotations.actions.answers import BadAnswers
from apps.annotations.actions.conditions import asked_names
from apps.annotations.kinds.base import BadAnswer, Seen
from apps.annotations.models import Question, Suggestion
from apps.projects.models import Project

Uses = dict[str, dict[str, str | None]]
"""By question: {"source": whose suggestion it began with, "use": accepted, changed or ignored}."""


def are_shown(project: Project, task_id: int) -> bool:
    """Whether those who answer this task are given its suggestions, if it has any."""
    return project.is_suggestion_shown and not is_unaided(task_id, project.suggestion_hidden_share)


def is_unaided(task_id: int, share: float) -> bool:
    """Whether a task is one of the share that is answered without: by a lot that hangs on its key,
    so it is the same for all who answer it, and stays so.
    """
    digest = hashlib.md5(f"unaided {task_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) < share * 2**32


@dataclass(frozen=True)
class Offered:
    """What is proposed for one question, and with whose proposal its answer has begun."""

    proposals: list[Proposal]
    source: str
    # The answer is still the proposed one.
    is_untouched: bool


@dataclass(frozen=True)
class Proposal:
    """One source's answer to one question."""

    source: str
    score: float | None
    value: Any
    said: str


def proposals_for(task_id: int, questions: Iterable[Question]) -> dict[str, list[Proposal]]:
    """By question what its sources propose, the surest first."""
    found = list(
        Suggestion.objects.filter(task=task_id).order_by(F("score").desc(nulls_last=True), "pk")
    )
    by_question = {
        question.name: [
            Proposal(
                source=one.source,
                score=one.score,
                value=one.answers[question.name],
                said=question.behaviour.summary(one.answers[question.name], question.config),
            )
            for one in found
            if question.name in one.answers
        ]
        for question in questions
    }
    return {name: proposals for name, proposals in by_question.items() if proposals}


def offered(
    proposals: Mapping[str, list[Proposal]],
    answers: Mapping[str, Any],
    began: Mapping[str, str | None],
) -> dict[str, Offered]:
    """How the suggestions stand beside these answers, of which `began` may say how they began."""
    found = {}
    for name, given in proposals.items():
        value = answers.get(name)
        same = next((one.source for one in given if one.value == value), "")
        found[name] = Offered(given, same or began.get(name) or "", is_untouched=bool(same))
    return found


def uses_of(
    *, task_id: int, questions: Iterable[Question], answers: Mapping[str, Any], began: Any
) -> Uses | None:
    """What became of the suggestions for what was asked; None where nobody says, or there are none.

    `began` has by question the source with whose suggestion the answer began. Whether it was
    changed is seen from the answer, which need not be believed. BadAnswers names a source or a
    question that does not exist.
    """
    if began is None:
        return None
    by_name = {question.name: question for question in questions}
    known = dict(Suggestion.objects.filter(task=task_id).values_list("source", "answers"))
    _check(began, by_name, known)
    proposed = {name for answered in known.values() for name in answered}
    uses: Uses = {}
    for name in asked_names(by_name, answers) & proposed:
        source = began.get(name)
        use = "ignored"
        if source is not None:
            is_same = _is_same(by_name[name], answers, known[source])
            use = "accepted" if is_same else "changed"
        uses[name] = {"source": source, "use": use}
    return uses or None


def _is_same(question: Question, answers: Mapping[str, Any], proposed: Mapping[str, Any]) -> bool:
    """Both held against the other answers as they were sent: an id may mean another thing now."""
    if question.name not in answers:
        return False
    kind, config, seen = question.behaviour, question.config, Seen(answers=answers)
    try:
        found = kind.settle(kind.clean(proposed[question.name], config), config, seen)
    except BadAnswer:
        return False
    return bool(kind.meaning(found, config) == kind.meaning(answers[question.name], config))


def _check(
    began: Any, questions: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
) -> None:
    if not isinstance(began, Mapping):
        raise BadAnswers({"suggestions": "Give an object with a source for each question."})
    for name, source in began.items():
        if name not in questions:
            raise BadAnswers({"suggestions": f"There is no question {name!r}."})
        if source is None:
            continue
        if not isinstance(source, str) or name not in known.get(source, {}):
            some = ", ".join(sorted(s for s in known if name in known[s])) or "there is none"
            raise BadAnswers(
                {"suggestions": f"{source!r} suggests nothing for {name!r}. Sources: {some}."}
            )
