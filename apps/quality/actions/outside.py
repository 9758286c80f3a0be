"""Appeals from outside: how a project takes them, keeps them, and takes out what they said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.annotations.displays import displays
from apps.core.audit import record
from apps.projects.models import Project
from apps.quality.actions.rulings import BadAppeal, DecidedAlready, clean_appeal_text
from apps.quality.actions.telling import tell_of_appeal
from apps.quality.models import Appeal, AppealDesk, AppealState
from apps.quality.models.desks import LONGEST_WORDS
from apps.tasks.actions import Refused
from apps.tasks.models import Task

LONGEST_REFERENCE = 200
# Of one task, by its public page: beyond so many that wait another tells nothing new.
MOST_WAITING = 20
# After so many vain tries an answer is not mailed any more; see `mails`.
MOST_TRIES = 10
AT_ONCE = 500


class TooManyAppeals(Refused):
    code = "too_many_appeals"


def desk_of(project: Project) -> AppealDesk:
    """As it is set, else as it begins: closed."""
    return AppealDesk.objects.filter(project=project).first() or AppealDesk(project=project)


def fields_to_show(project: Project) -> list[dict[str, Any]]:
    """Those of the declared fields that a page without a sign-in can show: files need one."""
    return [one for one in project.fields if not displays[one["display"]].has_files]


@transaction.atomic
def set_desk(*, project: Project, is_anew: bool = False, **given: Any) -> AppealDesk:
    """Change how appeals come from outside. `is_anew` ends all addresses that were given out.

    Raises BadAppeal.
    """
    AppealDesk.objects.get_or_create(project=project)
    desk = AppealDesk.objects.select_for_update().get(project=project)
    for name, value in given.items():
        setattr(desk, name, value)
    desk.series += is_anew
    desk.words = desk.words.strip()
    _check_desk(desk, project)
    desk.save()
    record("appeal.desk", project=project, is_anew=is_anew, changed=sorted(given))
    return desk


def _check_desk(desk: AppealDesk, project: Project) -> None:
    errors: dict[str, str] = {}
    can = {one["name"] for one in fields_to_show(project)}
    if strange := [name for name in desk.shown if name not in can]:
        errors["shown"] = f"This field cannot be shown there: {strange[0][:80]}."
    if not 1 <= desk.target_days <= 365:
        errors["target_days"] = "Give 1 to 365 days."
    if desk.keep_days is not None and not 1 <= desk.keep_days <= 3650:
        errors["keep_days"] = "Give 1 to 3,650 days, or nothing."
    if len(desk.words) > LONGEST_WORDS or "\0" in desk.words:
        errors["words"] = f"Give a text of at most {LONGEST_WORDS:,} characters."
    if errors:
        raise BadAppeal(errors)


@transaction.atomic
def open_appeal(
    *,
    project: Project,
    task: Task,
    text: str,
    at: datetime,
    reference: str = "",
    contact: str = "",
    key: UUID | None = None,
) -> tuple[Appeal, bool]:
    """From outside; and whether it is new. The same reference, or key of a form, again is the first.

    Raises BadAppeal, DecidedAlready and TooManyAppeals.
    """
    said = {"task": task, "text": _text_of(text), "contact": _contact_of(contact)}
    named: dict[str, Any] = {"reference": _reference_of(reference)} if reference else {}
    if key is not None:
        named = {"key": key}
        _check_room(task, key)
    given = {**said, "opened_at": at}
    if named:
        appeal, is_new = Appeal.objects.get_or_create(project=project, **named, defaults=given)
    else:
        appeal, is_new = Appeal.objects.create(project=project, **given), True
    if is_new:
        record("appeal.opened", project=project, subject=f"task {task.pk}")
        tell_of_appeal(appeal, at=at)
    else:
        _check_same(appeal, said)
    return appeal, is_new


def _check_same(appeal: Appeal, said: dict[str, Any]) -> None:
    if appeal.erased_at is not None:
        raise DecidedAlready("This reference was used, and what was said then is erased.")
    if any(getattr(appeal, name) != value for name, value in said.items()):
        raise DecidedAlready("This reference was used for another appeal.")


def _check_room(task: Task, key: UUID) -> None:
    """Whoever has a task's address, and whatever they send by it, people can read what waits."""
    waiting = Appeal.objects.from_outside().waiting().filter(task=task)
    if waiting.exclude(key=key).count() >= MOST_WAITING:
        raise TooManyAppeals(
            "Many have objected to this already, and it is being looked at. Come again later."
        )


def _reference_of(reference: str) -> str:
    if len(reference) > LONGEST_REFERENCE or "\0" in reference:
        sentence = f"Give a reference of at most {LONGEST_REFERENCE} characters."
        raise BadAppeal({"reference": sentence})
    return reference


def _text_of(text: str) -> str:
    return clean_appeal_text(text, "text")


def _contact_of(contact: str) -> str:
    contact = contact.strip()
    try:
        if contact:
            validate_email(contact)
    except ValidationError:
        raise BadAppeal({"contact": "Give an e-mail address, or nothing."}) from None
    if len(contact) > 254:
        raise BadAppeal({"contact": "Give an address of at most 254 characters."})
    return contact


@transaction.atomic
def erase_appeal(*, appeal_id: int, project: Project, at: datetime) -> Appeal:
    """Take out what an appellant wrote, and their address. One that waits is taken back by it.

    What was decided, and why, stays. Raises Appeal.DoesNotExist for what did not come from outside.
    """
    outside = Appeal.objects.from_outside().select_for_update(of=("self",))
    appeal = outside.get(pk=appeal_id, project=project)
    if appeal.erased_at is not None:
        return appeal
    if appeal.state == AppealState.OPEN:
        appeal.state = AppealState.WITHDRAWN
    appeal.text, appeal.contact, appeal.erased_at = "", "", at
    appeal.save()
    record("appeal.erased", project=project, subject=f"appeal {appeal.pk}")
    return appeal


def erase_what_is_old(*, at: datetime) -> int:
    """Of all projects that keep appeals for so many days; how many were erased.

    Who waits for a mail gets it first.
    """
    count = 0
    for desk in AppealDesk.objects.filter(keep_days__isnull=False).select_related("project"):
        due = (
            Appeal.objects.from_outside()
            .decided()
            .filter(
                project=desk.project_id,
                erased_at__isnull=True,
                decided_at__lte=at - timedelta(days=desk.keep_days or 0),
            )
        )
        waits = due.exclude(contact="").filter(told_at__isnull=True, mail_tries__lt=MOST_TRIES)
        for pk in due.exclude(pk__in=waits).values_list("pk", flat=True)[:AT_ONCE]:
            erase_appeal(appeal_id=pk, project=desk.project, at=at)
            count += 1
    return count
