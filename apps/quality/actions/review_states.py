"""What can become of an answer in review, as one table."""

from __future__ import annotations

from collections.abc import Iterator

from apps.quality.models import ReviewState
from apps.tasks.actions import Refused

WAITING, RETURNED, CONTESTED, ACCEPTED, REJECTED = ReviewState

# move: (the states it starts from, the state it leads to). None is "not in review before".
REVIEW_MOVES: dict[str, tuple[frozenset[ReviewState | None], ReviewState]] = {
    # A stage takes it; or a stage behind takes what was accepted.
    "take_up": (frozenset({None}), WAITING),
    "pass_on": (frozenset({WAITING, CONTESTED}), WAITING),
    "accept": (frozenset({WAITING, CONTESTED}), ACCEPTED),
    "return": (frozenset({WAITING}), RETURNED),
    "reject": (frozenset({WAITING}), REJECTED),
    # By its annotator: another answer, or an objection, which a third person decides.
    "revise": (frozenset({RETURNED}), WAITING),
    "contest": (frozenset({RETURNED, REJECTED}), CONTESTED),
    "uphold": (frozenset({CONTESTED}), RETURNED),
    "uphold_rejection": (frozenset({CONTESTED}), REJECTED),
    # By its reviewer, while nobody has acted on the verdict.
    "undo": (frozenset({WAITING, RETURNED, ACCEPTED, REJECTED}), WAITING),
    # By the lead, who added a stage behind.
    "send_on": (frozenset({ACCEPTED}), WAITING),
    # What was accepted was changed since, so it is not what was accepted.
    "reopen": (frozenset({ACCEPTED}), WAITING),
}


class IllegalReview(Refused):
    code = "illegal_review"


def check_review_move(state: str | None, move: str) -> ReviewState:
    """The state that the move leads to; raises when there is no such arrow."""
    sources, target = REVIEW_MOVES[move]
    if state in sources:
        return target
    told = ReviewState(state).label if state else "Not in review"
    raise IllegalReview(f"This answer is not to be judged now. Its state: {told}.")


def review_arrows() -> Iterator[tuple[str, str, str]]:
    """(source, target, move), for the diagram."""
    for move, (sources, target) in REVIEW_MOVES.items():
        for source in sorted(sources, key=lambda s: s or ""):
            yield source.value if source else "", target.value, move
