"""What waits for one's signature, and whether each signature still fits what was signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.actions import NotConfirmed, confirm_person
from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.actions.orders import orders_of
from apps.annotations.models import Annotation, Question
from apps.annotations.views.items import declared, words_of
from apps.projects.actions import BadProject
from apps.projects.actions.protocols import protocol_of
from apps.projects.actions.signatures import Subject
from apps.projects.forms import SignForm
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen, Signature, Signed
from apps.projects.permissions import May, annotator_in, project_for
from apps.quality.actions.signing import (
    Named,
    Signable,
    count_to_sign,
    sign_own,
    subjects_to_sign,
    verified,
)
from apps.quality.models import Review
from apps.tasks.models import Task

# Cases of a page: each is shown in full.
SHOWN, MOST_COUNTED, ROWS = 10, 1_000, 100


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def to_sign(request: HttpRequest, project_id: int) -> HttpResponse:
    """One's own readings, decisions and verdicts, oldest first; those that are ticked are signed at once."""
    project = project_for(request.user, project_id, May.ANNOTATE)
    if request.method == "GET":
        return _page(request, project, SignForm(meanings=protocol_of(project).meanings))
    form = SignForm(request.POST, meanings=protocol_of(project).meanings)
    if form.is_valid():
        try:
            who = confirm_person(
                request=request, user=request.user, password=form.cleaned_data["password"]
            )
            signed = sign_own(
                project=project,
                shown=list(_named(request.POST.getlist("sign"))),
                meaning=form.cleaned_data["meaning"],
                by=who,
            )
        except NotConfirmed as refused:
            form.add_error("password", str(refused))
        except BadProject as error:
            for sentence in error.errors.values():
                form.add_error(None, sentence)
        else:
            messages.success(request, f"Signed: {len(signed)}.")
            return redirect("quality:to_sign", project.pk)
    return _page(request, project, form, status=422)


def _named(texts: list[str]) -> Iterator[Named]:
    """Of `reading-12-3fa…`; what is none is as a row that is not there."""
    for text in texts:
        kind, _, rest = text.partition("-")
        key, _, digest = rest.partition("-")
        if kind not in set(Signed) - {Signed.AMENDMENT} or not key.isdecimal() or len(key) > 18:
            raise BadProject({"subjects": "This is nothing that can be signed."})
        yield Named(Signed(kind), int(key), digest)


@require_GET
def to_sign_notice(request: HttpRequest, project_id: int) -> HttpResponse:
    """A fragment for the pages of work; empty when nothing waits."""
    project = annotator_in(request.user, project_id).project
    context = {"project": project, "count": _count(request, project), "most": MOST_COUNTED}
    return render(request, "quality/to_sign_notice.html", context)


def _count(request: HttpRequest, project: Project) -> int:
    if not project.is_regulated:
        return 0
    return count_to_sign(project, request.user, MOST_COUNTED + 1)


def _page(
    request: HttpRequest, project: Project, form: SignForm, *, status: int = 200
) -> HttpResponse:
    # Retired ones too: what was answered is signed whole.
    questions = list(Question.objects.filter(project=project).order_by("position", "pk"))
    waiting = subjects_to_sign(project, request.user, SHOWN + 1) if project.is_regulated else []
    context = {
        "project": project,
        "form": form,
        "cards": [_card(project, questions, subject, row) for subject, row in waiting[:SHOWN]],
        "has_more": len(waiting) > SHOWN,
        "ticked": request.POST.getlist("sign"),
        "questions": questions,
    }
    return render(request, "quality/to_sign.html", context, status=status)


def _card(
    project: Project, questions: list[Question], subject: Subject, row: Signable
) -> dict[str, Any]:
    # A verdict is shown with what it is about.
    about = row.annotation if isinstance(row, Review) else row
    card = {
        "name": f"{subject.kind.value}-{subject.pk}-{subject.digest}",
        "kind": subject.kind.label,
        "task": {"pk": about.task_id, "data": declared(about.task, project)},
        "words": words_of(about.task, project),
        "media": media_of(project, about.task.data),
        "given": _given(questions, about.answers),
    }
    if isinstance(row, Annotation):
        orders = _orders(project, row.task, row)
        return card | {"at": row.submitted_at, "note": row.note, "orders": orders}
    if isinstance(row, Review):
        looked_at([about.task_id], Seen.ANSWERS)
        corrected = row.correction.answers if row.correction else {}
        return card | {
            "at": row.decided_at,
            "note": row.reason,
            "outcome": row.get_verdict_display(),
            "corrected": _given(questions, corrected),
        }
    outcome = row.get_outcome_display()
    return card | {"at": row.decided_at, "note": row.reason, "outcome": outcome}


def _given(questions: list[Question], answers: dict[str, Any]) -> list[tuple[Question, Any]]:
    return [(one, answers[one.name]) for one in questions if one.name in answers]


def _orders(project: Project, task: Task, given: Annotation) -> dict[str, Any]:
    """As the person saw them."""
    drawn = orders_of(project.fields, task.data, task_id=task.pk, annotator_id=given.annotator_id)
    return given.shown or drawn


@require_GET
def signatures(request: HttpRequest, project_id: int) -> HttpResponse:
    """All signatures, newest first, each held against what it signed. `before` names one."""
    project = project_for(request.user, project_id, May.LEAD)
    found = Signature.objects.filter(project=project)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found.order_by("-pk")[: ROWS + 1])
    context = {
        "project": project,
        "rows": verified(rows[:ROWS]),
        "edge": rows[ROWS - 1].pk if len(rows) > ROWS else None,
    }
    return render(request, "quality/signatures.html", context)
