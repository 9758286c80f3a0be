"""What a ruling on an appeal says, and how it becomes a decision about the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.core.faults import BadInput
from apps.quality.actions.decisions import adjudicate
from apps.quality.actions.gold import set_gold
from apps.quality.actions.verdicts import LONGEST_REASON
from apps.quality.models import Adjudication, Appeal, Outcome
from apps.tasks.actions import Refused

if TYPE_CHECKING:
    from apps.accounts.models import User


class HasSeenIt(Refused):
    code = "has_seen_it"


class DecidedAlready(Refused):
    code = "decided_already"


class BadAppeal(BadInput):
    """{"text": sentence}."""

    code = "bad_appeal"


@dataclass(frozen=True)
class Ruling:
    """What is decided about an appeal. `rule` is a heading of the guideline as it stands."""

    outcome: str
    explanation: str
    rule: str = ""
    # Overturned from outside: the right answers, and the last word about the task they follow.
    answers: Mapping[str, Any] = field(default_factory=dict)
    follows: int | None = None
    # The right answer becomes known, so that annotators are checked by it; or an example.
    is_gold: bool = False
    is_example: bool = False


def decide_on(
    appeal: Appeal, by: User, ruling: Ruling, answers: Mapping[str, Any], at: datetime
) -> Adjudication:
    """The answers as a decision about the task. Raises BadDecision and DecisionStands."""
    return adjudicate(
        task=appeal.task,
        by=by,
        at=at,
        outcome=Outcome.DECIDED,
        answers=answers,
        sources={},
        reason=ruling.explanation,
        follows=ruling.follows,
        is_example=ruling.is_example,
    )


def decide_task(
    appeal: Appeal, by: User, ruling: Ruling, answers: Mapping[str, Any], at: datetime
) -> Adjudication:
    """And known, where the ruling says so."""
    decision = decide_on(appeal, by, ruling, answers, at)
    if ruling.is_gold:
        set_gold(
            task=appeal.task,
            answers=decision.answers,
            source=f"appeal {appeal.pk}",
            explanation=ruling.explanation,
            at=at,
        )
    return decision


def clean_appeal_text(text: str, name: str) -> str:
    """As it is kept. Raises BadAppeal, which names the field."""
    text = text.strip()
    if not text or len(text) > LONGEST_REASON or "\0" in text:
        raise BadAppeal({name: f"Give a text of 1 to {LONGEST_REASON:,} characters."})
    return text
