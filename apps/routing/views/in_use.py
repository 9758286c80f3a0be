"""How good models are where they are in use, and what becomes of what they said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.projects.actions.background import last_job, stop_all
from apps.projects.http import show_errors
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.routing.actions.drifting import RATE
from apps.routing.actions.feed_looks import LEAST, NothingToRelabel, relabel
from apps.routing.actions.feed_report import PERIODS, chosen_of, counts_of, report_of
from apps.routing.actions.feed_rules import BadFeedRules, change_feed, plan_of_feed, rules_of_feed
from apps.routing.actions.feed_work import KIND, ask_for_feed
from apps.routing.forms import FeedDaysForm, RelabelForm
from apps.routing.models import FeedLook, Prediction
from apps.routing.views import in_use_words as words

DEFAULT_PERIOD = "13"
MOST_LOOKS = 30
# So long an alarm stands at the head of the page.
FRESH = timedelta(days=30)


@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    return _page(request, project_for(request.user, project_id, May.LEAD))


@require_POST
def run(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    ask_for_feed(project=project, by=request.user)
    return redirect("routing:in_use", project.pk)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LEAD)
    return how_far(request, project, KIND, "routing/feed_job.html")


@require_POST
def cancel(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    stop_all(project=project, kind=KIND, at=timezone.now())
    messages.info(request, "Stopped. Tasks that were made stay.")
    return redirect("routing:in_use", project.pk)


@require_POST
def days(request: HttpRequest, project_id: int) -> HttpResponse:
    """From the next count on, which is asked for at once."""
    project = project_for(request.user, project_id, May.LEAD)
    form = FeedDaysForm(request.POST)
    if form.is_valid():
        try:
            change_feed(project=project, by=request.user, at=timezone.now(), **form.cleaned_data)
        except BadFeedRules as bad:
            show_errors(form, bad.errors)
        else:
            ask_for_feed(project=project, by=request.user)
            messages.success(request, "Saved. The predictions are counted anew.")
            return redirect("routing:in_use", project.pk)
    return _page(request, project, kept=form)


@require_POST
def again(request: HttpRequest, project_id: int, look_id: int) -> HttpResponse:
    """Make tasks of some predictions of a look that raised an alarm, and let models learn anew."""
    project = project_for(request.user, project_id, May.LEAD)
    look = get_object_or_404(FeedLook, project=project, pk=look_id)
    form = RelabelForm(request.POST)
    if form.is_valid():
        try:
            made = relabel(look=look, by=request.user, at=timezone.now(), **form.cleaned_data)
        except NothingToRelabel as bad:
            show_errors(form, bad.errors)
        else:
            said = f"{made:,} of its predictions are tasks now, and the models here learn anew."
            messages.success(request, said)
            return redirect("routing:in_use", project.pk)
    return _page(request, project, helps=form)


def _page(
    request: HttpRequest,
    project: Project,
    *,
    kept: FeedDaysForm | None = None,
    helps: RelabelForm | None = None,
) -> HttpResponse:
    plan, asked = plan_of_feed(project), request.GET
    count = chosen_of(project, (asked.get("question", ""), asked.get("model", "")))
    period = asked.get("period", DEFAULT_PERIOD)
    period = period if period in PERIODS else DEFAULT_PERIOD
    context: dict[str, Any] = {
        "project": project,
        "job": last_job(project, KIND),
        "plan": plan,
        "days": kept
        or FeedDaysForm(
            initial={
                "maturity_days": plan.maturity_days,
                "retention_days": plan.retention_days,
            }
        ),
        "helps": helps or RelabelForm(),
        "rules": rules_of_feed(project),
        "rate": RATE,
        "least": LEAST,
        "period": period,
        "periods": words.PERIODS.items(),
    }
    if count is not None:
        context |= words.page_of(report_of(count=count, period=period, at=timezone.now()))
        context |= {"count": count, "counts": counts_of(project), **_looks(project)}
    else:
        context["is_fed"] = Prediction.objects.filter(project=project).exists()
    return render(request, "routing/in_use.html", context, status=422 if kept or helps else 200)


def _looks(project: Project) -> dict[str, Any]:
    looks = FeedLook.objects.filter(project=project).select_related("question").order_by("-pk")
    shown = [words.looked(look) for look in looks[:MOST_LOOKS]]
    fresh = timezone.now() - FRESH
    alarm = next(
        (one for one in shown if one["look"].is_alarm and one["look"].made_at > fresh), None
    )
    return {"looks": shown, "alarm": alarm}
