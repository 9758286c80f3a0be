"""The request as our views get it: signed in, with htmx's headers read."""

from __future__ import annotations

from django.http import HttpRequest as DjangoRequest
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class HttpRequest(DjangoRequest):
    user: User  # type: ignore[assignment]  # LoginRequiredMiddleware lets nobody else through
    htmx: HtmxDetails
