"""What it is worth to decide a conflict: the best order for whoever has an hour.

A decision puts a task's answer right where it is wrong, so it is worth as much as the answer is in
doubt: one less the probability of the consensus (Sheng, Provost and Ipeirotis 2008, *Get another
label?*, KDD, section 4, order by such uncertainty). And it tells how the same dispute is to be
decided elsewhere, the more the more of them wait and the fewer were decided before; that grows with
the logarithm, since each further case teaches less:

    worth = doubt · (1 + log2(1 + others waiting / (1 + decided)))

The doubt is summed over the questions that are in dispute. Ties go by the spread of the answers,
which is the task's part in the observed disagreement of alpha.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from apps.annotations.models import Question
from apps.consensus.models import Consensus
from apps.core import outbox
from apps.core.json import canonical
from apps.quality.models import Conflict

# The worth of the others is told anew when their number has changed by more than a quarter, so that
# each is written a few times however many there are.
CHANGED = 0.25
AT_ONCE = 2_000
CONSUMER = "quality.worth"


def worth_of(doubt: float, *, others: int, decided: int) -> float:
    """See above.

    >>> worth_of(0.5, others=0, decided=0), worth_of(0.5, others=7, decided=0)
    (0.5, 2.0)
    >>> worth_of(0.5, others=7, decided=6)
    1.0
    """
    return doubt * (1 + math.log2(1 + others / (1 + decided)))


def dispute_of(
    over: Mapping[str, float], answers: Iterable[Mapping[str, Any]], questions: Iterable[Question]
) -> bytes:
    """A digest of the question that is most in dispute and of the values it is about.

    Of sets, the labels that some have and others have not. Empty where answers have no labels.
    """
    worst = max(over, key=lambda name: over[name], default="")
    question = next((one for one in questions if one.name == worst), None)
    form = question.behaviour.form(question.config) if question else None
    values = [each[worst] for each in answers if worst in each]
    about: set[bytes] = set()
    if form == "label":
        about = {canonical(value) for value in values}
    elif form == "set":
        sets = [{canonical(label) for label in value} for value in values]
        about = about.union(*sets) - sets[0].intersection(*sets)
    else:
        return b""
    return hashlib.sha256(b"\0".join([worst.encode(), *sorted(about)])).digest()


def doubts_of(conflicts: Sequence[Conflict]) -> dict[int, float]:
    """By task, how many of the disputed answers are wrong as they stand. One query.

    Where the method has learned no probability yet, the share of the answers that say otherwise.
    """
    over = {one.task_id: one.questions for one in conflicts}
    found = dict.fromkeys(over, 0.0)
    rows = Consensus.objects.filter(task__in=over).values_list(
        "task_id", "question__name", "probability", "share"
    )
    for task_id, name, probability, share in rows:
        if name in over[task_id]:
            found[task_id] += 1 - (share if probability is None else probability)
    return {task_id: max(doubt, 0.0) for task_id, doubt in found.items()}


# One statement. Rows that somebody else holds are left: they are told when the number changes next,
# and who decides never waits for who decides another of the same dispute.
TELL = """
WITH counted AS (
  SELECT dispute, count(*) FILTER (WHERE state = 'open') AS waiting,
         count(*) FILTER (WHERE state = 'decided') AS decided
    FROM quality_conflict WHERE project_id = %(project)s AND dispute = ANY(%(disputes)s)
     AND dispute <> '' GROUP BY dispute
), stale AS (
  SELECT one.task_id, waiting, decided
    FROM quality_conflict one JOIN counted USING (dispute)
   WHERE one.project_id = %(project)s AND one.state = 'open'
     AND (one.task_id = ANY(%(tasks)s) OR abs(waiting - one.alike) > %(changed)s * one.alike)
   ORDER BY one.task_id FOR UPDATE OF one SKIP LOCKED
)
UPDATE quality_conflict one SET alike = stale.waiting, worth = one.doubt
       * (1 + ln(1 + (stale.waiting - 1.0) / (1 + stale.decided)) / ln(2.0))
  FROM stale WHERE one.task_id = stale.task_id
"""


def tell_worth(*, project_id: int, disputes: Iterable[bytes], task_ids: Sequence[int] = ()) -> None:
    """Tell what decisions are worth about these disputes: of these tasks, and of the others where
    their number has changed enough."""
    wanted = {bytes(one) for one in disputes} - {b""}
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            TELL,
            {
                "project": project_id,
                "disputes": list(wanted),
                "tasks": list(task_ids),
                "changed": CHANGED,
            },
        )


def doubt_anew(project_id: int) -> None:
    """After all tasks were judged anew: what is in doubt is another thing now."""
    if not outbox.take(consumer=CONSUMER, scope_id=project_id):
        return
    last = 0
    waiting = Conflict.objects.filter(project=project_id).open().order_by("pk")
    while rows := list(waiting.filter(pk__gt=last)[:AT_ONCE]):
        with transaction.atomic():
            _doubt_anew(project_id, [one.pk for one in rows])
        last = rows[-1].pk


def _doubt_anew(project_id: int, task_ids: Sequence[int]) -> None:
    held = Conflict.objects.filter(pk__in=task_ids).open().order_by("pk").select_for_update()
    rows = list(held)
    doubts = doubts_of(rows)
    for one in rows:
        one.worth = one.doubt = doubts[one.task_id]
    Conflict.objects.bulk_update(rows, fields=["doubt", "worth"])
    tell_worth(
        project_id=project_id,
        disputes=[bytes(one.dispute) for one in rows],
        task_ids=[one.pk for one in rows],
    )
