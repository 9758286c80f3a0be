"""What a person should know: listed, opened, and how often it comes by mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.http import HttpRequest as AnyRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.actions import choose_mail, read_notices
from apps.accounts.forms import MailForm
from apps.accounts.http import HttpRequest
from apps.accounts.jobs import UNSUBSCRIBE
from apps.accounts.models import Digest, MailChoice, Notice

MOST_SHOWN = 100


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    mine = Notice.objects.filter(user=request.user).order_by("-pk")[:MOST_SHOWN]
    choice = MailChoice.objects.filter(user=request.user).first() or MailChoice()
    form = MailForm(initial={"digest": choice.digest})
    return render(request, "accounts/notices.html", {"notices": mine, "form": form})


@require_POST
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """It is read, and what it is about opens."""
    notice = get_object_or_404(Notice, pk=notice_id, user=request.user)
    read_notices(user=request.user, notice=notice, at=timezone.now())
    return redirect(notice.url)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    read_notices(user=request.user, at=timezone.now())
    return redirect("accounts:notices")


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    form = MailForm(request.POST)
    if form.is_valid():
        choose_mail(user_id=request.user.pk, digest=form.cleaned_data["digest"])
        messages.success(request, "Saved.")
    else:
        messages.error(request, "Choose how often mails come.")
    return redirect("accounts:notices")


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: AnyRequest, signed: str) -> HttpResponse:
    """A mail's link: the page asks first, a mail program's own button posts at once (RFC 8058).

    The signature says whose mails end, and nothing else can be done by it.
    """
    try:
        user_id = int(signing.loads(signed, salt=UNSUBSCRIBE))
    except (signing.BadSignature, TypeError, ValueError):
        raise Http404("This link is not one of ours.") from None
    is_done = request.method == "POST"
    if is_done:
        choose_mail(user_id=user_id, digest=Digest.OFF)
    return render(request, "accounts/unsubscribe.html", {"is_done": is_done})
