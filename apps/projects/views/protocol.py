"""The protocol of a project: its state, its amendments and their history."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.actions import NotConfirmed, confirm_person
from apps.accounts.http import HttpRequest
from apps.core.audit import ACTIONS
from apps.core.downloads import check_form, send_rows
from apps.core.json import dumps
from apps.projects.actions import BadProject, NotNow
from apps.projects.actions.protocol_states import LOCKED
from apps.projects.actions.protocols import (
    Amended,
    amended,
    as_json,
    close_amendment,
    open_amendment,
    protocol_of,
    set_meanings,
    switch_protocol,
)
from apps.projects.forms import AmendmentForm, MeaningsForm
from apps.projects.http import show_errors
from apps.projects.models import Amendment, Project
from apps.projects.permissions import May, can, project_for

# As many as a page can take; the file has all.
SHOWN = 50
COLUMNS = (
    *("number", "reason", "opened_by", "opened_at", "closed_by", "closed_at"),
    *("signed_by", "meaning", "signed_at", "digest", "fits"),
    *("changed_at", "changed_by", "action", "subject", "detail"),
)


@require_http_methods(["GET", "POST"])
def protocol(request: HttpRequest, project_id: int) -> HttpResponse:
    may = May.LEAD if request.method == "POST" else May.LOOK
    project = project_for(request.user, project_id, may)
    if request.method == "GET":
        return _page(request, project)
    deed = request.POST.get("do", "")
    if deed == "meanings":
        return _meanings(request, project)
    if deed not in {"on", "off"}:
        return HttpResponse("There is no such deed.", status=422)
    try:
        switch_protocol(project=project, is_on=deed == "on", by=request.user, at=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The protocol is switched {deed}.")
    return redirect("projects:protocol", project.pk)


def _meanings(request: HttpRequest, project: Project) -> HttpResponse:
    form = MeaningsForm(request.POST)
    if form.is_valid():
        try:
            set_meanings(
                project=project,
                meanings=form.cleaned_data["meanings"],
                by=request.user,
                at=timezone.now(),
            )
        except BadProject as error:
            show_errors(form, error.errors)
    if form.errors:
        return _page(request, project, meanings=form, status=422)
    messages.success(request, "Saved.")
    return redirect("projects:protocol", project.pk)


@sensitive_post_parameters("password")
@require_POST
def amend(request: HttpRequest, project_id: int) -> HttpResponse:
    """Open an amendment: the reason, and the password once more."""
    project = project_for(request.user, project_id, May.LEAD)
    form = AmendmentForm(request.POST, meanings=protocol_of(project).meanings)
    if form.is_valid():
        given = form.cleaned_data
        try:
            who = confirm_person(request=request, user=request.user, password=given.pop("password"))
            open_amendment(project=project, by=who, **given)
        except NotConfirmed as refused:
            form.add_error("password", str(refused))
        except NotNow as refused:
            form.add_error(None, str(refused))
        except BadProject as error:
            show_errors(form, error.errors)
    if form.errors:
        return _page(request, project, amendment=form, status=422)
    messages.success(request, "The amendment is open. Change what must be changed, then close it.")
    return redirect("projects:protocol", project.pk)


@require_POST
def close(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    try:
        made = close_amendment(project=project, by=request.user)
    except NotNow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{str(made).capitalize()} is closed; the protocol is locked.")
    return redirect("projects:protocol", project.pk)


def _page(
    request: HttpRequest,
    project: Project,
    *,
    meanings: MeaningsForm | None = None,
    amendment: AmendmentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = protocol_of(project)
    mine = list(_amendments(project).order_by("-number")[: SHOWN + 1])
    context = {
        "project": project,
        "protocol": found,
        "may_lead": can(May.LEAD, role=project.role, is_admin=request.user.is_admin),
        "locked": sorted(set(LOCKED.values())),
        "amendments": [_row(one) for one in amended(mine[:SHOWN])],
        "has_more": len(mine) > SHOWN,
        "meanings_form": meanings or MeaningsForm(initial={"meanings": found.meanings}),
        "amendment_form": amendment or AmendmentForm(meanings=found.meanings),
    }
    return render(request, "projects/protocol.html", context, status=status)


def _amendments(project: Project) -> Any:
    return Amendment.objects.filter(project=project).select_related("opened_by", "closed_by")


def _row(one: Amended) -> dict[str, Any]:
    changes = [
        (event, ACTIONS[event.action], dumps(event.detail).decode() if event.detail else "")
        for event in one.changes
    ]
    return {"amendment": one.amendment, "signatures": one.signatures, "changes": changes}


@require_GET
def history_file(request: HttpRequest, project_id: int, form: str) -> StreamingHttpResponse:
    """All amendments, oldest first: a row for each change (CSV), or an amendment a line (JSON)."""
    project = project_for(request.user, project_id, May.LOOK)
    check_form(form)
    rows = [as_json(one) for one in amended(list(_amendments(project).order_by("number")))]
    told = chain.from_iterable(map(_changes, rows)) if form == "csv" else rows
    return send_rows(told, columns=COLUMNS, name=f"concord-{project.pk}-amendments", form=form)


def _changes(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An amendment that changed nothing has one row, too."""
    signed = row["signatures"][0] if row["signatures"] else {}
    flat = row | {
        "signed_by": signed.get("name"),
        **{name: signed.get(name) for name in ("meaning", "signed_at", "digest", "fits")},
    }
    for change in row["changes"] or [{}]:
        yield flat | {"changed_at": change.get("at"), "changed_by": change.get("by"), **change}
