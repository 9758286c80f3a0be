"""The lead's dashboard. All its figures are read from reports that are kept; nothing is computed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.agreement.actions.raters import ask_for_raters
from apps.agreement.models import Ledger
from apps.agreement.views.page import Chosen, main_figure, page_of
from apps.core.figures import Scale
from apps.projects.models import Project
from apps.projects.permissions import May, project_for


@require_http_methods(["GET"])
def dashboard(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    return render(request, "agreement/dashboard.html", _context(request, project))


@require_http_methods(["GET"])
def panel(request: HttpRequest, project_id: int) -> HttpResponse:
    """The same figures for a page that is open: 204 while it shows them already."""
    project = project_for(request.user, project_id, May.LOOK)
    ledger = Ledger.objects.filter(pk=project.pk).first() or Ledger(project=project)
    if request.GET.get("state") == ledger.state:
        return HttpResponse(status=204)
    return render(request, "agreement/figures.html", _context(request, project))


@require_http_methods(["GET"])
def row(request: HttpRequest, project_id: int) -> HttpResponse:
    """The main question's figure, for the list of projects; all of them stand on one scale."""
    project = project_for(request.user, project_id, May.LOOK)
    context = {"project": project, "one": main_figure(project, request.user), "scale": Scale()}
    return render(request, "agreement/row.html", context)


@require_http_methods(["POST"])
def by_name(request: HttpRequest, project_id: int) -> HttpResponse:
    """Asks for what needs annotators by name; a job computes it."""
    project = project_for(request.user, project_id, May.LEAD)
    ask_for_raters(project=project, by=request.user)
    query = {"question": request.POST.get("question", "")}
    to = reverse("agreement:dashboard", args=[project.pk], query=query, fragment="by-name")
    return redirect(to)


def _context(request: HttpRequest, project: Project) -> dict[str, Any]:
    chosen = Chosen(
        question=request.GET.get("question", ""),
        slice_id=_number(request, "slice"),
        everybody=request.GET.get("people") == "all",
    )
    return {"project": project, "tab": "dashboard", **page_of(project, request.user, chosen)}


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "") or "0"
    if not (given.isascii() and given.isdigit()) or len(given) > 18:
        raise Http404(f"{name} must be a number.")
    return int(given)
