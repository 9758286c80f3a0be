"""The lead's page of the rules by which predictions become tasks, with a trial before anything is kept."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.routing.actions.feed_rules import (
    BadFeedRules,
    Preview,
    change_feed,
    made_of,
    preview_rules,
    rules_of_feed,
)
from apps.routing.actions.feed_work import ask_for_feed
from apps.routing.forms import FeedRuleTable


@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    questions = list(Question.objects.filter(project=project).asked())
    if request.method == "GET":
        kept = rules_of_feed(project)
        looked_at, previews = preview_rules(project=project, rules=kept)
        table = FeedRuleTable.of(kept, questions)
        return _page(request, project, table, previews=previews, looked_at=looked_at)
    table = FeedRuleTable.sent(request.POST, questions)
    if table.is_valid():
        try:
            return _done(request, project, table)
        except BadFeedRules as bad:
            table.refuse(bad.errors)
    return _page(request, project, table, status=422)


def _done(request: HttpRequest, project: Project, table: FeedRuleTable) -> HttpResponse:
    if request.POST.get("do") == "save":
        now = timezone.now()
        change_feed(project=project, by=request.user, at=now, specs=table.specs())
        ask_for_feed(project=project, by=request.user, is_counted=False)
        said = "Saved. The rules hold for what comes, and for what came during the last day."
        messages.success(request, said)
        return redirect("routing:feed_rules", project.pk)
    tried = made_of(project, table.specs())
    looked_at, previews = preview_rules(project=project, rules=tried)
    return _page(request, project, table, previews=previews, looked_at=looked_at)


def _page(
    request: HttpRequest,
    project: Project,
    table: FeedRuleTable,
    *,
    previews: Sequence[Preview] = (),
    looked_at: int | None = None,
    status: int = 200,
) -> HttpResponse:
    if request.method == "POST":
        table.add()
    shown = [*previews, *[None] * (len(table.rows) - len(previews))]
    context = {
        "project": project,
        "table": table,
        "rows": [
            {"form": row, "preview": preview}
            for row, preview in zip(table.rows, shown, strict=True)
        ],
        "looked_at": looked_at,
    }
    return render(request, "routing/feed_rules.html", context, status=status)
