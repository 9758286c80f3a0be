"""The answer to who appealed from outside, where they gave an address: one mail for each appeal.

It holds what was decided and why, and never who decided, nor what the appellant wrote: nobody sends
words of their own to others by us.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from apps.accounts.jobs import site_address
from apps.quality.actions.appeal_links import state_address
from apps.quality.actions.outside import MOST_TRIES
from apps.quality.models import Appeal

log = structlog.get_logger(__name__)
AT_ONCE = 200


def mail_answers(*, at: datetime) -> int:
    """To all who are due; how many were sent. After each vain try the wait is twice as long."""
    waiting = (
        Appeal.objects.from_outside()
        .decided()
        .filter(told_at__isnull=True, mail_tries__lt=MOST_TRIES)
    )
    found = waiting.exclude(contact="").order_by("mail_tries", "decided_at")
    rows = found.values_list("pk", "decided_at", "mail_tries")[:AT_ONCE]
    due = [
        pk
        for pk, decided_at, tries in rows
        if decided_at and decided_at + timedelta(minutes=2**tries - 1) <= at
    ]
    return sum(mail_answer(appeal_id=pk, at=at) for pk in due)


@transaction.atomic
def mail_answer(*, appeal_id: int, at: datetime) -> bool:
    """Sent before it is noted: after a crash in between a mail comes twice, and none is lost."""
    mine = Appeal.objects.filter(pk=appeal_id, told_at__isnull=True).exclude(contact="")
    appeal = mine.select_for_update(of=("self",), skip_locked=True).select_related("project")
    one = appeal.first()
    if one is None:
        return False
    try:
        _mail_of(one).send()
    except OSError:
        # SMTP's own errors are among these.
        log.warning("appeal_not_answered", appeal_id=appeal_id, exc_info=True)
        one.mail_tries += 1
    else:
        one.told_at = at
    one.save(update_fields=["told_at", "mail_tries"])
    return one.told_at is not None


def _mail_of(appeal: Appeal) -> EmailMessage:
    context = {"appeal": appeal, "address": site_address() + state_address(appeal)}
    return EmailMessage(
        subject=f"Your appeal {appeal.pk} is decided",
        body=render_to_string("quality/appeal_mail.txt", context),
        to=[appeal.contact],
    )
