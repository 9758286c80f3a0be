"""Hands out what waits for review, one after the other; nobody gets what another has before them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from apps.projects.models import Membership, Project
from apps.quality.actions.reviewing import stages_of
from apps.quality.models import ReviewCase, Stage
from apps.quality.permissions import may_review

HELD_MINUTES = 30
# What another is just being given is passed over without waiting.
LOCK = "FOR NO KEY UPDATE OF c SKIP LOCKED"
# What waits for one person: not their own, and nothing that they reviewed at another stage.
FOR_ME = """
  c.state = 'waiting' AND c.annotator_id <> %(me)s AND a.apart = '' AND n.erased_at IS NULL
  AND (c.held_until IS NULL OR c.held_until < now() OR c.held_by_id = %(me)s)
  AND NOT EXISTS (
    SELECT FROM quality_seat s WHERE s.assignment_id = c.assignment_id
      AND s.reviewer_id = %(me)s AND s.stage_id <> c.stage_id)
"""
JOINED = """
  quality_reviewcase c JOIN tasks_assignment a ON a.id = c.assignment_id
  JOIN annotations_annotation n ON n.id = c.annotation_id
"""
# One stage after the other: each is one range of the index, in its order.
TAKE = f"""
WITH next AS MATERIALIZED (
  SELECT c.assignment_id FROM {JOINED}
  WHERE c.stage_id = %(stage)s AND c.assignment_id <> ALL(%(but)s) AND {FOR_ME}
  ORDER BY c.held_by_id IS DISTINCT FROM %(me)s, c.place, c.assignment_id LIMIT 1 {LOCK}
)
UPDATE quality_reviewcase c SET held_by_id = %(me)s,
  held_until = now() + make_interval(mins => {HELD_MINUTES})
FROM next WHERE c.assignment_id = next.assignment_id RETURNING c.assignment_id
"""  # noqa: S608
COUNT = f"""
SELECT count(*) FROM (
  SELECT FROM {JOINED} WHERE c.stage_id = ANY(%(stages)s) AND {FOR_ME} LIMIT 1001
) found
"""  # noqa: S608


def stages_for(member: Membership, project: Project) -> list[Stage]:
    """The stages at which somebody reviews."""
    return [
        stage
        for stage in stages_of(project)
        if may_review(role=member.role, tags=member.tags, requires=stage.requires)
    ]


@transaction.atomic
def hand_out_review(
    *, by: Membership, project: Project, but: Collection[int] = ()
) -> ReviewCase | None:
    """What they have before them, else the next that waits for them; `but` these for later."""
    stages = stages_for(by, project)
    held = ReviewCase.objects.filter(
        held_by=by, project=project, stage__in=stages, held_until__isnull=False
    ).exclude(pk__in=but)
    first = list(held.order_by("held_until", "pk").values_list("stage_id", flat=True)[:1])
    for stage in sorted(stages, key=lambda one: one.pk not in first):
        parameters: dict[str, Any] = {"me": by.pk, "stage": stage.pk, "but": list(but)}
        with connection.cursor() as cursor:
            cursor.execute(TAKE, parameters)
            row = cursor.fetchone()
        if row:
            return ReviewCase.objects.select_related("stage", "annotation", "assignment__task").get(
                pk=row[0]
            )
    return None


def count_for(*, by: Membership, project: Project) -> int:
    """How many wait for them; beyond 1,000 it says 1,001."""
    stages = [stage.pk for stage in stages_for(by, project)]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"me": by.pk, "stages": stages})
        return int(cursor.fetchone()[0])


def let_go(*, by: Membership, assignment_id: int) -> None:
    """Leave it to others, and to oneself for later."""
    ReviewCase.objects.filter(pk=assignment_id, held_by=by).update(held_by=None, held_until=None)
