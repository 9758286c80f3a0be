"""A lead sets answers of an annotator aside, together and with a look beforehand; and takes them back.

Each step is a job, since a person may have given many answers. It works in portions, and what a
portion did is kept with it: a job that is run again after a crash goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.annotations.models import Annotation, Question
from apps.core.actions import start_job
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.core.jobs import Progress
from apps.projects.models import Membership
from apps.quality.actions.people import ask_for_people
from apps.quality.models import Aside, AsideItem, AsideState
from apps.tasks.actions import Refused
from apps.tasks.actions.aside import SetAside, put_back_many, set_aside_many
from apps.tasks.models import Assignment

if TYPE_CHECKING:
    from apps.accounts.models import User

LOOK, SET, BACK = "quality.aside_look", "quality.aside_set", "quality.aside_back"
AT_ONCE = 500
LONGEST_REASON = 2_000


class AsideMoved(Refused):
    code = "aside_moved"


class NoAnswers(Refused):
    code = "no_answers"


class NoReasonGiven(BadInput):
    """{"reason": sentence}."""

    code = "no_reason"

    def __init__(self) -> None:
        sentence = f"Say why, in {LONGEST_REASON:,} characters at most: it is kept."
        super().__init__({"reason": sentence})


@transaction.atomic
def look_at_aside(
    *,
    member: Membership,
    by: User,
    at: datetime,
    question: Question | None = None,
    label: str = "",
    first_at: datetime | None = None,
) -> Aside:
    """Say which answers, and have it worked out what would change without them. Changes nothing."""
    aside = Aside(
        project_id=member.project_id,
        annotator=member,
        question=question,
        label=label,
        first_at=first_at,
        last_at=at,
        made_by=by,
        made_at=at,
        changed_at=at,
    )
    if not chosen(aside).exists():
        raise NoAnswers("No answer of theirs that counts is like that, so nothing would change.")
    aside.save()
    return _start(aside, LOOK, by)


@transaction.atomic
def set_answers_aside(
    *, aside: Aside, by: User, at: datetime, reason: str, is_asked_anew: bool
) -> Aside:
    """What was looked at stands apart from now on; with `is_asked_anew` its slots go to others."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\0" in reason:
        raise NoReasonGiven
    mine = _locked(aside, AsideState.DRAFT)
    if mine.preview is None:
        raise AsideMoved("Wait until it is worked out what would change.")
    mine.reason, mine.is_asked_anew = reason, is_asked_anew
    _move(mine, AsideState.SETTING, by, at)
    return _start(mine, SET, by)


@transaction.atomic
def take_answers_back(*, aside: Aside, by: User, at: datetime) -> Aside:
    """They count again where their slot is still free. What stays apart can be tried once more."""
    mine = _locked(aside, AsideState.DONE, AsideState.BACK)
    if not way_back(mine).free:
        raise AsideMoved("Others have filled the slots of all of them, so none can come back.")
    _move(mine, AsideState.TAKING, by, at)
    return _start(mine, BACK, by)


@transaction.atomic
def resume_aside(*, aside: Aside, by: User) -> Aside:
    """Begin its job again, where that has failed: what is done already stays done."""
    mine = _locked(aside, AsideState.DRAFT, AsideState.SETTING, AsideState.TAKING)
    is_live = mine.job is not None and not mine.job.is_ended
    if is_live or (mine.state == AsideState.DRAFT and mine.preview is not None):
        raise AsideMoved("It is under way, or waits for your word.")
    kinds = {AsideState.DRAFT: LOOK, AsideState.SETTING: SET, AsideState.TAKING: BACK}
    return _start(mine, kinds[AsideState(mine.state)], by)


def _locked(aside: Aside, *states: AsideState) -> Aside:
    mine = Aside.objects.select_for_update(of=("self",)).select_related(
        "project", "annotator__user", "job"
    )
    now = mine.get(pk=aside.pk)
    if now.state not in states:
        raise AsideMoved(f"By now it is: {now.get_state_display().lower()}.")
    return now


def _move(aside: Aside, state: AsideState, by: User, at: datetime) -> None:
    aside.state, aside.changed_by, aside.changed_at = state, by, at
    record(
        "answers.aside",
        project=aside.project,
        subject=aside.annotator,
        by=by,
        aside=aside.pk,
        state=str(state),
        reason=aside.reason,
        is_asked_anew=aside.is_asked_anew,
        answers=(aside.preview or {}).get("answers", 0),
    )


def _start(aside: Aside, kind: str, by: User) -> Aside:
    aside.job = start_job(
        kind=kind,
        arguments={"aside_id": aside.pk},
        queue="compute",
        scope=aside.project.scope,
        by=by,
    )
    aside.save()
    return aside


