"""The request as our views get it: signed in, with htmx's headers read."""

from __future__ import annotations

from django.http import HttpRequest as DjangoRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class HttpRequest(DjangoRequest):
    user: User  # LoginRequiredMiddleware lets nobody else through
    htmx: HtmxDetails


def next_url(request: DjangoRequest, default: str = "/") -> str:
    """Where to go on: what the form or the address asks for, if it leads nowhere but here."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # An address that begins otherwise would be read as relative to the page.
    return wanted if is_ours and wanted.startswith("/") else default
