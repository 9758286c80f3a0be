"""What the list of projects, and their settings, say about tasks: parts of pages further down."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.forms.projects import OverlapForm
from apps.annotations.views.items import room_for
from apps.projects.actions import ProtocolLocked
from apps.projects.http import show_errors
from apps.projects.models import Membership, Project
from apps.projects.permissions import ROLES, May, can, project_for
from apps.tasks.actions import set_overlap
from apps.tasks.models import Assignment, QueueEntry

MOST_SHOWN = 200
MOST_COUNTED = 1_000


@require_GET
def standings(request: HttpRequest) -> HttpResponse:
    """How far the projects of a list are: for annotators what they did, for others what is done."""
    wanted = [int(pk) for pk in request.GET.getlist("project")[:MOST_SHOWN] if pk.isdecimal()]
    mine = Project.objects.visible_to(request.user).with_role_of(request.user)
    projects = list(mine.filter(pk__in=[pk for pk in wanted if pk < 2**63]))
    looking = [p for p in projects if can(May.LOOK, role=p.role, is_admin=request.user.is_admin)]
    working = [p for p in projects if p.role in ROLES[May.ANNOTATE] and p.state == "active"]
    members = Membership.objects.filter(user=request.user, project__in=working)
    own = Assignment.objects.filter(annotator__in=members, state="submitted")
    done = dict(own.values_list("annotator__project").annotate(n=Count("pk")))
    left = {member.project_id: _left(member) for member in members}
    counts = _counts(looking)
    rows = [
        {
            "project": project,
            "counts": counts.get(project.pk),
            "is_looking": project in looking,
            "done": done.get(project.pk, 0),
            "left": left.get(project.pk),
        }
        for project in projects
    ]
    return render(request, "annotations/standings.html", {"rows": rows, "most": MOST_COUNTED})


def _counts(projects: list[Project]) -> dict[int, dict[str, int]]:
    """Tasks and how many of them are complete, by project."""
    rows = (
        QueueEntry.objects.filter(project__in=projects)
        .values("project")
        .annotate(
            tasks=Count("pk", filter=~Q(state="withdrawn")),
            complete=Count("pk", filter=Q(state="complete")),
        )
    )
    return {row["project"]: {"tasks": row["tasks"], "complete": row["complete"]} for row in rows}


def _left(member: Membership) -> int:
    """Tasks that still wait for this annotator or are in their hands, up to MOST_COUNTED."""
    in_hand = Assignment.objects.filter(annotator=member, state="leased").count()
    return in_hand + room_for(member)[: MOST_COUNTED + 1].count()


@require_http_methods(["GET", "POST"])
def overlap(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = OverlapForm(
        request.POST or None,
        initial={"overlap": project.overlap, "percent": f"{100 * project.overlap_share:g}"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_overlap(
                project=project,
                overlap=form.cleaned_data["overlap"],
                share=form.cleaned_data["percent"] / 100,
            )
        except ProtocolLocked as refused:
            show_errors(form, refused.errors)
        else:
            messages.success(request, f"{changed:,} tasks have a new overlap.")
            return redirect("projects:settings", project.pk)
    status = 422 if form.is_bound else 200
    context = {"project": project, "form": form}
    return render(request, "annotations/overlap.html", context, status=status)