def chosen(aside: Aside) -> QuerySet[Assignment]:
    """The answers that it is about, as far as they count now."""
    head = Annotation.objects.filter(
        pk=OuterRef("head_id"), is_surplus=False, erased_at__isnull=True
    )
    if aside.question is not None and aside.label:
        name, label = aside.question.name, aside.label
        head = head.filter(
            Q(answers__contains={name: label}) | Q(answers__contains={name: [label]})
        )
    elif aside.question is not None:
        head = head.filter(answers__has_key=aside.question.name)
    found = Assignment.objects.filter(
        Exists(head),
        annotator=aside.annotator,
        state="submitted",
        apart="",
        submitted_at__lte=aside.last_at,
    )
    return found if aside.first_at is None else found.filter(submitted_at__gte=aside.first_at)


def set_them_aside(progress: Progress, aside_id: int) -> dict[str, Any]:
    aside = Aside.objects.select_related("project", "question").get(pk=aside_id)
    ids = list(chosen(aside).order_by("task_id").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        progress.report(start, len(ids), "Setting answers aside.")
        _set_some(aside, ids[start : start + AT_ONCE])
    done = _end(aside, AsideState.DONE)
    return {"answers": done.set_count}


@transaction.atomic
def _set_some(aside: Aside, ids: Sequence[int]) -> None:
    done = set_aside_many(
        project_id=aside.project_id, assignment_ids=ids, is_asked_anew=aside.is_asked_anew
    )
    AsideItem.objects.bulk_create(
        AsideItem(
            aside=aside,
            assignment_id=one.assignment_id,
            has_slot=one.has_slot,
            is_narrowed=one.is_narrowed,
        )
        for one in done
    )


def take_them_back(progress: Progress, aside_id: int) -> dict[str, Any]:
    aside = Aside.objects.select_related("project", "question").get(pk=aside_id)
    items = list(aside.items.filter(is_back=False, has_slot=True).order_by("assignment__task_id"))
    for start in range(0, len(items), AT_ONCE):
        progress.report(start, len(items), "Taking answers back.")
        _back_some(aside, items[start : start + AT_ONCE])
    done = _end(aside, AsideState.BACK)
    return {"answers": done.back_count, "apart": done.set_count - done.back_count}


@transaction.atomic
def _back_some(aside: Aside, items: Sequence[AsideItem]) -> None:
    task_of = dict(
        Assignment.objects.filter(pk__in=[one.assignment_id for one in items]).values_list(
            "pk", "task_id"
        )
    )
    back = put_back_many(
        project_id=aside.project_id,
        done=[
            SetAside(one.assignment_id, task_of[one.assignment_id], one.has_slot, one.is_narrowed)
            for one in items
        ],
    )
    AsideItem.objects.filter(aside=aside, assignment__in=back).update(is_back=True)


@transaction.atomic
def _end(aside: Aside, state: AsideState) -> Aside:
    mine = Aside.objects.select_for_update(of=("self",)).select_related("project").get(pk=aside.pk)
    mine.state = state
    mine.set_count = mine.items.count()
    mine.back_count = mine.items.filter(is_back=True).count()
    mine.save(update_fields=["state", "set_count", "back_count"])
    # What is known of people changed with what counts.
    ask_for_people(project=mine.project, by=None)
    return mine


@dataclass(frozen=True)
class WayBack:
    """Of those that stand apart still: how many would count again, and how many have no slot."""

    free: int
    gone: int


# Where several answers of a task are set aside, as many come back as there are slots.
FREE = """
SELECT coalesce(sum(narrowed + least(waiting, room)), 0),
       coalesce(sum(waiting + never - least(waiting, room)), 0)
  FROM (
    SELECT count(*) FILTER (WHERE i.has_slot AND i.is_narrowed) AS narrowed,
           count(*) FILTER (WHERE i.has_slot AND NOT i.is_narrowed) AS waiting,
           count(*) FILTER (WHERE NOT i.has_slot) AS never,
           greatest(min(q.overlap) - min(q.handed), 0) AS room
      FROM quality_asideitem i
      JOIN tasks_assignment a ON a.id = i.assignment_id
      JOIN tasks_queueentry q ON q.task_id = a.task_id
     WHERE i.aside_id = %s AND NOT i.is_back AND a.apart = 'set_aside'
     GROUP BY a.task_id
  ) by_task
"""


def way_back(aside: Aside) -> WayBack:
    """As it stands now: the preview of taking it back."""
    with connection.cursor() as cursor:
        cursor.execute(FREE, (aside.pk,))
        free, gone = cursor.fetchone() or (0, 0)
    return WayBack(int(free), int(gone))
