"""The gate of each annotator: what their known answers say, and what follows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.consensus.aggregators.skills import wilson
from apps.core.audit import record
from apps.projects.models import Membership, Project, Role, Terms
from apps.quality.actions.gate_states import check_gate_move
from apps.quality.actions.telling import tell_of_gate
from apps.quality.gates import gates
from apps.quality.gates.base import FloatArray
from apps.quality.gates.rate import check_rate
from apps.quality.models import GateEvent, GateState, Gating, GoldPlan, GoldScore
from apps.tasks.models import Apart, Assignment

if TYPE_CHECKING:
    from apps.accounts.models import User

TOLD = (
    "Some of your answers differ from what is known about their tasks more often than this project"
    " can take. It may be the guideline as well as you. The lead has been told, and goes on with"
    " you from here. What you have answered is kept."
)
# Of older ones nobody has doubts any more, and each answer reads them anew.
MOST_SCORES = 5_000


@transaction.atomic
def refresh_gates(*, project: Project, annotator_ids: Iterable[int]) -> None:
    """Bring gates and terms up to the scores. Who is caught is paused, if the lead wants that."""
    plan = GoldPlan.objects.filter(project=project, is_on=True).first()
    if plan is None:
        return
    members = Membership.objects.filter(
        project=project, pk__in=list(annotator_ids), user__isnull=False, role=Role.ANNOTATOR
    ).order_by("pk")
    for member in members:
        _refresh(plan, member)


def _refresh(plan: GoldPlan, member: Membership) -> None:
    gate = _locked(member)
    _measure(plan, gate)
    gate.save()
    if gate.state == Gating.ACTIVE and gate.caught_after is not None:
        at = timezone.now()
        if plan.is_pausing:
            _move(gate, "pause", by=None, at=at, reason=said_of(gate, plan))
    elif gate.state == Gating.PRACTISING and not _practice_left(plan, gate):
        _move(gate, "finish", by=None, at=timezone.now())
        _measure(plan, gate)
        gate.save()
    write_terms(plan, gate)


def _locked(member: Membership) -> GateState:
    GateState.objects.get_or_create(annotator=member, defaults={"project_id": member.project_id})
    return GateState.objects.select_for_update().get(annotator=member)


def _measure(plan: GoldPlan, gate: GateState) -> None:
    scores = evidence_of(plan, gate)
    found = gates[plan.gate].read(scores, plan.bars)
    gate.answers, gate.evidence, gate.caught_after = found.answers, found.now, found.caught_at
    gate.mean = gate.low = gate.high = None
    if scores.size:
        gate.mean = float(scores.mean())
        low, high = wilson(np.array([gate.mean]), np.array([float(scores.size)]))
        gate.low, gate.high = float(low[0]), float(high[0])


def evidence_of(plan: GoldPlan, gate: GateState) -> FloatArray:
    """The scores that count, in order; right or wrong where the gate takes them so."""
    rows = GoldScore.objects.filter(annotator=gate.annotator_id).evidence(since=gate.begun_at)
    found = np.array(list(rows.values_list("score", flat=True)[:MOST_SCORES]), np.float64)
    if gates[plan.gate].is_yes_or_no:
        return (found >= plan.right_from).astype(np.float64)
    return found


def said_of(gate: GateState, plan: GoldPlan) -> str:
    """What the lead reads: the figures, and how sure they make one."""
    if gate.mean is None or gate.low is None or gate.high is None:
        return "No known answer counts yet."
    return (
        f"{gate.mean:.0%} on {gate.answers} known answers, 95 % between {gate.low:.0%} and"
        f" {gate.high:.0%}; good is {plan.good:.0%}. Evidence {_odds(gate.evidence)} to 1,"
        f" {_odds(plan.bars.needed)} to 1 is enough."
    )


def _odds(evidence: float) -> str:
    odds = math.exp(min(evidence, 20.0))
    return f"{odds:,.0f}" if odds >= 10 else f"{odds:.1f}"


def _practice_left(plan: GoldPlan, gate: GateState) -> int:
    """Of the practice that began when the state last changed."""
    done = Assignment.objects.filter(
        annotator=gate.annotator_id,
        apart=Apart.PRACTICE,
        state="submitted",
        submitted_at__gt=gate.changed_at,
    ).count()
    return max(0, plan.practice - done)


def write_terms(plan: GoldPlan, gate: GateState) -> None:
    """What the hand-out goes by: one row that nothing else writes."""
    rate = check_rate(
        low=gate.low,
        high=gate.high,
        evidence=gate.evidence,
        bars=plan.bars,
        floor=plan.floor,
        ceiling=plan.ceiling,
    )
    is_paused = gate.state == Gating.PAUSED
    is_practising = gate.state == Gating.PRACTISING
    Terms.objects.update_or_create(
        annotator_id=gate.annotator_id,
        defaults={
            "check_rate": rate,
            "practice_left": _practice_left(plan, gate) if is_practising else 0,
            "paused_at": gate.changed_at if is_paused else None,
            "pause_reason": TOLD if is_paused else "",
        },
    )


@transaction.atomic
def move_annotator(
    *, member: Membership, move: str, by: User, at: datetime, reason: str = ""
) -> GateState:
    """A lead's word: pause, reinstate or retrain. Raises WrongMove."""
    plan, _ = GoldPlan.objects.get_or_create(project_id=member.project_id)
    gate = _locked(member)
    _move(gate, move, by=by, at=at, reason=reason.strip())
    _measure(plan, gate)
    gate.save()
    write_terms(plan, gate)
    return gate


def _move(gate: GateState, move: str, *, by: User | None, at: datetime, reason: str = "") -> None:
    gate.state = check_gate_move(gate.state, move)
    gate.changed_at = at
    if gate.state == Gating.ACTIVE:
        gate.begun_at = at
    gate.save()
    GateEvent.objects.create(
        annotator_id=gate.annotator_id, move=move, reason=reason, by=by, happened_at=at
    )
    member = gate.annotator
    record("gate.moved", project=member.project, by=by, subject=member, move=move)
    tell_of_gate(
        annotator_id=gate.annotator_id, move=move, is_by_itself=by is None, reason=reason, at=at
    )


def refresh_all(*, project: Project) -> None:
    """After a change of the plan: everybody who has a gate or a known answer."""
    members = Membership.objects.filter(project=project).filter(
        Q(gate__isnull=False)
        | Q(pk__in=GoldScore.objects.filter(project=project).values("annotator"))
    )
    refresh_gates(project=project, annotator_ids=list(members.values_list("pk", flat=True)))
