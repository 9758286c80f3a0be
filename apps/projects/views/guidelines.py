"""The guideline: read, written, and compared between its versions."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.projects import actions
from apps.projects.actions.sections import tasks_named
from apps.projects.forms import GuidelineForm
from apps.projects.http import show_errors, status_of
from apps.projects.models import Guideline, Project
from apps.projects.permissions import May, can, project_for

MOST_VERSIONS = 100
AROUND = 3
# Comparing takes time that grows with the square of this.
MOST_LINES = 5_000


@require_http_methods(["GET", "POST"])
def guideline(request: HttpRequest, project_id: int) -> HttpResponse:
    """Everybody in the project reads it; leads also publish a new version."""
    may = May.LEAD if request.method == "POST" else None
    project = project_for(request.user, project_id, may)
    current = _version(project, project.guideline_version)
    base = {"text": current.text if current else "", "base_version": project.guideline_version}
    form = GuidelineForm(request.POST or None, initial=base)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.publish_guideline(
                project=project, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except actions.BadProject as error:
            show_errors(form, error.errors)
        else:
            messages.success(request, f"Version {made.number} is published.")
            return redirect("projects:guideline", project.pk)
    looks = can(May.LOOK, role=project.role, is_admin=request.user.is_admin)
    context = {
        "project": project,
        "current": current,
        "form": form,
        "versions": _versions(project),
        "tasks_named": tasks_named(current.text) if current and looks else [],
        "may_change": can(May.LEAD, role=project.role, is_admin=request.user.is_admin),
    }
    return render(request, "projects/guideline.html", context, status=status_of(form))


@require_POST
def preview_guideline(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    text = request.POST.get("text", "")[:100_000]
    return render(request, "projects/guideline_preview.html", {"project": project, "text": text})


@require_GET
def compare_guideline(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id)
    new = _version(project, _number(request.GET.get("new"), project.guideline_version))
    if new is None:
        raise Http404("There is no such version of the guideline.")
    old = _version(project, _number(request.GET.get("old"), new.number - 1))
    lines = compared(old.text if old else "", new.text)
    context = {"project": project, "old": old, "new": new, "lines": lines}
    return render(request, "projects/guideline_compare.html", context)


def compared(old: str, new: str) -> list[tuple[str, str]]:
    """Lines with what became of them: same, gone, new, or a cut where nothing changed for long."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > MOST_LINES:
        return [("gone", line) for line in before] + [("new", line) for line in after]
    lines: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            same = [("same", line) for line in before[a:b]]
            if len(same) > 2 * AROUND:
                cut = len(same) - 2 * AROUND
                same[AROUND:-AROUND] = [("cut", f"{cut} unchanged lines")]
            lines += same
        else:
            lines += [("gone", line) for line in before[a:b]]
            lines += [("new", line) for line in after[c:d]]
    return lines


def _versions(project: Project) -> QuerySet[Guideline]:
    versions = Guideline.objects.filter(project=project).select_related("created_by")
    return versions.order_by("-number")[:MOST_VERSIONS]


def _version(project: Project, number: int) -> Guideline | None:
    versions = Guideline.objects.select_related("created_by")
    return versions.filter(project=project, number=number).first()


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else default
