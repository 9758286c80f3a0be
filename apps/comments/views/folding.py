"""A lead puts what was asked and answered into the guideline."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.models import Annotation
from apps.comments.actions import NotNow
from apps.comments.actions.folding import TITLE, fold_thread, proposed, take_up_note
from apps.comments.models import Thread
from apps.comments.views.shown import Viewer, shown, threads_with_comments
from apps.projects.actions import BadProject
from apps.projects.actions.sections import headings_of
from apps.projects.forms import GuidelineForm
from apps.projects.http import show_errors, status_of
from apps.projects.models import Guideline, Project
from apps.projects.permissions import May, project_for


@require_http_methods(["GET", "POST"])
def fold(request: HttpRequest, project_id: int, thread_id: int) -> HttpResponse:
    """The guideline's editor with the question and its answer in it. `under` names a heading."""
    project = project_for(request.user, project_id, May.LEAD)
    mine = Thread.objects.visible_to(request.user).filter(project=project)
    found = get_object_or_404(mine, pk=thread_id)
    now = Guideline.objects.filter(project=project, number=project.guideline_version).first()
    text, under = now.text if now else "", request.GET.get("under", "")
    form = GuidelineForm(request.POST or None, initial=_initial(found, project, under))
    if request.method == "POST" and form.is_valid():
        try:
            made = fold_thread(
                thread=found,
                project=project,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except BadProject as error:
            show_errors(form, error.errors)
        else:
            messages.success(request, f"Answered in version {made.number}. Who asked was told.")
            return redirect("comments:thread", project.pk, found.pk)
    viewer = Viewer(project, request.user, timezone.now())
    context: dict[str, Any] = {
        "project": project,
        "form": form,
        "one": shown(threads_with_comments(mine.filter(pk=found.pk)), viewer)[0],
        "headings": [one for one in headings_of(text) if one.casefold() != TITLE.casefold()],
        "title": TITLE,
        "under": under,
    }
    return render(request, "comments/fold.html", context, status=status_of(form))


def _initial(found: Thread, project: Project, under: str) -> dict[str, Any]:
    about = f"task {found.task}" if found.task else "the guideline"
    return {
        "text": proposed(found, project, under=under),
        "summary": f"A question about {about} was answered.",
        "base_version": project.guideline_version,
        "must_confirm": False,
    }


@require_POST
def take_up(request: HttpRequest, project_id: int, annotation_id: int) -> HttpResponse:
    """A note that asks the lead becomes a thread, which can be answered and folded in."""
    project = project_for(request.user, project_id, May.ADJUDICATE)
    mine = Annotation.objects.visible_to(request.user).filter(project=project)
    found = get_object_or_404(mine.select_related("annotator__user"), pk=annotation_id)
    try:
        thread = take_up_note(annotation=found, project=project, at=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
        return redirect("annotations:task", project.pk, found.task_id)
    return redirect("comments:thread", project.pk, thread.pk)
