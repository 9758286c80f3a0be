"""Objections that wait for a third person, and the page on which one is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.actions import BadAnswers
from apps.annotations.actions.media import media_of
from apps.annotations.models import Annotation, Gold, Question
from apps.annotations.views.items import declared
from apps.projects.http import show_errors, status_of
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.appeal_figures import figures_of
from apps.quality.actions.appeals import check_third, decide_appeal, headings, seen_by
from apps.quality.actions.decision_reversals import decisions_of
from apps.quality.actions.decisions import BadDecision, DecisionStands
from apps.quality.actions.gold_contests import GoldChange, restore_gold, what_changes
from apps.quality.actions.outside import desk_of, open_appeal
from apps.quality.actions.reversals import reversals_of
from apps.quality.actions.rulings import BadAppeal, HasSeenIt
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
    found = Appeal.objects.filter(project=project).select_related("task", "review")
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
        "again": _reversed(project) if project.role == "lead" else [],
    }


def _reversed(project: Project) -> list[dict[str, Any]]:
    """Reviewers and those who decide, each with what they said and how often it was reversed."""
    return [
        {"title": "Reviewers", "what": "Verdicts", "rows": reversals_of(project)},
        {"title": "Who decides", "what": "Decisions", "rows": decisions_of(project)},
    ]


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
    rows = _rows(request, questions, table)
    if request.POST.get("do") == "look":
        form = RulingForm(rules=headings(project))
    elif request.method == "POST" and form.is_valid():
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


def _rows(request: HttpRequest, questions: list[Question], table: Table | None) -> DecisionForm:
    """The right answers as they were sent; what was chosen stays chosen on the page."""
    given = table.given if table else {}
    rows = DecisionForm(request.POST, questions=questions, given=given, open_names=frozenset())
    if rows.is_valid() and table and request.method == "POST":
        table.choose(rows.picks, rows.row_errors)
    return rows


@require_POST
def appeal_restore(request: HttpRequest, project_id: int, appeal_id: int) -> HttpResponse:
    """What was known before an appeal corrected it is known again."""
    project = project_for(request.user, project_id, May.LEAD)
    try:
        restore_gold(appeal_id=appeal_id, project=project, by=request.user, at=timezone.now())
    except Appeal.DoesNotExist:
        raise Http404("There is no such appeal.") from None
    except (Refused, DecisionStands) as late:
        messages.error(request, str(late))
    else:
        messages.success(request, "Known again is what was known before. All are judged anew.")
    return redirect("quality:appeals", project.pk)


def _appeal(project: Project, appeal_id: int) -> Appeal:
    found = Appeal.objects.filter(project=project, pk=appeal_id).select_related(
        "project", "task", "review__annotation", "scored"
    )
    one = found.first()
    if one is None:
        raise Http404("There is no such appeal.")
    return one


def _table(one: Appeal, questions: list[Question]) -> Table | None:
    """The answer that it is about; from outside the newest that counts."""
    given = one.review.annotation if one.review else None
    if given is None:
        heads = Annotation.objects.heads() if one.scored else Annotation.objects.heads_that_count()
        mine = {"assignment": one.scored} if one.scored else {"task": one.task_id}
        found = heads.filter(erased_at__isnull=True, **mine)
        given = found.select_related("assignment").order_by("-pk").first()
    return table_of_one(given, questions, "") if given else None


def answers_of(table: Table) -> dict[str, Any]:
    """What is chosen in the rows; at first the answer as it was given."""
    return {row.name: row.pick.value for row in table.rows if row.pick and row.pick.is_given}


def _change(one: Appeal, table: Table) -> GoldChange | None:
    """What the chosen answers would change; an answer that cannot be says so in its row."""
    try:
        return what_changes(task=one.task, answers=answers_of(table))
    except BadAnswers as bad:
        for row in table.rows:
            row.error = bad.errors.get(row.name, "")
        return None


def _known(gold: Gold | None, questions: list[Question]) -> list[tuple[Question, Any]]:
    known = gold.answers if gold else {}
    return [(question, known[question.name]) for question in questions if question.name in known]


def _shown(
    one: Appeal, questions: list[Question], table: Table | None, form: RulingForm
) -> dict[str, Any]:
    head = Adjudication.objects.filter(task=one.task_id, successor__isnull=True).first()
    if head and table and one.about == "outside":
        table.choose_as(head)
    gold = Gold.objects.filter(task=one.task_id).first() if one.scored else None
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
        "known": _known(gold, questions),
        "change": _change(one, table) if table and gold else None,
    }
