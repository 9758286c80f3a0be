"""How far background work of a project is, as a part of whichever page asked for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from apps.projects.actions.background import last_job
from apps.projects.models import Project


def how_far(request: HttpRequest, project: Project, kind: str, template: str) -> HttpResponse:
    """The part while it goes on; the whole page anew when it has ended."""
    job = last_job(project, kind)
    if job is None or job.is_ended:
        return HttpResponseClientRefresh()
    return render(request, template, {"project": project, "job": job})
