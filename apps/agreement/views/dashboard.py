"""The dashboard, a page to each question a lead has. All is read from what is kept; the figures of
a slice that nobody asked for yet, and of other periods, are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.agreement.actions.raters import ask_for_raters
from apps.agreement.models import Ledger
from apps.agreement.views.compare import compare
from apps.agreement.views.frame import BadAddress, Chosen, Frame, main_figure
from apps.agreement.views.needed import need
from apps.agreement.views.page import overview
from apps.agreement.views.what import what
from apps.agreement.views.where import where
from apps.agreement.views.who import who
from apps.agreement.views.why import why
from apps.core.figures import Scale
from apps.projects.models import Project
from apps.projects.permissions import May, project_for

# By the name in the address: its words, and what it shows.
SECTIONS: dict[str, tuple[str, Callable[[Frame, HttpRequest], dict[str, Any]]]] = {
    "dashboard": ("Overview", lambda frame, _: overview(frame)),
    "who": ("Who?", lambda frame, _: who(frame)),
    "what": ("What?", lambda frame, _: what(frame)),
    "where": ("Where?", lambda frame, _: where(frame)),
    "why": ("Why?", lambda frame, _: why(frame)),
    "needed": ("How many more?", need),
    "compare": ("Compare", compare),
}


def dashboard(request: HttpRequest, project_id: int) -> HttpResponse:
    return section(request, project_id, "dashboard")


@require_http_methods(["GET"])
def section(request: HttpRequest, project_id: int, name: str) -> HttpResponse:
    """A page; and the same figures for one that is open: 204 while it shows them already."""
    project = project_for(request.user, project_id, May.LOOK)
    is_open = "state" in request.GET
    if is_open and request.GET["state"] == _state(project):
        return HttpResponse(status=204)
    title, show = SECTIONS[name]
    try:
        frame = Frame(project, request.user, Chosen.of(request))
        found = show(frame, request)
    except BadAddress as bad:
        context = {"project": project, "tab": "dashboard", "why": str(bad)}
        return render(request, "agreement/bad_address.html", context, status=bad.status)
    context = frame.context() | found | {"section": name, "title": title}
    context["sections"] = [(key, words) for key, (words, _) in SECTIONS.items()]
    # What somebody types into a page is not taken away.
    is_typed = context.get("form") is not None and context.get("study", True)
    context["refreshes"] = not is_typed and frame.chosen.as_of is None
    context["content"] = f"agreement/{name}.html"
    return render(request, "agreement/figures.html" if is_open else "agreement/page.html", context)


def _state(project: Project) -> str:
    ledger = Ledger.objects.filter(pk=project.pk).first() or Ledger(project=project)
    return ledger.state


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
    return redirect(reverse("agreement:who", args=[project.pk], query=query, fragment="by-name"))
