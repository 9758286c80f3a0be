"""An annotator objects: to a rejection, or to the known answer of a task of practice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.actions.practice import known_after
from apps.annotations.models import Annotation, Gold, Question
from apps.annotations.views.items import declared
from apps.projects.http import show_errors, status_of
from apps.projects.models import Membership
from apps.projects.permissions import annotator_in
from apps.quality.actions.contesting import object_to
from apps.quality.actions.rulings import BadAppeal
from apps.quality.actions.verdicts import LONGEST_REASON
from apps.quality.models import Appeal, GoldScore, Review, ReviewCase, ReviewState
from apps.quality.views.table import table_of_one
from apps.tasks.actions import Refused
from apps.tasks.models import Apart, Assignment

MOST = 20


class ContestForm(forms.Form):
    text = forms.CharField(
        label="Why you object",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Say why you object."},
        help_text="A third person reads it, decides, and says why by a rule of the guideline.",
    )


@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, project_id: int, assignment_id: int) -> HttpResponse:
    member = annotator_in(request.user, project_id)
    mine = _mine(member, assignment_id)
    form = ContestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            object_to(assignment_id=mine.pk, by=member, text=text, at=timezone.now())
        except BadAppeal as bad:
            show_errors(form, bad.errors)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("quality:my_work", project_id)
        else:
            messages.success(request, "Sent. Somebody who has not seen it decides.")
            return redirect("quality:my_work", project_id)
    context = {"project": member.project, "form": form, **_shown(member, mine)}
    return render(request, "quality/contest.html", context, status=status_of(form))


def _mine(member: Membership, assignment_id: int) -> Assignment:
    """Rejected, or of practice, and one's own; else it is not there."""
    found = Assignment.objects.filter(pk=assignment_id, annotator=member).select_related("task")
    mine = found.first()
    is_rejected = ReviewCase.objects.filter(pk=assignment_id, state=ReviewState.REJECTED)
    if mine is None or not (mine.apart == Apart.PRACTICE or is_rejected.exists()):
        raise Http404("There is nothing here that you can object to.")
    return mine


def _shown(member: Membership, mine: Assignment) -> dict[str, Any]:
    project, task = member.project, mine.task
    questions = list(Question.objects.filter(project=project).asked())
    heads = Annotation.objects.heads().filter(assignment=mine, erased_at__isnull=True)
    head = heads.select_related("assignment").first()
    if head is None:
        raise Http404("There is nothing here that you can object to.")
    known = known_after(head) or {"answers": {}, "explanation": ""}
    return {
        "task": {"pk": task.pk, "name": f"#{task.pk}", "data": declared(task, project)},
        "media": media_of(project, task.data),
        "questions": questions,
        "table": table_of_one(head, questions, ""),
        "known": [(q, known["answers"][q.name]) for q in questions if q.name in known["answers"]],
        "explanation": known["explanation"],
        "review": None if mine.apart == Apart.PRACTICE else Review.objects.last_of(mine.pk),
        "appeal": Appeal.objects.filter(scored=mine).first(),
    }


def contestable(member: Membership) -> dict[str, Any]:
    """What an annotator can object to now, and what became of it: four queries."""
    appealed = Appeal.objects.filter(review=OuterRef("pk"))
    rejected = ReviewCase.objects.filter(annotator=member, state=ReviewState.REJECTED)
    verdicts = (
        Review.objects.standing()
        .filter(seat__assignment__in=rejected.values("pk"), verdict__in=("return", "reject"))
        .exclude(goes_to="same")
        .filter(~Exists(appealed))
        .select_related("seat", "annotation")
    )
    gold = Gold.objects.filter(task=OuterRef("task"))
    missed = GoldScore.objects.filter(
        Exists(gold), annotator=member, assignment__apart=Apart.PRACTICE, score__lt=1
    ).filter(assignment__gold_appeal__isnull=True)
    appeals = Appeal.objects.filter(author=member).select_related("review").order_by("-pk")
    return {
        "rejections": list(verdicts.order_by("-pk")[:MOST]),
        "missed": list(missed.order_by("-submitted_at")[:MOST]),
        "objections": list(appeals[:MOST]),
    }
