"""The life of an assignment as one table: which action leads from where to where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.tasks.models import AssignmentState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.tasks.models import Assignment

LEASED, SUBMITTED, SKIPPED, RETURNED, EXPIRED = AssignmentState


class Refused(Exception):
    """What was asked cannot be done now. `code` is for programs, the sentence for people."""

    code = "refused"


class IllegalMove(Refused):
    code = "illegal_move"


class AlreadySubmitted(IllegalMove):
    code = "already_submitted"


# action: (the states it starts from, the state it leads to). None is "not lent before".
MOVES: dict[str, tuple[frozenset[AssignmentState | None], AssignmentState]] = {
    "hand_out": (frozenset({None, RETURNED, EXPIRED, SKIPPED}), LEASED),
    # Saving a draft renews the lease, and takes a lost one up again while its slot is free.
    "renew": (frozenset({LEASED, RETURNED, EXPIRED}), LEASED),
    # An answer is never turned away for being late; whether it counts is another question.
    "submit": (frozenset({LEASED, RETURNED, EXPIRED, SKIPPED}), SUBMITTED),
    "skip": (frozenset({LEASED, EXPIRED}), SKIPPED),
    "release": (frozenset({LEASED, EXPIRED}), RETURNED),
    "withdraw": (frozenset({LEASED}), RETURNED),
    "take_back": (frozenset({LEASED}), EXPIRED),
}


def check_move(assignment: Assignment, action: str) -> AssignmentState:
    """The state that the action leads to; raises when there is no such arrow."""
    sources, target = MOVES[action]
    if assignment.state in sources:
        return target
    if assignment.state == SUBMITTED:
        raise AlreadySubmitted("This task is already submitted. Revise the answer to change it.")
    state = AssignmentState(assignment.state).label.lower()
    raise IllegalMove(f"An assignment that is {state} cannot {action.replace('_', ' ')}.")


def arrows() -> Iterator[tuple[str, str, str]]:
    """(source, target, action), for the diagram."""
    for action, (sources, target) in MOVES.items():
        for source in sorted(sources, key=lambda s: (s is not None, s or "")):
            yield source.value if source else "", target.value, action
