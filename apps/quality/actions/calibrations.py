"""Calibration sessions: begun with some tasks, opened for discussion, decided task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from apps.accounts.actions import notify
from apps.accounts.models import Told
from apps.comments.actions import open_thread, reply
from apps.comments.models import Comment, Thread
from apps.core.audit import record
from apps.projects.models import Membership, MembershipQuerySet, Project, Role
from apps.quality.actions.decisions import adjudicate
from apps.quality.actions.gold import gold_of_decision
from apps.quality.actions.telling import tell_leads_of_session
from apps.quality.models import Adjudication, Calibration, Outcome
from apps.tasks.actions import Refused
from apps.tasks.actions.calibrating import begin_round, end_round
from apps.tasks.models import Assignment, AssignmentState, CalibrationTask, QueueState, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_TASKS = 100


class NoCalibration(Refused):
    """Why no session can begin, or nothing be done in it, now."""

    code = "no_calibration"


@dataclass(frozen=True)
class Progress:
    """How far one annotator is. What they skipped for good counts as done: it does not come back."""

    member: Membership
    done: int
    total: int

    @property
    def is_through(self) -> bool:
        return self.done >= self.total


@transaction.atomic
def begin_calibration(
    *, project: Project, by: User, at: datetime, task_ids: Sequence[int], picked: str
) -> Calibration:
    """From now on every annotator gets these tasks first. Raises NoCalibration."""
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    mine = Calibration.objects.filter(project=project)
    if mine.filter(opened_at__isnull=True).exists():
        raise NoCalibration("A session is under way. Open its discussion before the next begins.")
    wanted = list(dict.fromkeys(task_ids))
    _check_tasks(project, wanted)
    if not annotators_of(project).exists():
        raise NoCalibration("There is no annotator yet. Let some in on the page People first.")
    made = Calibration.objects.create(
        project=project,
        number=mine.count() + 1,
        guideline_version=locked.guideline_version,
        picked=picked[:300],
        task_count=len(wanted),
        begun_by=by,
        begun_at=at,
    )
    begin_round(project=project, number=made.round, task_ids=wanted)
    record("calibration.begun", project=project, by=by, subject=made, tasks=len(wanted))
    what = f"{len(wanted)} task{'' if len(wanted) == 1 else 's'} that everybody answers"
    text = f"A calibration has begun in {project}: {what}; then you discuss them together."
    _tell(project, text, reverse("annotations:annotate", args=[project.pk]), at=at, but=by)
    return made


def _check_tasks(project: Project, wanted: Sequence[int]) -> None:
    if not 1 <= len(wanted) <= MOST_TASKS:
        raise NoCalibration(
            f"A session has 1 to {MOST_TASKS} tasks; {len(wanted)} were picked."
            if wanted
            else "No task was found. Choose another way to pick them, or import some first."
        )
    found = Task.objects.filter(project=project, pk__in=wanted, erased_at__isnull=True)
    if found.exclude(queue__state=QueueState.WITHDRAWN).count() != len(wanted):
        raise NoCalibration("Some of these tasks are not in the project, or are withdrawn.")


@transaction.atomic
def open_discussion(*, calibration: Calibration, by: User, at: datetime) -> Calibration:
    """Lay all answers open. Nobody is lent its tasks any more; who has opened stays named."""
    locked = Calibration.objects.select_for_update(of=("self",)).get(pk=calibration.pk)
    if locked.is_open:
        return locked
    project = locked.project
    end_round(project=project, number=locked.round)
    locked.opened_by, locked.opened_at = by, at
    locked.save(update_fields=["opened_by", "opened_at"])
    record("calibration.opened", project=project, by=by, subject=locked)
    text = f"{locked} of {project} is open for discussion: all answers, the hardest tasks first."
    url = reverse("quality:calibration", args=[project.pk, locked.number])
    _tell(project, text, url, at=at, but=by)
    return locked


def _tell(project: Project, text: str, url: str, *, at: datetime, but: User) -> None:
    ids = list(annotators_of(project).exclude(user=but).values_list("user_id", flat=True))
    notify(user_ids=ids, kind=Told.SESSION, text=text, url=url, project_id=project.pk, at=at)


def annotators_of(project: Project) -> MembershipQuerySet:
    """Who takes part: annotators alone, for leads and reviewers may read what others answer."""
    people = Membership.objects.active().people().filter(project=project, role=Role.ANNOTATOR)
    return people.filter(user__is_active=True)


def progress_of(calibration: Calibration) -> list[Progress]:
    """How far each annotator is, by name. Three queries."""
    rows = list(
        CalibrationTask.objects.filter(project=calibration.project_id, round=calibration.round)
        .exclude(task__queue__state=QueueState.WITHDRAWN)
        .values_list("task_id", "task__queue__pool__requires", "task__queue__pool__people")
    )
    done: dict[int, set[int]] = {}
    for annotator_id, task_id in _done_in(calibration):
        done.setdefault(annotator_id, set()).add(task_id)
    people = annotators_of(calibration.project).select_related("user").order_by("user__name", "pk")
    found = []
    for member in people:
        tags, answered = set(member.tags), done.get(member.pk, set())
        total = [
            task_id
            for task_id, requires, named in rows
            if set(requires) <= tags and (not named or member.pk in named)
        ]
        found.append(Progress(member, sum(one in answered for one in total), len(total)))
    return found


def _done_in(calibration: Calibration) -> list[tuple[int, int]]:
    mine = Assignment.objects.filter(task__project=calibration.project_id, round=calibration.round)
    answered = mine.filter(state=AssignmentState.SUBMITTED)
    passed = mine.filter(state=AssignmentState.SKIPPED, comes_back=False)
    return list((answered | passed).values_list("annotator_id", "task_id"))


def is_laid_open(calibration: Calibration, progress: Sequence[Progress]) -> bool:
    """Whether the answers may be shown: the discussion is open, or everybody is through."""
    return calibration.is_open or (bool(progress) and all(one.is_through for one in progress))


def tell_who_is_through(*, at: datetime) -> int:
    """The leads, once, of each session that all have answered and nobody has opened; how many."""
    waiting = Calibration.objects.filter(opened_at__isnull=True, through_at__isnull=True)
    live = waiting.filter(project__deleted_at__isnull=True).select_related("project")
    return sum(_tell_if_through(one, at) for one in live)


@transaction.atomic
def _tell_if_through(calibration: Calibration, at: datetime) -> bool:
    if not is_laid_open(calibration, progress_of(calibration)):
        return False
    mine = Calibration.objects.filter(pk=calibration.pk, through_at__isnull=True)
    if not mine.update(through_at=at):
        return False
    project = calibration.project
    words = f"Everybody is through {calibration} of {project}: open its discussion."
    url = reverse("quality:calibration", args=[project.pk, calibration.number])
    tell_leads_of_session(project=project, words=words, url=url, at=at)
    return True


@transaction.atomic
def say_in_session(
    *, calibration: Calibration, task: Task, by: User, text: str, at: datetime
) -> Thread:
    """A word about a task, to everybody. Raises NoCalibration while people still answer."""
    locked = Calibration.objects.select_for_update(of=("self",)).get(pk=calibration.pk)
    if not locked.is_open:
        raise NoCalibration("Open the discussion first: what is said would be no secret any more.")
    thread = Thread.objects.filter(task=task, session=locked.round).first()
    common: dict[str, Any] = {"project": calibration.project, "by": by, "text": text, "at": at}
    if thread is None:
        return open_thread(**common, task=task, session=locked.round)
    comment: Comment = reply(**common, thread=thread)
    return comment.thread


@transaction.atomic
def decide_calibrated(
    *,
    task: Task,
    by: User,
    at: datetime,
    answers: Mapping[str, Any],
    sources: Mapping[str, UUID | str | None],
    reason: str,
    follows: int | None,
    outcome: Outcome = Outcome.DECIDED,
    is_example: bool = False,
) -> Adjudication:
    """What all came to agree on. It holds as any decision, and becomes a known answer."""
    decision = adjudicate(
        task=task,
        by=by,
        at=at,
        outcome=outcome,
        answers=answers,
        sources=sources,
        reason=reason,
        follows=follows,
        is_example=is_example,
    )
    if outcome == Outcome.DECIDED:
        gold_of_decision(task=task, at=at)
    return decision
