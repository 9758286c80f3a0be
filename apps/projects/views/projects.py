"""The list of projects, and the way into one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.projects import actions
from apps.projects.forms import SettingsForm
from apps.projects.http import show_errors, status_of
from apps.projects.models import Project, ProjectState
from apps.projects.permissions import May, can, project_for

MOST_SHOWN = 200
STATES = {"running": ("active", "paused"), "archived": ("archived",), "all": ProjectState.values}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    find, state = request.GET.get("find", "").strip(), request.GET.get("state", "running")
    mine = Project.objects.visible_to(request.user).with_role_of(request.user)
    shown = mine.filter(state__in=STATES.get(state, STATES["running"]))
    if find:
        shown = shown.filter(name__icontains=find)
    rows = list(shown.order_by("-pk")[:MOST_SHOWN])
    context = {
        "projects": rows,
        "find": find,
        "state": state,
        "has_any": bool(rows) or mine.exists(),
        "looks_any": any(row.role != "annotator" for row in rows),
        "leads_any": request.user.is_admin or any(row.role == "lead" for row in rows),
    }
    return render(request, "projects/index.html", context)


@require_GET
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Where each role has its work."""
    found = project_for(request.user, project_id)
    looks = can(May.LOOK, role=found.role, is_admin=request.user.is_admin)
    wanted = "agreement:dashboard" if looks else "annotations:annotate"
    try:
        return redirect(reverse(wanted, args=[found.pk]))
    except NoReverseMatch:
        return redirect("projects:guideline", found.pk)


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, project_id: int) -> HttpResponse:
    found = project_for(request.user, project_id, May.LEAD)
    form = SettingsForm(request.POST or None, project=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_project(project=found, **form.cleaned_data)
        except actions.BadProject as error:
            show_errors(form, error.errors)
        else:
            messages.success(request, "Saved.")
            return redirect("projects:settings", found.pk)
    context = {"project": found, "form": form, "kept_days": actions.KEPT_FOR.days}
    return render(request, "projects/settings.html", context, status=status_of(form))


@require_POST
def change_state(request: HttpRequest, project_id: int) -> HttpResponse:
    found = project_for(request.user, project_id, May.LEAD)
    wanted = request.POST.get("state", "")
    if wanted not in ProjectState.values:
        messages.error(request, "A project is active, paused or archived.")
    else:
        actions.set_project_state(project=found, state=ProjectState(wanted))
        messages.success(request, f"The project is {found.get_state_display().lower()}.")
    return redirect("projects:settings", found.pk)


@require_POST
def delete(request: HttpRequest, project_id: int) -> HttpResponse:
    found = project_for(request.user, project_id, May.LEAD)
    if request.POST.get("word", "").strip() != found.name:
        messages.error(request, "Nothing was deleted: the name typed was not the project's.")
        return redirect("projects:settings", found.pk)
    actions.delete_project(project=found, at=timezone.now())
    days = actions.KEPT_FOR.days
    messages.success(request, f"“{found.name}” is deleted. You can restore it for {days} days.")
    return redirect("projects:index")


@require_http_methods(["GET", "POST"])
def deleted(request: HttpRequest) -> HttpResponse:
    """What one has deleted and can bring back."""
    mine = Project.objects.deleted_for(request.user, since=timezone.now() - actions.KEPT_FOR)
    if request.method == "POST":
        wanted = mine.filter(pk=_number(request.POST.get("project"))).first()
        if wanted is not None and actions.restore_project(project=wanted, at=timezone.now()):
            messages.success(request, f"“{wanted.name}” is restored.")
        return redirect("projects:index")
    context = {
        "rows": [
            (one, one.deleted_at + actions.KEPT_FOR)
            for one in mine.order_by("-deleted_at")
            if one.deleted_at
        ],
        "kept_days": actions.KEPT_FOR.days,
    }
    return render(request, "projects/deleted.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
