"""What the annotating page shows and tells its script: only what an annotator may see.

Of a task these are its declared fields. Never `meta`, never gold, never another's answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.template.loader import render_to_string
from django.utils import timezone

from apps.annotations.actions.answers import questions_at
from apps.annotations.actions.media import media_of
from apps.annotations.actions.orders import orders_of
from apps.annotations.actions.suggestions import Uses, are_shown, offered, proposals_for
from apps.annotations.models import Annotation, Draft, Question
from apps.annotations.templatetags.annotations import show_in_line
from apps.core.statements import fetch_first
from apps.projects.http.looks import looked_at
from apps.projects.models import Membership, Project
from apps.tasks.actions import NoMore, hand_out
from apps.tasks.actions.calibrating import calibrated
from apps.tasks.models import Apart, Assignment, QueueEntry, Task

LONGEST_LINE = 160
DEEP = 10
# Beyond so many tasks a share is no help, and counting them would slow the page.
MOST_COUNTED = 50_000


def next_item(
    *, annotator: Membership, project: Project, at: datetime, after: int | None = None
) -> dict[str, Any]:
    """The next task for the annotator, or in words why there is none."""
    found = hand_out(annotator=annotator, project=project, at=at, after=after)
    if isinstance(found, NoMore):
        return no_more(found, project)
    draft = _take_up(found)
    item = item_of(found, project, draft=draft, answers=draft.answers if draft else None)
    return {"status": "task", **item}


# The task in hand and what was typed before, in one way to the database.
IN_HAND = """
SELECT t.data, d.answers, d.note, d.note_kind, d.saved_at
FROM tasks_task t LEFT JOIN annotations_draft d ON d.assignment_id = %s WHERE t.id = %s
"""


def _take_up(lent: Assignment) -> Draft | None:
    """Reads the task with what its annotator had typed."""
    row = fetch_first(IN_HAND, (lent.pk, lent.task_id))
    if row is None:
        raise Task.DoesNotExist
    data, answers, note, note_kind, saved_at = row
    lent.task = Task(pk=lent.task_id, data=json.loads(data))
    if saved_at is None:
        return None
    said = {"answers": json.loads(answers), "note": note, "note_kind": note_kind}
    return Draft(assignment=lent, saved_at=saved_at, **said)


def no_more(found: NoMore, project: Project) -> dict[str, Any]:
    status: str = found.value
    if not QueueEntry.objects.filter(project=project).exists():
        status = "empty"
    elif project.state != "active":
        status = str(project.state)
    elif found.is_stopped:
        status = "stopped"
    context = {"status": status, "message": found.message, "project": project}
    html = render_to_string("annotations/no_more.html", context)
    return {
        "status": found.value,
        "message": found.message,
        "html": html,
        "guideline": project.guideline_version,
    }


def item_of(
    assignment: Assignment,
    project: Project,
    *,
    answers: dict[str, Any] | None,
    draft: Draft | None = None,
    uses: Uses | None = None,
) -> dict[str, Any]:
    """The task with the answers that it has; with None it begins with what is suggested, or the
    questions' defaults. `uses` says what became of the suggestions in answers that were sent."""
    task = assignment.task
    _, questions = questions_at(project, None)
    proposals = proposals_for(task.pk, questions) if are_shown(project, task.pk) else {}
    if answers is None:
        answers = {question.name: question.default for question in questions}
        answers |= {name: given[0].value for name, given in proposals.items()}
    began = {name: use["source"] for name, use in (uses or {}).items()}
    context = {
        "project": project,
        "task": _shown_task(assignment, project),
        "asked": [(question, answers.get(question.name)) for question in questions],
        "suggested_answers": offered(proposals, answers, began),
        "sends_first_key": _sends_first_key(project, questions),
        "is_practice": assignment.apart == Apart.PRACTICE,
        "calibration": calibrated(assignment),
    }
    return {
        "assignment": {
            "id": assignment.pk,
            "task": assignment.task_id,
            "seconds_left": seconds_left(assignment),
            "is_ahead": assignment.is_ahead,
        },
        "words": words_of(task, project),
        "question_version": project.question_version,
        "guideline": project.guideline_version,
        "draft": _draft(draft),
        "html": render_to_string("annotations/item.html", context),
    }


def _shown_task(assignment: Assignment, project: Project) -> dict[str, Any]:
    task, annotator = assignment.task, assignment.annotator_id
    return {
        "pk": task.pk,
        "data": declared(task, project),
        "media": media_of(project, task.data),
        "orders": orders_of(project.fields, task.data, task_id=task.pk, annotator_id=annotator),
    }


