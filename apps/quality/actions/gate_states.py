"""What can become of an annotator at the gate, as one table."""

from __future__ import annotations

from apps.quality.models import Gating
from apps.tasks.actions import Refused

ACTIVE, PAUSED, PRACTISING = Gating

# move: (the states it starts from, the state it leads to)
GATE_MOVES: dict[str, tuple[frozenset[Gating], Gating]] = {
    # By the gate itself, or by a lead.
    "pause": (frozenset({ACTIVE, PRACTISING}), PAUSED),
    # A lead trusts them again; what they answer from now on is tested anew.
    "reinstate": (frozenset({PAUSED, PRACTISING}), ACTIVE),
    # Known tasks, with the known answer shown after each.
    "retrain": (frozenset({ACTIVE, PAUSED}), PRACTISING),
    # All of the practice is done; tested anew.
    "finish": (frozenset({PRACTISING}), ACTIVE),
}


# By a lead's hand; practice finishes by itself.
BY_HAND = frozenset({"pause", "reinstate", "retrain"})


class WrongMove(Refused):
    code = "wrong_move"


def check_gate_move(state: str, move: str) -> Gating:
    """The state that the move leads to; raises when there is no such arrow."""
    sources, target = GATE_MOVES[move]
    if state not in sources:
        raise WrongMove(f"Who is {Gating(state).label.lower()} cannot be told to {move}.")
    return target
