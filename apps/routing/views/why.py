"""Why a task stands or stood where it does in the queue, for the task's own page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, can, project_for
from apps.routing.models import Rank, Ranking
from apps.routing.strategies import strategies
from apps.routing.views.words import offered_of, why_of
from apps.tasks.models import QueueEntry, Task

# Their answers are like those of the whole, at any time.
LIKE_THE_WHOLE = {"random_order", "stratified"}


@require_GET
def why(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    task = get_object_or_404(Task.objects.filter(project=project), pk=task_id)
    ranks = Rank.objects.filter(task=task).select_related("ranking__run__question")
    rank = ranks.first()
    context = {
        "rank": rank,
        "why": why_of(rank, _question(rank)) if rank else "",
        "offered": offered_of(rank, _names(project, rank, is_admin=request.user.is_admin))
        if rank
        else "",
    }
    return render(request, "routing/why.html", context)


@require_GET
def note(request: HttpRequest, project_id: int) -> HttpResponse:
    """For the dashboard: that tasks come in a strategy's order, so what is answered is not like the
    whole. Nothing, where they do not, or where nobody has to choose any more."""
    project = project_for(request.user, project_id, May.LOOK)
    ranking = Ranking.objects.filter(project=project).order_by("-pk").first()
    waits = QueueEntry.objects.filter(project=project, state="open", handed=0)
    used = {ranking.strategy, ranking.beside} - {""} if ranking else set()
    is_ordered = not used <= LIKE_THE_WHOLE and waits.exists()
    label = strategies[ranking.strategy].label if ranking and ranking.strategy in strategies else ""
    context = {"project": project, "ranking": ranking if is_ordered else None, "label": label}
    return render(request, "routing/note.html", context)


def _names(project: Project, rank: Rank, *, is_admin: bool) -> dict[int, str] | None:
    """Of those to whom it was offered: for leads, as it tells what each is good at."""
    if not rank.offered or not can(May.LEAD, role=project.role, is_admin=is_admin):
        return None
    people = Membership.objects.filter(project=project, pk__in=[pk for pk, _ in rank.offered])
    return {person.pk: person.display_name for person in people.select_related("user")}


def _question(rank: Rank) -> Question | None:
    return rank.ranking.run.question if rank.ranking.run else None
