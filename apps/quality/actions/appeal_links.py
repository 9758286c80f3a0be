"""Signed addresses for people outside: of the page on which they object to what is said of one task,
and of the page that tells what became of it. Nobody finds another task or appeal by counting.
"""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from apps.quality.models import Appeal, AppealDesk
from apps.tasks.models import Task

FORM, STATE = "quality.appeal", "quality.appeal.state"


class NoSuchLink(ValueError):
    """Not one of ours, or of a project or a task that is gone."""


class LinkEnded(ValueError):
    """It was one of ours; the project takes no appeals by it any more."""


def form_address(*, desk: AppealDesk, task_id: int) -> str:
    """Of the page for one task. It ends when the desk is closed, or begins a new series."""
    signed = Signer(salt=FORM).sign(f"{desk.series}.{task_id}")
    return reverse("quality:outside", args=[signed])


def state_address(appeal: Appeal) -> str:
    """It stays, so that the answer can be read whatever became of the page for new ones."""
    return reverse("quality:outside_state", args=[Signer(salt=STATE).sign(str(appeal.pk))])


def read_form(signed: str) -> tuple[AppealDesk, Task]:
    """Raises NoSuchLink and LinkEnded."""
    series, _, key = _read(FORM, signed).partition(".")
    tasks = Task.objects.select_related("project")
    task = tasks.filter(pk=int(key), project__deleted_at__isnull=True).first()
    desk = AppealDesk.objects.filter(project=task.project_id).first() if task else None
    if task is None or desk is None:
        raise NoSuchLink
    if not desk.is_open or desk.series != int(series) or task.erased_at is not None:
        raise LinkEnded
    return desk, task


def read_state(signed: str) -> Appeal:
    """Raises NoSuchLink."""
    found = Appeal.objects.from_outside().filter(
        pk=int(_read(STATE, signed)), project__deleted_at__isnull=True
    )
    appeal = found.select_related("project").first()
    if appeal is None:
        raise NoSuchLink
    return appeal


def _read(salt: str, signed: str) -> str:
    try:
        return Signer(salt=salt).unsign(signed)
    except BadSignature as error:
        raise NoSuchLink from error
