"""Making a project on one page, with what annotators will see beside the form."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.http import HttpRequest
from apps.annotations.actions.projects import clean_project, create_project
from apps.annotations.forms.gallery import gallery
from apps.annotations.forms.projects import (
    as_text,
    description_from,
    form_context,
    preview_context,
    starting_project,
)
from apps.projects.actions import BadProject


@require_http_methods(["GET", "POST"])
def new_project(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        start = request.GET.get("from", "")
        if start and start not in gallery():
            raise Http404
        described = clean_project(gallery()[start].project) if start else None
        context = form_context({**starting_project(), **(described or {})}) | {
            "errors": {},
            "gallery": gallery().values(),
            "start": start,
        }
        return render(request, "annotations/new_project.html", context)
    try:
        description = description_from(request.POST.get("project", ""))
        project = create_project(by=request.user, at=timezone.now(), **description)
    except BadProject as error:
        return problems(request, error.errors, "annotations/new_project.html", starting_project())
    return go_to(request, next_step(project.pk))


@require_POST
def project_form(request: HttpRequest) -> HttpResponse:
    """The form filled in from JSON that somebody wrote or pasted."""
    try:
        description = clean_project(description_from(request.POST.get("project", "")))
    except BadProject as error:
        response = problems(request, error.errors, "annotations/new_project.html", {})
        response["HX-Retarget"] = "#problems"
        return response
    return render(request, "annotations/builder_form.html", form_context(description))


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The annotating page's item, made by its very templates, with examples for data."""
    start = gallery().get(request.GET.get("from", ""))
    try:
        description = description_from(request.POST.get("project", ""))
    except BadProject as error:
        context: dict[str, Any] = {"problems": error.errors}
    else:
        context = preview_context(description, start.sample.get("data") if start else None)
    return render(request, "annotations/preview.html", context)


def problems(
    request: HttpRequest, errors: dict[str, str], page: str, description: dict[str, Any]
) -> HttpResponse:
    """What is wrong: for the page's script, or as the whole page where no script runs."""
    if request.htmx:
        return render(request, "annotations/problems.html", {"errors": errors}, status=422)
    context = form_context(description or starting_project()) | {
        "errors": errors,
        "text": request.POST.get("project", "") or as_text(description),
    }
    return render(request, page, context, status=422)


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def next_step(project_id: int) -> str:
    """A new project needs data; without an app that imports, its own page."""
    try:
        return reverse("exchange:import_new", args=[project_id])
    except NoReverseMatch:
        return reverse("projects:project", args=[project_id])
