"""What came back to an annotator: why, and what they answer to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.actions import BadAnswers
from apps.annotations.actions.media import media_of
from apps.annotations.models import Question
from apps.annotations.views.guidelines import guideline_parts
from apps.annotations.views.items import declared, words_of
from apps.projects.models import Membership, Project
from apps.projects.permissions import annotator_in
from apps.quality.actions.appeals import contest_verdict, send_again
from apps.quality.actions.rulings import BadAppeal
from apps.quality.forms.appeals import ReturnedForm
from apps.quality.models import Appeal, AppealState, Review, ReviewCase
from apps.quality.views.table import table_of_one
from apps.tasks.actions import Refused

RECENT = 10


@require_GET
def returned(request: HttpRequest, project_id: int) -> HttpResponse:
    """The oldest return of one's own; else what became of one's contests."""
    member = annotator_in(request.user, project_id)
    case = _mine(member).order_by("changed_at", "pk").first()
    if case is None:
        return render(request, "quality/returned_none.html", _none(member))
    return _page(request, member, case)


@require_GET
def returned_notice(request: HttpRequest, project_id: int) -> HttpResponse:
    """A fragment for the annotating page; empty when nothing came back."""
    member = annotator_in(request.user, project_id)
    context = {"project": member.project, "count": _mine(member).count()}
    return render(request, "quality/returned_notice.html", context)


@require_POST
def answer_return(request: HttpRequest, project_id: int, assignment_id: int) -> HttpResponse:
    member = annotator_in(request.user, project_id)
    case = _mine(member).filter(pk=assignment_id).first()
    if case is None:
        raise Http404("This answer was not returned to you.")
    form = _form(request, member.project, case)
    if form.is_valid():
        try:
            done = _do(request, member, case, form)
        except (BadAnswers, BadAppeal) as bad:
            form.refuse(bad.errors)
        except Refused as late:
            messages.error(request, str(late))
            return redirect("quality:returned", project_id)
        else:
            messages.success(request, done)
            return redirect("quality:returned", project_id)
    return _page(request, member, case, form=form, status=422)


def _do(request: HttpRequest, member: Membership, case: ReviewCase, form: ReturnedForm) -> str:
    sent, at = form.cleaned_data, timezone.now()
    if sent["verdict"] == "contest":
        contest_verdict(assignment_id=case.pk, by=member, text=sent["reason"], at=at)
        return "Contested. Somebody who has not seen it decides, and you read why."
    answers = form.rows.decision()["answers"]
    send_again(annotation_id=sent["annotation"], by=request.user, answers=answers, at=at)
    # The drain brings it back to review; until then it is not shown as returned any more.
    return "Sent. It goes back to review."


def _mine(member: Membership) -> Any:
    """Those whose newest answer is still the one that was returned."""
    mine = ReviewCase.objects.returned_to(member).select_related(
        "annotation", "assignment__task", "stage"
    )
    return mine.filter(assignment__head_id=F("annotation_id"))


def _form(request: HttpRequest, project: Project, case: ReviewCase) -> ReturnedForm:
    questions = list(Question.objects.filter(project=project).asked())
    given = {str(case.annotation.key): case.annotation.answers}
    return ReturnedForm(request.POST, questions=questions, given=given)


def _page(
    request: HttpRequest,
    member: Membership,
    case: ReviewCase,
    *,
    form: ReturnedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    project, task = member.project, case.assignment.task
    questions = list(Question.objects.filter(project=project).asked())
    table = table_of_one(case.annotation, questions, "")
    if form is not None:
        table.choose(form.rows.picks, form.rows.row_errors)
    review = Review.objects.last_of(case.pk)
    context = {
        "project": project,
        "task": {"pk": task.pk, "name": f"#{task.pk}", "data": declared(task, project)},
        "media": media_of(project, task.data),
        "words": words_of(task, project),
        "case": case,
        "may": ["correct"],
        "table": table,
        "questions": questions,
        "form": form,
        "review": review,
        "appeal": Appeal.objects.filter(review=review).first(),
        "waiting": _mine(member).count(),
        **guideline_parts(member, project),
    }
    return render(request, "quality/returned.html", context, status=status)


def _none(member: Membership) -> dict[str, Any]:
    mine = Appeal.objects.filter(author=member).select_related("task")
    recent = list(mine.order_by("-pk")[:RECENT])
    return {
        "project": member.project,
        "appeals": [one for one in recent if one.state != AppealState.OPEN],
        "open_appeals": sum(one.state == AppealState.OPEN for one in recent),
    }
