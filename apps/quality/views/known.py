"""What the page of known answers shows, in a few queries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef

from apps.annotations.models import Gold, Question
from apps.annotations.views.items import chips_of, words_of
from apps.core.figures import Scale
from apps.projects.http.looks import looked_at
from apps.projects.models import Membership, Project, Role, Seen
from apps.quality.actions.gold import sure_consensus
from apps.quality.gates import Bars, catch_of, gates
from apps.quality.models import (
    Adjudication,
    GateEvent,
    GateState,
    Gating,
    GoldPlan,
    GoldScore,
    Outcome,
)

MOST_PEOPLE, MOST_KNOWN, MOST_OFFERED, MOST_EVENTS = 200, 20, 12, 8
# Of so many sure answers the tasks are offered.
MOST_LOOKED_AT = 200


def plan_of(project: Project) -> GoldPlan:
    return GoldPlan.objects.filter(project=project).first() or GoldPlan(project=project)


def page_of(project: Project) -> dict[str, Any]:
    plan = plan_of(project)
    questions = list(Question.objects.filter(project=project).asked())
    people = people_of(project)
    known = _known(project, questions)
    return {
        "plan": plan,
        "people": people,
        "scale": Scale.around(
            [x for one in people for x in (one.gate.low, one.gate.high)] + [plan.good]
        ),
        "counts": {
            "known": Gold.objects.filter(task__project=project).count(),
            "paused": sum(one.gate.state == Gating.PAUSED for one in people),
            "over": sum(one.is_over for one in people),
        },
        "known": known,
        "offers": [*_decided(project, questions), *_sure(project, questions)],
        "catches": catches_of(plan.gate, plan.bars),
        "events": GateEvent.objects.filter(annotator__project=project)
        .select_related("annotator__user", "by")
        .order_by("-pk")[:MOST_EVENTS],
        "enough": odds_of(plan.bars.needed),
        "test": {"label": gates[plan.gate].label},
        "tests": [{"label": one.label, "summary": one.summary} for one in gates.values()],
    }


@dataclass(frozen=True)
class Person:
    member: Membership
    gate: GateState

    @property
    def is_over(self) -> bool:
        """Caught, and nothing has been done about it."""
        return self.gate.state == Gating.ACTIVE and self.gate.caught_after is not None

    @property
    def odds(self) -> str:
        return odds_of(self.gate.evidence)

    @property
    def moves(self) -> list[tuple[str, str]]:
        return {
            Gating.ACTIVE: [("pause", "Pause"), ("retrain", "Have them practise")],
            Gating.PAUSED: [("reinstate", "Reinstate"), ("retrain", "Have them practise")],
            Gating.PRACTISING: [("reinstate", "End the practice")],
        }[Gating(self.gate.state)]


def odds_of(evidence: float) -> str:
    odds = math.exp(min(evidence, 20.0))
    return f"{odds:,.0f}" if odds >= 10 else f"{odds:.1f}"


def people_of(project: Project) -> list[Person]:
    """Who is paused first, then who is nearest to it."""
    members = list(
        Membership.objects.active()
        .filter(project=project, user__isnull=False, role=Role.ANNOTATOR)
        .select_related("user")
        .order_by("pk")[:MOST_PEOPLE]
    )
    gates_of = GateState.objects.in_bulk([member.pk for member in members])
    people = [
        Person(
            member,
            gates_of.get(member.pk) or GateState(annotator=member, project=project),
        )
        for member in members
    ]
    return sorted(people, key=lambda one: (one.gate.state == Gating.ACTIVE, -one.gate.evidence))


def catches_of(gate: str, bars: Bars) -> list[dict[str, Any]]:
    """For some who are bad: when half of them, and 19 of 20, are caught."""
    shares = (bars.bad - 0.2, bars.bad, (bars.bad + bars.good) / 2)
    return [
        {"share": share, "catch": catch_of(gates[gate], round(share, 3), bars)}
        for share in shares
        if share > 0
    ]


def _known(project: Project, questions: Sequence[Question]) -> list[dict[str, Any]]:
    rows = list(
        Gold.objects.filter(task__project=project)
        .select_related("task")
        .order_by("-pk")[:MOST_KNOWN]
    )
    scores = {
        task: (number, mean)
        for task, number, mean in GoldScore.objects.filter(
            project=project, task__in=[row.task_id for row in rows]
        )
        .values_list("task")
        .annotate(Count("pk"), Avg("score"))
    }
    looked_at([row.task_id for row in rows], Seen.ANSWERS)
    return [
        {
            "gold": row,
            "words": words_of(row.task, project),
            "chips": chips_of(row.answers, questions),
            "answers": scores.get(row.task_id, (0, None))[0],
            "mean": scores.get(row.task_id, (0, None))[1],
        }
        for row in rows
    ]


def _decided(project: Project, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """What people decided and is not known yet."""
    rows = (
        Adjudication.objects.heads()
        .filter(project=project, outcome=Outcome.DECIDED)
        .exclude(Exists(Gold.objects.filter(task=OuterRef("task"))))
        .select_related("task", "decided_by")
        .order_by("-pk")[:MOST_OFFERED]
    )
    looked_at([row.task_id for row in rows], Seen.ANSWERS)
    return [
        {
            "task": row.task,
            "words": words_of(row.task, project),
            "chips": chips_of(row.answers, questions),
            "of": "decision",
            "why": f"decided by {row.decided_by}",
        }
        for row in rows
    ]


def _sure(project: Project, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """What the answers say without doubt, for somebody to confirm."""
    found = sure_consensus(project).select_related("task", "question").order_by("pk")
    by_task: dict[int, list[Any]] = defaultdict(list)
    for row in found[:MOST_LOOKED_AT]:
        by_task[row.task_id].append(row)
    offered = list(by_task.values())[:MOST_OFFERED]
    looked_at([rows[0].task_id for rows in offered], Seen.ANSWERS)
    offers = []
    for rows in offered:
        sure = [row.probability for row in rows if row.probability is not None]
        offers.append(
            {
                "task": rows[0].task,
                "words": words_of(rows[0].task, project),
                "chips": chips_of({row.question.name: row.value for row in rows}, questions),
                "of": "consensus",
                "why": f"probable by {min(sure):.3f}" if sure else f"all {len(rows[0].saw)} agree",
            }
        )
    return offers
