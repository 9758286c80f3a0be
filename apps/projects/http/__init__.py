"""How a form shows what an action refused."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.problems import is_by_program


class Locked(Exception):
    """What is refused until something else is done; a page that does not say so itself gets one."""


class TellOfLock:
    """A form whose page does not show why it was refused is answered by a page that does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Locked) or is_by_program(request):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(str(error), status=409, content_type="text/plain")
        match = request.resolver_match
        context = {"why": str(error), "project_id": match and match.kwargs.get("project_id")}
        return render(request, "projects/locked.html", context, status=409)


def show_errors(form: forms.Form, errors: dict[str, str]) -> None:
    """Put each sentence beside its field; what belongs to none stands above the form."""
    for path, message in errors.items():
        name = path.split(".", maxsplit=1)[0]
        form.add_error(name if name in form.fields else None, message)


def status_of(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200
