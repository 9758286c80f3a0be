"""A decided conflict becomes an example in the project's guideline."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.annotations.models import Question
from apps.projects.actions import publish_guideline
from apps.projects.models import Guideline, Project
from apps.quality.models import Adjudication, Conflict, Outcome
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_QUOTE = 300
TITLE = "## Examples"
_HEADING = re.compile(r"#{1,6}\s+\S")
_EXAMPLES = re.compile(r"#{1,6}\s+examples\s*#*\s*", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&])")


def add_example(*, decision: Adjudication, by: User, at: datetime) -> Guideline:
    """A new version with the example under "Examples". It need not be confirmed: no rule changed."""
    # Locked before it is read: two examples at once both get in.
    project = Project.objects.select_for_update().get(pk=decision.project_id)
    now = Guideline.objects.filter(project=project, number=project.guideline_version).first()
    return publish_guideline(
        project=project,
        text=insert_example(now.text if now else "", example_of(decision, project)),
        by=by,
        at=at,
        summary=f"An example was added: task {decision.task}."[:LONGEST_QUOTE],
        must_confirm=False,
    )


def example_of(decision: Adjudication, project: Project) -> str:
    """One line of Markdown: the answer, the task, why. What others wrote is quoted as plain text."""
    if decision.outcome == Outcome.NONE_RIGHT:
        answer = "No answer is right"
    else:
        answer = "; ".join(_decided(decision)) or "no answer"
    line = f"- **{_plain(answer)}**: “{_plain(_words(decision.task, project))}”"
    return f"{line} {_plain(decision.reason)}".rstrip()


def insert_example(text: str, example: str) -> str:
    """Behind the last line of the section "Examples", which is made when there is none."""
    lines = text.rstrip().splitlines()
    end = None
    is_code = False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code and end is None and _EXAMPLES.fullmatch(line):
            end = len(lines)
        elif not is_code and end == len(lines) and _HEADING.match(line):
            end = number
    if end is None:
        return "\n".join([*lines, *([""] if lines else []), TITLE, "", example, ""])
    head, tail = lines[:end], lines[end:]
    while not head[-1].strip():
        head.pop()
    gap = [] if head[-1].startswith("- ") else [""]
    return "\n".join([*head, *gap, example, *(["", *tail] if tail else []), ""])


def _decided(decision: Adjudication) -> list[str]:
    """The decided answers to the questions that were in dispute; to all when it is not known."""
    conflict = Conflict.objects.filter(task_id=decision.task_id).first()
    disputed = conflict.questions if conflict else decision.answers
    asked = Question.objects.filter(project_id=decision.project_id).asked()
    return [
        question.behaviour.summary(decision.answers[question.name], question.config)
        for question in asked
        if question.name in decision.answers and question.name in disputed
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
