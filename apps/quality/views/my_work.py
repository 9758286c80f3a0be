"""An annotator's own page: what they have done, how it goes, what came back to them.

It tells nothing that they could not know: all that they answered is counted alike, checks by known
answers too, so that no number shows which those were; results of known answers are of practice
alone, where each was shown when it was answered; how steady they are is told of all repeats
together; and of others there is nothing but what many tasks together say of one's own habits, without
the tasks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Now, TruncDay, TruncWeek
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.annotations.models import Annotation, Question
from apps.projects.models import Membership, Terms
from apps.projects.permissions import annotator_in
from apps.quality.actions.repeats import same_again
from apps.quality.measures.shares import median_of, share_of
from apps.quality.models import (
    GoesTo,
    GoldScore,
    PeopleRun,
    PersonReport,
    Review,
    ReviewCase,
    Verdict,
)
from apps.quality.views.contests import contestable
from apps.quality.views.person import LEAST_TRAINED
from apps.tasks.models import Apart, Assignment, AssignmentState

# Of one's newest answers; under so many, one's pace is not told.
RECENT, LEAST_TIMED = 500, 10
WEEKS, MOST_RETURNS = 8, 5
# A habit is told of so many answers or more; of marks, where so many tasks at least show it.
LEAST_TOLD, LEAST_TASKS, MOST_HABITS = 20, 10, 3
LEAST_REPEATS = 10


@require_GET
def my_work(request: HttpRequest, project_id: int) -> HttpResponse:
    member = annotator_in(request.user, project_id)
    counts = _counts(member)
    context = {
        "project": member.project,
        "member": member,
        "counts": counts,
        "quotas": _quotas(member, counts),
        "pace": _pace(member),
        "weeks": _weeks(member),
        "practice": _practice(member),
        "habits": _habits(member),
        "again": _again(member),
        "terms": Terms.objects.filter(pk=member.pk).first(),
        "waiting": _waiting(member),
        **_returns(member),
        **contestable(member),
    }
    return render(request, "quality/my_work.html", context)


def _counts(member: Membership) -> dict[str, int]:
    done = Q(state=AssignmentState.SUBMITTED)
    return Assignment.objects.filter(annotator=member).aggregate(
        today=Count("pk", filter=done & Q(submitted_at__gte=TruncDay(Now()))),
        week=Count("pk", filter=done & Q(submitted_at__gte=TruncWeek(Now()))),
        total=Count("pk", filter=done),
        in_hand=Count("pk", filter=Q(state=AssignmentState.LEASED)),
        skipped=Count("pk", filter=Q(state=AssignmentState.SKIPPED)),
    )


def _quotas(member: Membership, counts: dict[str, int]) -> list[dict[str, Any]]:
    found = (
        ("today", member.daily_quota, counts["today"]),
        ("in all", member.total_quota, counts["total"]),
    )
    return [
        {"words": words, "quota": quota, "done": min(done, quota), "left": max(quota - done, 0)}
        for words, quota, done in found
        if quota
    ]


def _pace(member: Membership) -> dict[str, Any]:
    """Of the first revision: to change an answer later is no part of the pace."""
    mine = Assignment.objects.filter(annotator=member, state=AssignmentState.SUBMITTED)
    # By the index of the day's quota: to look for one's own among all answers takes seconds.
    newest = mine.order_by("-submitted_at").values("pk")[:RECENT]
    first = Annotation.objects.filter(assignment__in=newest, revision=0, seconds__isnull=False)
    told = median_of(np.array(first.values_list("seconds", flat=True), float))
    if told.n < LEAST_TIMED or not told.value:
        return {"lacking": max(LEAST_TIMED - told.n, 1)}
    return {"seconds": told.value, "low": told.low, "high": told.high, "n": told.n}


def _weeks(member: Membership) -> list[dict[str, Any]]:
    """The last weeks, those without work too, newest first."""
    first = _monday(timezone.localtime()) - timedelta(weeks=WEEKS - 1)
    rows = (
        Assignment.objects.filter(
            annotator=member, state=AssignmentState.SUBMITTED, submitted_at__gte=first
        )
        .annotate(week=TruncWeek("submitted_at"))
        .values_list("week")
        .annotate(n=Count("pk"))
    )
    counted = {timezone.localtime(week).date(): n for week, n in rows}
    if not counted:
        return []
    days = [(first + timedelta(weeks=i)).date() for i in reversed(range(WEEKS))]
    most = max(counted.values())
    return [{"day": day, "n": counted.get(day, 0), "most": most} for day in days]


def _monday(at: datetime) -> datetime:
    day = at - timedelta(days=at.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _practice(member: Membership) -> dict[str, Any] | None:
    """Practice alone: there the known answer was shown. Hidden checks are never told of."""
    mine = GoldScore.objects.filter(annotator=member, assignment__apart=Apart.PRACTICE).aggregate(
        n=Count("pk"), mean=Avg("score")
    )
    if not mine["n"]:
        return None
    return share_of(mine["mean"] * mine["n"], mine["n"]).body()


def _habits(member: Membership) -> list[dict[str, Any]]:
    """Labels that are surely taken for another more than now and then. Of so many tasks that no
    single one is given away: not which was a check, nor what others said about it."""
    report = PersonReport.objects.filter(pk=member.pk).first()
    run = PeopleRun.objects.filter(project=member.project_id).first()
    if report is None or run is None:
        return []
    titles = dict(
        Question.objects.filter(project=member.project_id).asked().values_list("name", "title")
    )
    found = []
    for name, body in report.body["questions"].items():
        about = run.questions.get(name, {})
        words, is_of_things = about.get("words", []), about.get("is_of_things", False)
        found += [
            {
                **one,
                "question": titles[name],
                "shown": words[one["shown"]],
                "says": words[one["says"]],
            }
            for one in body.get("confused", [])
            if name in titles
            and one["low"] >= LEAST_TRAINED
            and one["n"] >= LEAST_TOLD
            # Of marks `n` counts things, of which one task may have many.
            and (not is_of_things or len(set(one["tasks"])) >= LEAST_TASKS)
            and max(one["shown"], one["says"]) < len(words)
        ]
    return sorted(found, key=lambda one: -one["times"])[:MOST_HABITS]


def _again(member: Membership) -> dict[str, Any] | None:
    """How like their two answers are where a task came back. Only by whole tens: one more would show
    that the task before it was one, and whether both answers were alike.
    """
    return same_again(annotator_id=member.pk, by=LEAST_REPEATS).get("")


def _waiting(member: Membership) -> int:
    mine = ReviewCase.objects.returned_to(member).filter(assignment__head_id=F("annotation_id"))
    return mine.count()


def _returns(member: Membership) -> dict[str, Any]:
    """What reviewers wrote to them; who wrote it is not said, nor what others answered."""
    mine = Review.objects.standing().filter(
        seat__annotator=member, verdict=Verdict.RETURN, goes_to=GoesTo.SAME
    )
    newest = mine.select_related("annotation__task").order_by("-pk")
    return {"returns": list(newest[:MOST_RETURNS]), "return_count": mine.count()}