def _sends_first_key(project: Project, questions: list[Question]) -> bool:
    return (
        project.is_first_key_sent
        and len(questions) == 1
        and questions[0].behaviour.is_first_key_final(questions[0].config)
    )


def declared(task: Task, project: Project) -> dict[str, Any]:
    """The task's data without whatever else its file had."""
    looked_at([task.pk])
    return {name: task.data[name] for name in project.field_names if name in task.data}


def words_of(task: Task, project: Project) -> str:
    """The task in one line: its first field that says something."""
    looked_at([task.pk])
    for field in project.fields:
        if line := " ".join(show_in_line(field, task.data).split()):
            return line[:LONGEST_LINE]
    return f"Task {task.pk}"


def recent_answers(annotator: Membership, project: Project) -> list[dict[str, Any]]:
    """The last answers of the annotator, newest first, so that each can be opened again."""
    mine = (
        Assignment.objects.filter(annotator=annotator, state="submitted")
        .select_related("task")
        .order_by("-submitted_at")[:DEEP]
    )
    heads = Annotation.objects.in_bulk([one.head_id for one in mine if one.head_id])
    questions = list(Question.objects.filter(project=project).asked())
    return [
        {
            "assignment": one.pk,
            "id": str(heads[one.head_id].key),
            "words": words_of(one.task, project),
            "chips": chips_of(heads[one.head_id].answers, questions),
            "answers": heads[one.head_id].answers,
            "note": heads[one.head_id].note,
            "note_kind": heads[one.head_id].note_kind,
            "item": None,
        }
        for one in mine
        if one.head_id in heads
    ]


def chips_of(answers: dict[str, Any], questions: Sequence[Question]) -> list[dict[str, str]]:
    """Answers as short words in their labels' colours."""
    chips = []
    for question in questions:
        if question.name not in answers:
            continue
        value, kind = answers[question.name], question.behaviour
        labels = {label.value: label for label in kind.labels(question.config)}
        parts = [str(part) for part in (value if isinstance(value, list) else [value])]
        if parts and labels.keys() >= set(parts):
            chips += [{"text": labels[p].title, "colour": f"c{labels[p].colour}"} for p in parts]
        else:
            text = kind.summary(value, question.config)
            chips.append({"text": text[:LONGEST_LINE], "colour": ""})
    return chips


def share_of(annotator: Membership, project: Project) -> dict[str, int | None]:
    """How many the annotator has done, of these and their fair part of the slots still open."""
    done = Assignment.objects.filter(annotator=annotator, state="submitted").count()
    if annotator.total_quota is not None:
        return {"done": done, "total": annotator.total_quota}
    if project.has_checks or project.repeat_share:
        # What comes beyond the overlap adds to one's share, and so would stand out.
        return {"done": done, "total": None}
    some = room_for(annotator).order_by()[: MOST_COUNTED + 1]
    found = some.aggregate(tasks=Count("pk"), slots=Sum(F("overlap") - F("handed")))
    if found["tasks"] > MOST_COUNTED:
        return {"done": done, "total": None}
    in_hand = Assignment.objects.filter(annotator=annotator, state="leased").count()
    people = Membership.objects.active().people().filter(project=project, role="annotator").count()
    fair = -(-(found["slots"] or 0) // max(people, 1))
    return {"done": done, "total": done + in_hand + min(fair, found["tasks"]) or None}


def room_for(member: Membership) -> QuerySet[QueueEntry]:
    """The tasks with a free slot that this annotator may still be given."""
    own = Assignment.objects.filter(
        task=OuterRef("pk"),
        annotator=member,
        state__in=("leased", "submitted", "skipped"),
        comes_back=False,
    )
    return QueueEntry.objects.filter(
        ~Exists(own),
        Q(pool__people=[]) | Q(pool__people__contains=[member.pk]),
        project=member.project_id,
        pool__requires__contained_by=member.tags,
        state="open",
        handed__lt=F("overlap"),
    )


def seconds_left(assignment: Assignment) -> float:
    """As the server counts, since the annotator's clock may be wrong."""
    if assignment.lease_until is None:
        return 0.0
    return round((assignment.lease_until - timezone.now()).total_seconds(), 1)


def _draft(draft: Draft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    return {
        "answers": draft.answers,
        "note": draft.note,
        "note_kind": draft.note_kind,
        "saved_at": draft.saved_at.isoformat(),
    }
