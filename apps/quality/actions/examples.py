"""A decided conflict becomes an example in the project's guideline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.annotations.models import Annotation, Question
from apps.projects.actions import publish_guideline
from apps.projects.actions.sections import HEADING, headings_of
from apps.projects.models import Guideline, Project
from apps.quality.models import Adjudication, Conflict, Outcome
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_QUOTE = 300
TITLE = "Examples"
# Answers that are named as wrong; a table of many would say nothing.
MOST_WRONG = 3
_HEADING = re.compile(r"#{1,6}\s+\S")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&])")


def add_example(*, decision: Adjudication, by: User, at: datetime) -> Guideline:
    """A new version with the example under the heading of its label, else under "Examples".

    It need not be confirmed: no rule changed.
    """
    # Locked before it is read: two examples at once both get in.
    project = Project.objects.select_for_update().get(pk=decision.project_id)
    now = Guideline.objects.filter(project=project, number=project.guideline_version).first()
    return publish_guideline(
        project=project,
        text=_with_example(now.text if now else "", decision, project),
        by=by,
        at=at,
        summary=f"An example was added: task {decision.task}."[:LONGEST_QUOTE],
        must_confirm=False,
    )


def _with_example(text: str, decision: Adjudication, project: Project) -> str:
    questions = disputed_questions(decision)
    known = {title.casefold() for title in headings_of(text)}
    defined = [one for one in labels_of(decision, questions) if one.casefold() in known]
    title = defined[0] if len(defined) == 1 else TITLE
    return insert_example(text, example_of(decision, project, questions), title)


def example_of(decision: Adjudication, project: Project, questions: Sequence[Question]) -> str:
    """One line of Markdown: what is right, what others took it for, the task and its number, why.

    What people wrote is quoted as plain text.
    """
    if decision.outcome == Outcome.NONE_RIGHT:
        answer = "No answer is right"
    else:
        answer = "; ".join(_decided(decision, questions)) or "no answer"
    wrong = _plain(", ".join(wrong_labels(decision, questions)))
    line = f"- **{_plain(answer)}**{f', not {wrong}' if wrong else ''}"
    line = f"{line}: “{_plain(_words(decision.task, project))}” (task #{decision.task_id})"
    return f"{line} {_plain(decision.reason)}".rstrip()


def labels_of(decision: Adjudication, questions: Sequence[Question]) -> list[str]:
    """The titles of the labels that were decided on: the guideline may define them."""
    return [
        label.title
        for question in questions
        for label in question.behaviour.labels(question.config)
        if label.value == decision.answers.get(question.name)
    ]


def wrong_labels(decision: Adjudication, questions: Sequence[Question]) -> list[str]:
    """What the answers on the table took it for instead, where an answer is one label."""
    seen = Annotation.objects.filter(pk__in=decision.saw).order_by("pk")
    given = list(seen.values_list("answers", flat=True))
    wrong: dict[str, None] = {}
    for question in questions if decision.outcome == Outcome.DECIDED else []:
        titles = {one.value: one.title for one in question.behaviour.labels(question.config)}
        for answers in given:
            value = answers.get(question.name)
            if isinstance(value, str) and value != decision.answers.get(question.name):
                wrong |= {titles[value]: None} if value in titles else {}
    return list(wrong)[:MOST_WRONG]


def insert_example(text: str, example: str, title: str = TITLE) -> str:
    """Behind the last line of the section of this title, which is made when there is none."""
    lines = text.rstrip().splitlines()
    end = None
    is_code = False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code and end is None and _is_titled(line, title):
            end = len(lines)
        elif not is_code and end == len(lines) and _HEADING.match(line):
            end = number
    if end is None:
        return "\n".join([*lines, *([""] if lines else []), f"## {title}", "", example, ""])
    head, tail = lines[:end], lines[end:]
    while not head[-1].strip():
        head.pop()
    gap = [] if head[-1].startswith("- ") else [""]
    return "\n".join([*head, *gap, example, *(["", *tail] if tail else []), ""])


def _is_titled(line: str, title: str) -> bool:
    found = HEADING.fullmatch(line)
    return found is not None and found.group(1).casefold() == title.casefold()


def disputed_questions(decision: Adjudication) -> list[Question]:
    """The questions that were in dispute; all that were decided when it is not known."""
    conflict = Conflict.objects.filter(task_id=decision.task_id).first()
    disputed = conflict.questions if conflict else decision.answers
    asked = Question.objects.filter(project_id=decision.project_id).asked()
    return [one for one in asked if one.name in disputed]


def _decided(decision: Adjudication, questions: Sequence[Question]) -> list[str]:
    return [
        question.behaviour.summary(decision.answers[question.name], question.config)
        for question in questions
        if question.name in decision.answers
    ]


def _words(task: Task, project: Project) -> str:
    """The task in one line: its first field that says something."""
    for field in project.fields:
        value, config = task.data.get(field["name"]), field.get("config", {})
        display = displays[field["display"]]
        try:
            display.check(value, config)
        except BadValue:
            continue
        if line := " ".join(display.summary(value, config).split()):
            return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"
    return str(task)


def _plain(text: str) -> str:
    """On one line, and with every sign of Markdown taken as itself."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
