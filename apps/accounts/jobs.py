"""Mail, sent in the background: the page answers alike, and as fast, whoever is asked for."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts.models import User
from apps.accounts.permissions import is_open
from apps.core.jobs import Progress, job_kind


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
