"""Tasks and their answers as the task browser shows them."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from apps.annotations.actions.media import thumbnails_of
from apps.annotations.models import Annotation, Question
from apps.annotations.views.items import chips_of, words_of
from apps.annotations.views.laid import COLOURS
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.tasks.models import Assignment, Task

MOST_CHIPS = 6
STATE_KINDS = {"complete": "good", "stuck": "warn", "withdrawn": ""}


def rows_of(
    tasks: Sequence[Task], project: Project, questions: Sequence[Question]
) -> list[dict[str, Any]]:
    """One row per task, with its answers counted, question by question. Two queries, and
    one for the files that they show.
    """
    chips: dict[int, list[Counter[tuple[str, str]]]] = defaultdict(
        lambda: [Counter() for _ in questions]
    )
    heads = Annotation.objects.heads().filter(task__in=[task.pk for task in tasks])
    for task_id, answers in heads.order_by("pk").values_list("task_id", "answers"):
        for counted, question in zip(chips[task_id], questions, strict=True):
            counted.update((c["text"], c["colour"]) for c in chips_of(answers, [question]))
    looked_at(chips, Seen.ANSWERS)
    thumbnails = thumbnails_of(project, [task.data for task in tasks])
    return [
        {
            "task": task,
            "thumbnail": thumbnail,
            "words": words_of(task, project),
            "chips": [
                {"text": text, "colour": colour, "count": count}
                for counted in chips[task.pk]
                for (text, colour), count in counted.most_common(MOST_CHIPS)
            ],
            "pips": [i < task.queue.submitted for i in range(task.queue.overlap)],
            "kind": STATE_KINDS.get(task.queue.state, ""),
        }
        for task, thumbnail in zip(tasks, thumbnails, strict=True)
    ]


def answers_of(
    task: Task, questions: Sequence[Question], *, hides_names: bool
) -> list[dict[str, Any]]:
    """Each annotator's answer with its older revisions. Without names the order tells nothing."""
    looked_at([task.pk], Seen.ANSWERS)
    assignments = list(
        Assignment.objects.filter(task=task)
        .select_related("annotator__user")
        .prefetch_related("annotations")
        .order_by("pk")
    )
    if hides_names:
        assignments.sort(key=lambda one: hashlib.sha256(f"{task.pk}:{one.pk}".encode()).digest())
    told = []
    for place, assignment in enumerate(assignments):
        name = f"Annotator {place + 1}" if hides_names else assignment.annotator.display_name
        revisions = sorted(assignment.annotations.all(), key=lambda one: -one.revision)
        told.append(
            {
                "name": name,
                "letter": letter_of(place),
                "colour": place % COLOURS + 1,
                "answers": revisions[0].answers if revisions else None,
                "assignment": assignment,
                "head": _revision(revisions[0], questions) if revisions else None,
                "older": [_revision(one, questions) for one in revisions[1:]],
            }
        )
    return told


def letter_of(place: int) -> str:
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


def _revision(one: Annotation, questions: Sequence[Question]) -> dict[str, Any]:
    given = [
        (question, one.answers[question.name])
        for question in questions
        if question.name in one.answers
    ]
    return {"annotation": one, "given": given}
