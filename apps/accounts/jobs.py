"""Mail, sent in the background: the page answers alike, and as fast, whoever is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.mail import EmailMessage, send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts.models import Digest, MailChoice, Notice, User
from apps.accounts.permissions import is_open
from apps.core.jobs import Progress, job_kind

log = structlog.get_logger(__name__)
# What is read at once in the application need not come by mail as well.
RESTS = timedelta(minutes=10)
EACH = {Digest.HOUR: timedelta(hours=1), Digest.DAY: timedelta(days=1)}
MOST_LINES = 50
UNSUBSCRIBE = "accounts.unsubscribe"


@job_kind("accounts.mail_reset")
def mail_reset(_progress: Progress, email: str, site: str) -> None:
    """Mail a link that sets a new password. Does nothing when nobody has the address."""
    user = User.objects.filter(email=email).first()
    if user is None or not is_open(user):
        return
    context = {
        "user": user,
        "site": site,
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    send_mail(
        subject="A new password for Concord",
        message=render_to_string("accounts/reset_mail.txt", context),
        from_email=None,
        recipient_list=[user.email],
    )


@shared_task(name="accounts.mail_notices")
def mail_notices() -> None:
    """Every few minutes: what is unread, to each who is due."""
    at = timezone.now()
    waiting = Notice.objects.unread().filter(mailed_at__isnull=True, created_at__lte=at - RESTS)
    due = waiting.filter(user__is_active=True).exclude(user__mail_choice__digest=Digest.OFF)
    for user_id in due.values_list("user_id", flat=True).distinct().order_by("user_id"):
        try:
            mail_digest(user_id=user_id, at=at)
        except OSError:
            # SMTP's own errors are among these. The others get theirs; this one's come next time.
            log.warning("digest_not_mailed", user_id=user_id, exc_info=True)


@transaction.atomic
def mail_digest(*, user_id: int, at: datetime) -> bool:
    """One mail with all that one person has not read; False when it is not time.

    Sent before it is noted: after a crash in between a mail comes twice, and none is lost.
    """
    MailChoice.objects.get_or_create(user_id=user_id)
    choice = MailChoice.objects.select_for_update().select_related("user").get(user_id=user_id)
    if choice.digest == Digest.OFF or not is_open(choice.user):
        return False
    if choice.mailed_at and choice.mailed_at > at - EACH[Digest(choice.digest)]:
        return False
    waiting = Notice.objects.unread().filter(user=user_id, mailed_at__isnull=True)
    notices = list(waiting.order_by("pk"))
    if not notices:
        return False
    _digest_of(choice.user, notices).send()
    waiting.filter(pk__lte=notices[-1].pk).update(mailed_at=at)
    choice.mailed_at = at
    choice.save(update_fields=["mailed_at"])
    return True


def _digest_of(user: User, notices: list[Notice]) -> EmailMessage:
    site = site_address()
    signed = signing.dumps(user.pk, salt=UNSUBSCRIBE)
    leave = site + reverse("accounts:unsubscribe", args=[signed])
    context = {
        "user": user,
        "site": site,
        "notices": notices[:MOST_LINES],
        "more": max(0, len(notices) - MOST_LINES),
        "leave": leave,
    }
    count = len(notices)
    return EmailMessage(
        subject=f"Concord: {count} {'notice' if count == 1 else 'notices'}",
        body=render_to_string("accounts/digest_mail.txt", context),
        to=[user.email],
        # RFC 8058: a mail program offers to end it by one press.
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def site_address() -> str:
    """Where people reach this installation; a job has no request to tell it."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return str(settings.CSRF_TRUSTED_ORIGINS[0]).rstrip("/")
    host = settings.ALLOWED_HOSTS[0]
    port = "" if settings.HTTPS or host != "localhost" else ":8000"
    return f"{'https' if settings.HTTPS else 'http'}://{host}{port}"
