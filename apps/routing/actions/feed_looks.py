"""Whether a model in use has become worse: each look at predictions that have become old enough."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Sum
from django.urls import reverse

from apps.accounts.actions import notify
from apps.accounts.models import Told
from apps.annotations.models import Question
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.models import Membership, Project, Role
from apps.routing.actions.drifting import bar_of
from apps.routing.actions.feed_counts import LONG_AGO
from apps.routing.actions.feed_tasks import Wanted, take
from apps.routing.actions.learning import ask_to_learn
from apps.routing.learners.in_use import chance_of_fall
from apps.routing.models import ChosenBy, FeedCount, FeedLook, FeedPlan

if TYPE_CHECKING:
    from apps.accounts.models import User

# So many predictions with an outcome make a look.
LEAST = 200
# A smaller fall is sure, perhaps, and of no weight.
LEAST_FALL = 0.02
MOST_RELABELLED = 2_000

# As was known when each was as old as is asked: else those that waited longer, and had more
# outcomes corrected, would be held against those that have just become old enough.
JUDGED = """
SELECT count(*), count(*) FILTER (WHERE is_right) FROM (
  SELECT DISTINCT ON (p.id) o.value = p.answers -> %(name)s AS is_right
    FROM routing_prediction p JOIN routing_outcome o
      ON o.project_id = p.project_id AND o.key = p.key AND o.question_id = %(question)s
     AND o.known_at <= p.predicted_at + make_interval(days => %(days)s)
   WHERE p.project_id = %(project)s AND p.model = %(model)s AND p.answers ? %(name)s
     AND p.predicted_at <= %(until)s AND p.predicted_at > %(since)s
   ORDER BY p.id, o.known_at DESC, o.id DESC) judged
"""
LOT = """
SELECT id FROM routing_prediction
 WHERE project_id = %s AND model = %s AND predicted_at > %s AND predicted_at <= %s
   AND task_id IS NULL AND chosen_by = '' AND data IS NOT NULL
 ORDER BY draw, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""


class NothingToRelabel(BadInput):
    """There is nothing of which tasks could be made: a sentence for each field at fault."""

    code = "nothing_to_relabel"


def look_for_falls(*, plan: FeedPlan, at: datetime) -> list[FeedLook]:
    """One look at each model and question of which enough has become old enough."""
    counts = FeedCount.objects.filter(project=plan.project_id).select_related("question")
    looks = [
        _look(plan, one.question, one.model, at) for one in counts.order_by("question", "model")
    ]
    return [look for look in looks if look is not None]


@transaction.atomic
def _look(plan: FeedPlan, question: Question, model: str, at: datetime) -> FeedLook | None:
    """Of whom looks at the same time one waits, and finds the other's look."""
    project = Project.objects.select_for_update(no_key=True).get(pk=plan.project_id)
    mine = FeedLook.objects.filter(project=project, question=question, model=model)
    last = mine.order_by("-pk").first()
    until = at - timedelta(days=plan.maturity_days)
    if last is not None and last.until_at >= until:
        return None
    look = FeedLook(
        project=project,
        question=question,
        model=model,
        since_at=None if last is None else last.until_at,
        until_at=until,
        maturity_days=plan.maturity_days,
    )
    look.number, look.right = _judged(look, plan)
    if look.number < LEAST:
        return None
    alarm = mine.filter(is_alarm=True).order_by("-pk").values_list("pk", flat=True).first()
    alike = mine.filter(pk__gt=alarm or 0, maturity_days=plan.maturity_days)
    before = alike.aggregate(n=Sum("number"), right=Sum("right"))
    if before["n"]:
        _compare(look, before["right"], before["n"])
    look.save()
    if look.is_alarm:
        _tell(look, at)
    return look


def _judged(look: FeedLook, plan: FeedPlan) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            JUDGED,
            {
                "project": look.project_id,
                "question": look.question_id,
                "name": look.question.name,
                "model": look.model,
                "days": plan.maturity_days,
                "since": look.since_at or LONG_AGO,
                "until": look.until_at,
            },
        )
        number, right = cursor.fetchone()
        return int(number), int(right)


def _compare(look: FeedLook, right: int, number: int) -> None:
    """Looks at all models and questions of a project spend one rate: see `bar_of`."""
    look.before_right, look.before_number = right, number
    look.look = _looks_since_alarm(look.project) + 1
    look.bar = bar_of(look.look)
    look.p_value = chance_of_fall(look.right, look.number, right, number)
    fall = right / number - look.right / look.number
    look.is_alarm = look.p_value <= look.bar and fall >= LEAST_FALL


def _looks_since_alarm(project: Project) -> int:
    looks = FeedLook.objects.filter(project=project, look__isnull=False)
    alarm = looks.filter(is_alarm=True).order_by("-pk").values_list("pk", flat=True).first()
    return looks.filter(pk__gt=alarm or 0).count()


def _tell(look: FeedLook, at: datetime) -> None:
    project = look.project
    leads = Membership.objects.active().people().filter(project=project, role=Role.LEAD)
    now, before = look.right / look.number, look.before_right / look.before_number
    text = (
        f"The model {look.model[:60]} in {project} has become worse: {100 * now:.0f} % of {look.number:,}"
        f" predictions were right, {100 * before:.0f} % before."
    )
    notify(
        user_ids=list(leads.values_list("user_id", flat=True)),
        kind=Told.FALL,
        text=text,
        url=reverse("routing:in_use", args=[project.pk]),
        project_id=project.pk,
        at=at,
    )


@transaction.atomic
def relabel(*, look: FeedLook, count: int, level: float, by: User, at: datetime) -> int:
    """Some of the predictions of a look, by lot, become tasks, and models here learn anew from what
    is known; how many. Raises NothingToRelabel.

    They stand apart from the lot of the rules: by that all predictions are judged alike.
    """
    since = look.since_at or LONG_AGO
    with connection.cursor() as cursor:
        cursor.execute(LOT, (look.project_id, look.model, since, look.until_at, count))
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        said = "None of these predictions was sent with data to show, or they all are tasks."
        raise NothingToRelabel({"count": said})
    wanted = Wanted(ChosenBy.FALL, level)
    made = take(project=look.project, ids=ids, wanted=wanted, at=at)
    told: dict[str, Any] = {"model": look.model, "tasks": made, "level": level}
    record("feed.relabelled", project=look.project, by=by, changed=told)
    ask_to_learn(project=look.project, by=by)
    return made
