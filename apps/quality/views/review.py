"""The reviewer's page: one answer after the other, each with one verdict."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.models import Question
from apps.annotations.views.guidelines import guideline_parts
from apps.annotations.views.items import declared, words_of
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.decisions import BadDecision, DecisionStands
from apps.quality.actions.review_queue import count_for, hand_out_review, let_go
from apps.quality.actions.undoing import last_verdict, undo_verdict
from apps.quality.actions.verdicts import BadVerdict, give_verdict
from apps.quality.forms.reviews import ReviewForm
from apps.quality.models import Adjudication, Review, ReviewCase, Stage, Verdict
from apps.quality.permissions import sees_author, sees_earlier
from apps.quality.views.queue import told_count
from apps.quality.views.table import Table, table_of_one
from apps.tasks.actions import Refused

MOST_LATER = 200
SHORT_REASONS = (
    "The guideline says otherwise.",
    "Something was overlooked.",
    "Look at the edges again.",
    "Read to the end.",
)
DONE = {
    Verdict.ACCEPT: "Accepted.",
    Verdict.CORRECT: "Corrected and accepted.",
    Verdict.RETURN: "Returned.",
    Verdict.ESCALATE: "Passed on to the next stage.",
    Verdict.REJECT: "Rejected: it does not count.",
}


def reviewer_in(request: HttpRequest, project_id: int) -> tuple[Project, Membership]:
    """The person as a reviewer; 403 for others, and for administrators who are no members."""
    project = project_for(request.user, project_id, May.ADJUDICATE)
    member = (
        Membership.objects.active()
        .filter(project=project, user_id=request.user.pk)
        .select_related("user")
        .first()
    )
    if member is None:
        raise PermissionDenied("Only members of the project review. A lead can add you.")
    return project, member


@require_GET
def review(request: HttpRequest, project_id: int) -> HttpResponse:
    project, member = reviewer_in(request, project_id)
    case = hand_out_review(by=member, project=project, but=_later_of(request, project))
    if case is None:
        return _nothing(request, project, member)
    return Bench(request, project, member, case).render()


@require_POST
def verdict(request: HttpRequest, project_id: int, assignment_id: int) -> HttpResponse:
    project, member = reviewer_in(request, project_id)
    case = _case(project, assignment_id)
    bench = Bench(request, project, member, case)
    form = bench.form()
    if not form.is_valid():
        return bench.render(status=422, form=form)
    try:
        kept = give_verdict(
            assignment_id=assignment_id, by=member, said=form.said(), at=timezone.now()
        )
    except (BadVerdict, BadDecision) as bad:
        form.refuse(bad.errors)
        return bench.render(status=422, form=form)
    except (Refused, DecisionStands) as late:
        messages.error(request, str(late))
        return redirect("quality:review", project.pk)
    messages.success(request, DONE[Verdict(kept.verdict)])
    return redirect("quality:review", project.pk)


@require_POST
def verdict_undo(request: HttpRequest, project_id: int, review_id: int) -> HttpResponse:
    """The answer is before its reviewer again."""
    project, member = reviewer_in(request, project_id)
    try:
        case = undo_verdict(review_id=review_id, by=member, at=timezone.now())
    except Review.DoesNotExist:
        raise Http404("There is no such verdict of yours.") from None
    except (Refused, DecisionStands) as late:
        messages.error(request, str(late))
    else:
        later = [one for one in _later_of(request, project) if one != case.pk]
        request.session[f"review_later:{project.pk}"] = later
        messages.success(request, "Taken back. Judge it anew.")
    return redirect("quality:review", project.pk)


@require_POST
def review_later(request: HttpRequest, project_id: int, assignment_id: int) -> HttpResponse:
    project, member = reviewer_in(request, project_id)
    _case(project, assignment_id)
    let_go(by=member, assignment_id=assignment_id)
    kept = [one for one in _later_of(request, project) if one != assignment_id]
    request.session[f"review_later:{project.pk}"] = [*kept, assignment_id][-MOST_LATER:]
    return redirect("quality:review", project.pk)


def _case(project: Project, assignment_id: int) -> ReviewCase:
    found = ReviewCase.objects.filter(pk=assignment_id, project=project)
    case = found.select_related("stage", "annotation", "assignment__task").first()
    if case is None:
        raise Http404("This answer is not in review.")
    return case


def _later_of(request: HttpRequest, project: Project) -> list[int]:
    found = request.session.get(f"review_later:{project.pk}", [])
    return [one for one in found if isinstance(one, int)]


def _nothing(request: HttpRequest, project: Project, member: Membership) -> HttpResponse:
    """Why there is nothing: those left for later come back now."""
    if _later_of(request, project):
        request.session[f"review_later:{project.pk}"] = []
        case = hand_out_review(by=member, project=project)
        if case is not None:
            return Bench(request, project, member, case).render()
    context = {
        "project": project,
        "has_stages": Stage.objects.filter(project=project).in_use(),
        "undo": last_verdict(by=member, at=timezone.now()),
    }
    return render(request, "quality/review_none.html", context)


class Bench:
    """What the page shows about one answer to one reviewer."""

    def __init__(
        self, request: HttpRequest, project: Project, member: Membership, case: ReviewCase
    ) -> None:
        self.request, self.project, self.member, self.case = request, project, member, case
        self.task = case.assignment.task
        self.questions = list(Question.objects.filter(project=project).asked())
        self.table: Table = table_of_one(case.annotation, self.questions, self._author())

    def _author(self) -> str:
        """Empty where the reviewer may not know."""
        sees = sees_author(
            role=self.project.role,
            is_admin=self.request.user.is_admin,
            is_project_blind=self.project.is_blind,
            is_stage_blind=self.case.stage.is_blind,
        )
        if not sees:
            return ""
        author = Membership.objects.select_related("user").get(pk=self.case.annotator_id)
        return author.display_name

    def form(self) -> ReviewForm:
        return ReviewForm(self.request.POST, questions=self.questions, given=self.table.given)

    def _said_before(self) -> list[Review]:
        said = list(
            Review.objects.standing()
            .filter(seat__assignment=self.case.pk)
            .select_related("seat__stage", "seat__reviewer__user", "correction")
            .order_by("pk")
        )
        for one in said:
            answers = one.correction.answers if one.correction else {}
            one.shown = [  # type: ignore[attr-defined]
                (question, answers[question.name])
                for question in self.questions
                if question.name in answers
            ]
        return [
            one
            for one in said
            if sees_earlier(
                is_stage_blind=self.case.stage.is_blind,
                is_again=one.seat.stage_id == self.case.stage_id,
            )
        ]

    def render(self, *, status: int = 200, form: ReviewForm | None = None) -> HttpResponse:
        if form is not None:
            self.table.choose(form.rows.picks, form.rows.row_errors)
        waiting = count_for(by=self.member, project=self.project)
        context: dict[str, Any] = {
            "project": self.project,
            "task": {
                "pk": self.task.pk,
                "name": str(self.task),
                "data": declared(self.task, self.project),
            },
            "media": media_of(self.project, self.task.data),
            "words": words_of(self.task, self.project),
            "case": self.case,
            "stage": self.case.stage,
            "may": self.case.stage.may,
            "table": self.table,
            "questions": self.questions,
            "form": form,
            "waiting": told_count(waiting),
            "said_before": self._said_before(),
            "head": Adjudication.objects.filter(task=self.task, successor__isnull=True).first(),
            "short_reasons": SHORT_REASONS,
            "undo": last_verdict(by=self.member, at=timezone.now()),
            **guideline_parts(self.member, self.project),
        }
        return render(self.request, "quality/review.html", context, status=status)
