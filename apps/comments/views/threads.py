"""Threads beside a task, beside the guideline, and each on a page of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.views.items import words_of
from apps.comments.actions import (
    BadComment,
    NotNow,
    delete_comment,
    edit_comment,
    open_thread,
    resolve_thread,
)
from apps.comments.actions import reply as say
from apps.comments.forms import CommentForm, DeedForm, ThreadForm
from apps.comments.models import Comment, Thread, ThreadQuerySet
from apps.comments.permissions import check_may_write, role_in, task_for
from apps.comments.views.shown import Viewer, shown, threads_with_comments
from apps.projects.models import Project
from apps.projects.permissions import project_for
from apps.tasks.models import Task

MOST_SHOWN = 50
STATES = ("open", "resolved", "all")


@require_GET
def threads(request: HttpRequest, project_id: int) -> HttpResponse:
    """All that the person may see, what moved last first."""
    project = project_for(request.user, project_id)
    state = request.GET.get("state", "open")
    found = Thread.objects.visible_to(request.user).filter(project=project)
    if state in {"open", "resolved"}:
        found = found.filter(resolved_at__isnull=state == "open")
    viewer = Viewer(project, request.user, timezone.now())
    page = threads_with_comments(found.order_by("-changed_at", "-pk")[: MOST_SHOWN + 1])
    rows = shown(page, viewer)
    for row in rows:
        row.typed = words_of(row.thread.task, project) if row.thread.task else ""
    context = {
        "project": project,
        "rows": rows[:MOST_SHOWN],
        "has_more": len(rows) > MOST_SHOWN,
        "state": state if state in STATES else "open",
    }
    return render(request, "comments/threads.html", context)


@require_http_methods(["GET", "POST"])
def of_task(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """What was asked about a task, as a part of the pages that show it. POST asks."""
    project = project_for(request.user, project_id)
    return _panel(request, project, task_for(request.user, project, task_id))


@require_http_methods(["GET", "POST"])
def of_guideline(request: HttpRequest, project_id: int) -> HttpResponse:
    """What was asked about the guideline. POST asks."""
    return _panel(request, project_for(request.user, project_id), None)


def _panel(request: HttpRequest, project: Project, task: Task | None) -> HttpResponse:
    form, errors = ThreadForm(), {}
    if request.method == "POST":
        check_may_write(role_in(project, request.user))
        form = ThreadForm(request.POST)
        try:
            thread = _ask(form, request, project, task)
        except BadComment as bad:
            errors = bad.errors
        else:
            if not request.htmx:
                return redirect("comments:thread", project.pk, thread.pk)
            form = ThreadForm()
    found = Thread.objects.visible_to(request.user).filter(project=project, task=task)
    context = _common(request, project) | {"task": task, "form": form, "errors": errors}
    # What is open stands first.
    found = found.order_by(F("resolved_at").desc(nulls_first=True), "-pk")
    rows = threads_with_comments(found[: 2 * MOST_SHOWN])
    context["threads"] = shown(rows, context["viewer"])
    status = 422 if errors else 200
    return render(request, "comments/panel.html#panel", context, status=status)


def _ask(form: ThreadForm, request: HttpRequest, project: Project, task: Task | None) -> Thread:
    text = form.given()["text"]
    common: dict[str, Any] = {"project": project, "by": request.user, "at": timezone.now()}
    return open_thread(**common, text=text, task=task, mark=form.mark())


@require_http_methods(["GET", "POST"])
def thread(request: HttpRequest, project_id: int, thread_id: int) -> HttpResponse:
    """One thread on its own page. POST answers in it."""
    project, found = _thread_of(request, project_id, thread_id)
    if request.method == "GET":
        return _one(request, project, found)
    try:
        text = CommentForm(request.POST).given()["text"]
        say(thread=found, project=project, by=request.user, text=text, at=timezone.now())
    except BadComment as bad:
        return _one(request, project, found, errors=bad.errors, typed=request.POST.get("text", ""))
    return _one(request, project, found)


@require_POST
def resolve(request: HttpRequest, project_id: int, thread_id: int) -> HttpResponse:
    project, found = _thread_of(request, project_id, thread_id)
    is_resolved = request.POST.get("resolved") == "1"
    resolve_thread(
        thread=found,
        project=project,
        by=request.user,
        is_resolved=is_resolved,
        at=timezone.now(),
    )
    return _one(request, project, found)


@require_POST
def comment(request: HttpRequest, project_id: int, comment_id: int) -> HttpResponse:
    """Change or delete a comment."""
    project = project_for(request.user, project_id)
    mine = Thread.objects.visible_to(request.user).filter(project=project)
    one = get_object_or_404(Comment.objects.filter(thread__in=mine), pk=comment_id)
    errors = {}
    common: dict[str, Any] = {"project": project, "by": request.user, "at": timezone.now()}
    try:
        given = DeedForm(request.POST).given()
        if given["deed"] == "delete":
            delete_comment(comment=one, **common)
        else:
            edit_comment(comment=one, text=given["text"], **common)
    except BadComment as bad:
        errors = bad.errors
    except NotNow as late:
        errors = {"text": str(late)}
    return _one(request, project, one.thread, errors=errors)


def _thread_of(request: HttpRequest, project_id: int, thread_id: int) -> tuple[Project, Thread]:
    project = project_for(request.user, project_id)
    mine = Thread.objects.visible_to(request.user).filter(project=project)
    return project, get_object_or_404(mine, pk=thread_id)


def _common(request: HttpRequest, project: Project) -> dict[str, Any]:
    viewer = Viewer(project, request.user, timezone.now())
    return {"project": project, "viewer": viewer, "names": viewer.names()}


def _one(
    request: HttpRequest,
    project: Project,
    found: Thread,
    *,
    errors: dict[str, str] | None = None,
    typed: str = "",
) -> HttpResponse:
    """The thread as it stands now: for htmx its part, else its page; after a POST by a redirect."""
    if request.method == "POST" and not errors and not request.htmx:
        return redirect("comments:thread", project.pk, found.pk)
    context = _common(request, project)
    mine: ThreadQuerySet = Thread.objects.visible_to(request.user).filter(pk=found.pk)
    rows = shown(threads_with_comments(mine), context["viewer"])
    if not rows:
        messages.info(request, "That thread is not open to you any more.")
        return redirect("projects:project", project.pk)
    rows[0].errors, rows[0].typed = errors or {}, typed
    task = rows[0].thread.task
    context |= {"one": rows[0], "task": task, "words": words_of(task, project) if task else ""}
    # Among others, or beside answers with letters of their own, a thread has no keys.
    own_page = reverse("comments:thread", args=[project.pk, found.pk])
    if not request.htmx or request.htmx.current_url_abs_path == own_page:
        context["fold_key"] = "f"
    part = "panel.html#thread" if request.htmx else "thread.html"
    status = 422 if errors else 200
    return render(request, f"comments/{part}", context, status=status)
