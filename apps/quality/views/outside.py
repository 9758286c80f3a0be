"""Pages without a sign-in: an appeal against what was said of one task, and what became of it.

The address is signed, and says all that is known of who asks. Of the task the page shows what the
project chose; of annotators, reviewers and answers nothing.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.core.cache import count_up
from apps.projects.http import show_errors, status_of
from apps.projects.http.looks import looked_at, watch
from apps.projects.models import Protocol
from apps.quality.actions.appeal_links import (
    LinkEnded,
    NoSuchLink,
    read_form,
    read_state,
    state_address,
)
from apps.quality.actions.outside import desk_of, erase_appeal, fields_to_show, open_appeal
from apps.quality.actions.rulings import BadAppeal
from apps.quality.forms.outside import OutsideForm
from apps.quality.models import Appeal, AppealDesk, AppealState
from apps.tasks.actions import Refused
from apps.tasks.models import Task

# From one address of the network.
AN_HOUR = 10
TOO_MANY = "Many appeals came from where you are. Wait an hour, then send it again."


@login_not_required
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest, signed: str) -> HttpResponse:
    try:
        desk, task = read_form(signed)
    except NoSuchLink:
        raise Http404("This address is not one of ours.") from None
    except LinkEnded:
        return _quiet(render(request, "quality/outside_ended.html", status=410))
    form = OutsideForm(request.POST or None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        if count_up(f"appeal:{request.META.get('REMOTE_ADDR', '')}", seconds=3600) > AN_HOUR:
            form.add_error(None, TOO_MANY)
            return _page(request, desk, task, form, status=429)
        if appeal := _opened(task, form):
            return redirect(state_address(appeal))
    return _page(request, desk, task, form, status=status_of(form))


def _opened(task: Task, form: OutsideForm) -> Appeal | None:
    """None where the form says why not."""
    given = {name: form.cleaned_data[name] for name in ("key", "text", "contact")}
    try:
        appeal, _ = open_appeal(project=task.project, task=task, at=timezone.now(), **given)
    except BadAppeal as bad:
        show_errors(form, bad.errors)
    except Refused as refused:
        form.add_error(None, str(refused))
    else:
        return appeal
    return None


def _page(
    request: HttpRequest, desk: AppealDesk, task: Task, form: OutsideForm, *, status: int
) -> HttpResponse:
    task.project.is_regulated = Protocol.objects.filter(
        project=task.project_id, is_on=True
    ).exists()
    watch(task.project)
    looked_at([task.pk])
    fields = [one for one in fields_to_show(task.project) if one["name"] in desk.shown]
    context = {
        "desk": desk,
        "form": form,
        "fields": fields,
        "none_asked": [],
        "data": {one["name"]: task.data.get(one["name"]) for one in fields},
    }
    return _quiet(render(request, "quality/outside.html", context, status=status))


@login_not_required
@require_http_methods(["GET", "POST"])
def outside_state(request: HttpRequest, signed: str) -> HttpResponse:
    """What became of an appeal; its author can take out what they wrote."""
    try:
        appeal = read_state(signed)
    except NoSuchLink:
        raise Http404("This address is not one of ours.") from None
    if request.method == "POST":
        erase_appeal(appeal_id=appeal.pk, project=appeal.project, at=timezone.now())
        return redirect(state_address(appeal))
    context = {
        "appeal": appeal,
        "due_at": appeal.due_at(desk_of(appeal.project).target_days),
        "is_open": appeal.state == AppealState.OPEN,
        "is_decided": appeal.decided_at is not None,
    }
    return _quiet(render(request, "quality/outside_state.html", context))


def _quiet(response: HttpResponse) -> HttpResponse:
    """Found by who was given the address, and by nobody else."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
