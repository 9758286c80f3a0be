"""Looking for better settings of the model that learns here, from the page of active learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.core.figures import coefficient
from apps.core.models import JobRun
from apps.projects.actions.background import last_job, stop_all
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.routing.actions.searching import KIND, BadSearch, ask_for_search
from apps.routing.actions.sought import is_searchable
from apps.routing.actions.training import NUMBERS, SPANS
from apps.routing.models import SettingsSearch


@dataclass(frozen=True)
class Looked:
    """The newest search of a question, in words; and the job that looks now."""

    question: Question
    words: str
    kept: SettingsSearch | None
    job: JobRun | None

    @property
    def tried(self) -> list[dict[str, Any]]:
        """Each with what differs between them, and what it lost last."""
        trials = self.kept.trials if self.kept else []
        same = {
            name: trials[0]["settings"][name]
            for name in (trials[0]["settings"] if trials else ())
            if all(one["settings"][name] == trials[0]["settings"][name] for one in trials)
        }
        return [
            {
                "number": one["number"],
                "settings": _named(one["settings"], same),
                "lost": one["losses"][-1] if one["losses"] else None,
                "is_done": one["is_done"],
            }
            for one in trials
        ]


@require_POST
def ask(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    name = request.POST.get("question", "")[:80]
    try:
        ask_for_search(project=project, by=request.user, question=name)
    except BadSearch as bad:
        messages.error(request, " ".join(bad.errors.values()))
    address = reverse("routing:learning", args=[project.pk])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LOOK)
    return how_far(request, project, KIND, "routing/search_job.html")


@require_POST
def cancel(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    stop_all(project=project, kind=KIND, at=timezone.now())
    messages.info(request, "Stopped. The settings stay what they are.")
    return redirect("routing:learning", project.pk)


def looked_of(project: Project, question: Question | None) -> Looked | None:
    """None where no settings are looked for of such a question."""
    if question is None or not is_searchable(question):
        return None
    kept = SettingsSearch.objects.filter(question=question).order_by("-pk").first()
    return Looked(question, _words(kept), kept, last_job(project, KIND))


def _named(settings: dict[str, Any], same: dict[str, Any]) -> str:
    parts = [f"{name} {value:.3g}" for name, value in settings.items() if name not in same]
    return ", ".join(parts) or "the usual"


def _by(learner: str, value: str) -> str:
    if learner in NUMBERS.values():
        return f"are off by {value}"
    return f"lose {value} nats {'a word' if learner == SPANS else 'an answer'}"


def _words(kept: SettingsSearch | None) -> str:
    if kept is None:
        return "Models learn with the usual settings. Others can be looked for; that takes minutes."
    tried = (
        f"{len(kept.trials)} settings were tried, on up to {kept.lessons:,} tasks: half of the tasks"
        f" left to chance chose among them."
    )
    if kept.is_usual_best:
        return f"{tried} The usual ones won, and stay."
    found = kept.saved
    if found["low"] is None:
        return f"{tried} What the best are worth cannot be told: the usual ones stay."
    value, low, high = (coefficient(found[name], 3) for name in ("value", "low", "high"))
    less = f"{_by(kept.learner, value)} less than the usual ({low} to {high})"
    worth = f"On the other half, {found['n']:,} tasks, the best {less}"
    if kept.is_used:
        return f"{tried} {worth}: models learn with them since."
    return f"{tried} {worth}: that they are better cannot be told, so the usual ones stay."
