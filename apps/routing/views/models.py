"""One training: what it learned from, how good it was on the hold-out, and what it confuses."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.projects.permissions import May, project_for
from apps.routing.models import ModelRun
from apps.routing.views import kind_words
from apps.routing.views.confusing import confused, labels_of_run
from apps.routing.views.judged import judged_of, reliability_of

# What the page says in words of its own.
TOLD_APART = ("embeddings", "weighing")


@require_GET
def model(request: HttpRequest, project_id: int, model_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    mine = ModelRun.objects.filter(project=project).select_related("question")
    found = get_object_or_404(mine, pk=model_id)
    context = {
        "project": project,
        "run": found,
        "labels": labels_of_run(found),
        "confused": confused(found),
        "parameters": [one for one in sorted(found.parameters.items()) if one[0] not in TOLD_APART],
        "judged": judged_of(found),
        "plot": reliability_of(found),
        "headline": kind_words.of_training(found),
        "more": kind_words.interval_of(found),
        "facts": kind_words.facts_of(found),
    }
    return render(request, "routing/model.html", context)
