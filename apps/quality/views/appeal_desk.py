"""How a project takes appeals from outside; and the address for one task, to try or to send."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.projects.http import show_errors, status_of
from apps.projects.permissions import May, project_for
from apps.quality.actions.appeal_links import form_address
from apps.quality.actions.outside import desk_of, erase_appeal, set_desk
from apps.quality.actions.rulings import BadAppeal
from apps.quality.forms.outside import DeskForm
from apps.quality.models import Appeal
from apps.quality.views.tasks_named import task_named


@require_http_methods(["GET", "POST"])
def appeal_desk(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = DeskForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            set_desk(project=project, **form.cleaned_data)
        except BadAppeal as bad:
            show_errors(form, bad.errors)
        else:
            messages.success(request, "Saved.")
            return redirect("quality:appeal_desk", project.pk)
    desk = desk_of(project)
    wanted = request.GET.get("task", "")[:255]
    task = task_named(project, wanted) if wanted and desk.is_open else None
    link = form_address(desk=desk, task_id=task.pk) if task else ""
    context = {
        "project": project,
        "form": form,
        "desk": desk,
        "wanted": wanted,
        "link": request.build_absolute_uri(link) if link else "",
    }
    return render(request, "quality/appeal_desk.html", context, status=status_of(form))


@require_POST
def appeal_erase(request: HttpRequest, project_id: int, appeal_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    try:
        erase_appeal(appeal_id=appeal_id, project=project, at=timezone.now())
    except Appeal.DoesNotExist:
        raise Http404("There is no such appeal from outside.") from None
    messages.success(request, "Erased. What was decided, and why, stays.")
    return redirect("quality:appeals", project.pk)
