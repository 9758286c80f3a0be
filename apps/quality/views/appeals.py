"""Objections that wait for a third person, and the page on which one is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.models import Annotation, Question
from apps.annotations.views.items import declared
from apps.projects.http import show_errors, status_of
from apps.projects.models import Membership, Project
from apps.quality.actions.appeal_figures import figures_of
from apps.quality.actions.appeals import (
    BadAppeal,
    HasSeenIt,
    check_third,
    decide_appeal,
    headings,
    seen_by,
)
from apps.quality.actions.decisions import BadDecision, DecisionStands
from apps.quality.actions.outside import desk_of, open_appeal
from apps.quality.actions.reversals import reversals_of
from apps.quality.forms import DecisionForm
from apps.quality.forms.appeals import NewAppealForm, RulingForm
from apps.quality.models import Adjudication, Appeal, AppealState
from apps.quality.views.review import reviewer_in
from apps.quality.views.table import Table, table_of_one
from apps.quality.views.tasks_named import task_named
from apps.tasks.actions import Refused

SHOWN = 50


@require_http_methods(["GET", "POST"])
def appeals(request: HttpRequest, project_id: int) -> HttpResponse:
    """The list; and one that came in by telephone or mail is recorded."""
    project, member = reviewer_in(request, project_id)
    form = NewAppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        task = task_named(project, sent["task"])
        if task is None:
            form.add_error("task", "There is no such task.")
        else:
            given = {name: sent[name] for name in ("text", "reference", "contact")}
            try:
                open_appeal(project=project, task=task, at=timezone.now(), **given)
            except BadAppeal as bad:
                show_errors(form, bad.errors)
            except Refused as refused:
                form.add_error("reference", str(refused))
            else:
                messages.success(request, "Recorded. It waits for a third person.")
                return redirect("quality:appeals", project.pk)
    return render(
        request,
        "quality/appeals.html",
        {"form": form, **_listed(project, member)},
        status=status_of(form),
    )


def _listed(project: Project, member: Membership) -> dict[str, Any]:
    at, desk = timezone.now(), desk_of(project)
    found = Appeal.objects.filter(project=project).select_related("task")
    waiting = list(found.waiting().oldest_first()[:SHOWN])
    seen = seen_by(member, [one.task_id for one in waiting])
    for one in waiting:
        one.is_mine = one.task_id not in seen  # type: ignore[attr-defined]
        one.is_late = one.due_at(desk.target_days) < at  # type: ignore[attr-defined]
    return {
        "project": project,
        "desk": desk,
        "waiting": waiting,
        "decided": found.decided().order_by("-decided_at")[:SHOWN],
        "figures": figures_of(project, target_days=desk.target_days, at=at),
        "reversals": reversals_of(project) if project.role == "lead" else None,
    }


def _is_third(appeal: Appeal, member: Membership) -> bool:
    try:
        check_third(appeal, member)
    except HasSeenIt:
        return False
    return True


@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, project_id: int, appeal_id: int) -> HttpResponse:
    project, member = reviewer_in(request, project_id)
    one = _appeal(project, appeal_id)
    if one.state == AppealState.OPEN and not _is_third(one, member):
        messages.info(request, "You have had this task before you. Somebody else decides.")
        return redirect("quality:appeals", project.pk)
    questions = list(Question.objects.filter(project=project).asked())
    table = _table(one, questions)
    form = RulingForm(request.POST or None, rules=headings(project))
    if request.method == "POST" and form.is_valid():
        rows = DecisionForm(
            request.POST,
            questions=questions,
            given=table.given if table else {},
            open_names=frozenset(),
        )
        answers = rows.decision()["answers"] if rows.is_valid() else {}
        try:
            decide_appeal(
                appeal_id=one.pk, by=member, ruling=form.ruling(answers), at=timezone.now()
            )
        except (BadAppeal, BadDecision) as bad:
            show_errors(form, bad.errors)
        except (Refused, DecisionStands) as late:
            messages.error(request, str(late))
            return redirect("quality:appeals", project.pk)
        else:
            messages.success(request, "Decided. They read your explanation.")
            return redirect("quality:appeals", project.pk)
    return render(
        request,
        "quality/appeal.html",
        {"project": project, **_shown(one, questions, table, form)},
        status=status_of(form),
    )


def _appeal(project: Project, appeal_id: int) -> Appeal:
    found = Appeal.objects.filter(project=project, pk=appeal_id).select_related(
        "project", "task", "review__annotation", "decided_by__user"
    )
    one = found.first()
    if one is None:
        raise Http404("There is no such appeal.")
    return one


def _table(one: Appeal, questions: list[Question]) -> Table | None:
    """The answer that it is about; from outside the newest that counts."""
    given = one.review.annotation if one.review else None
    if given is None:
        heads = Annotation.objects.heads_that_count().filter(task=one.task_id)
        given = heads.filter(erased_at__isnull=True).order_by("-pk").first()
    return table_of_one(given, questions, "") if given else None


def _shown(
    one: Appeal, questions: list[Question], table: Table | None, form: RulingForm
) -> dict[str, Any]:
    head = Adjudication.objects.filter(task=one.task_id, successor__isnull=True).first()
    if head and table:
        table.choose_as(head)
    return {
        "appeal": one,
        "task": {
            "pk": one.task_id,
            "name": str(one.task),
            "data": declared(one.task, one.project),
        },
        "media": media_of(one.project, one.task.data),
        "questions": questions,
        "table": table,
        "may": [] if one.review else ["correct"],
        "form": form,
        "head": head,
    }
