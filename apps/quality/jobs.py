"""Background work of quality."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.core.jobs import job_kind
from apps.quality.actions import aside_look, asides, people
from apps.quality.actions.appeal_mails import mail_answers
from apps.quality.actions.calibrations import tell_who_is_through
from apps.quality.actions.findings import KIND, ask_for_checks, check_answers, due_projects
from apps.quality.actions.outside import erase_what_is_old
from apps.quality.actions.sending_on import SEND, send_on

job_kind(KIND)(check_answers)
job_kind(people.KIND)(people.report_people)
job_kind(asides.LOOK)(aside_look.look_at_it)
job_kind(asides.SET)(asides.set_them_aside)
job_kind(asides.BACK)(asides.take_them_back)
job_kind(SEND)(send_on)


@shared_task(name="quality.check")
def check_due_projects() -> None:
    """Every minute: look anew for what is wrong where enough is new, and at who gave it."""
    at = timezone.now()
    for project in due_projects(at=at):
        ask_for_checks(project=project, by=None)
    for project in people.due_people(at=at):
        people.ask_for_people(project=project, by=None)


@shared_task(name="quality.tell")
def tell_people() -> None:
    """Every minute: appeals are answered, leads told; then what is kept no longer is erased."""
    at = timezone.now()
    mail_answers(at=at)
    tell_who_is_through(at=at)
    erase_what_is_old(at=at)
