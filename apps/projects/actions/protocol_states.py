"""The states of a protocol, and the one function that refuses what a locked one does not allow."""

from __future__ import annotations

from enum import StrEnum

from apps.projects.actions.faults import BadProject
from apps.projects.http import Locked
from apps.projects.models import Project, Protocol, ProtocolState


class Move(StrEnum):
    SWITCH_ON = "switch the protocol on"
    SWITCH_OFF = "switch the protocol off"
    AMEND = "open an amendment"
    CLOSE = "close the amendment"


# What leads do. One more move is the database's: with the first answer OPEN becomes LOCKED, and what
# is switched on where there are answers is locked at once.
MOVES: dict[tuple[ProtocolState, Move], ProtocolState] = {
    (ProtocolState.OFF, Move.SWITCH_ON): ProtocolState.OPEN,
    (ProtocolState.OPEN, Move.SWITCH_OFF): ProtocolState.OFF,
    (ProtocolState.LOCKED, Move.AMEND): ProtocolState.AMENDED,
    (ProtocolState.AMENDED, Move.CLOSE): ProtocolState.LOCKED,
    # Switched off, nothing is locked any more: the amendment that did it is closed by it.
    (ProtocolState.AMENDED, Move.SWITCH_OFF): ProtocolState.OFF,
}
# What to do instead, of those that somebody may try.
INSTEAD: dict[tuple[ProtocolState, Move], str] = {
    (ProtocolState.LOCKED, Move.SWITCH_OFF): "It is locked: open an amendment first.",
    (ProtocolState.OPEN, Move.AMEND): "Nothing is answered yet: change what you want to change.",
    (ProtocolState.OFF, Move.AMEND): "The project has no protocol: change what you want to change.",
    (ProtocolState.AMENDED, Move.AMEND): "An amendment is open already. Close it first.",
}
# What a locked protocol does not allow: by the event of the audit log, the end of "you may not …".
LOCKED: dict[str, str] = {
    "project.changed": "change settings on which the answers depend",
    "project.fields": "change what tasks show",
    "project.overlap": "change how many answers tasks get",
    "project.deleted": "delete the project",
    "questions.changed": "change the questions",
    "guideline.published": "change the guideline",
    "stages.changed": "change the stages of review",
    "rules.changed": "change the rules between questions",
    "gold.plan": "change how annotators are checked",
    "routing.plan": "change the order of the queue",
    "consensus.chosen": "change the method of consensus",
    "endpoint.added": "add a model",
    "endpoint.changed": "change a model",
    "endpoint.removed": "remove a model",
    "protocol.meanings": "change what signatures mean",
}


class ProtocolLocked(BadProject, Locked):
    """Refused until an amendment is open."""

    code = "protocol_locked"

    def __init__(self, action: str) -> None:
        sentence = (
            f"The protocol is locked since the first answer, so you may not {LOCKED[action]}."
            " Open an amendment on the page Protocol, with the reason and your signature; then try again."
        )
        super().__init__({"": sentence})

    def __str__(self) -> str:
        return str(self.errors[""])


class NotNow(Exception):
    """The protocol is in another state than what was asked for needs."""

    code = "protocol_state"


def check_protocol(*, project: Project, action: str) -> None:
    """Raises ProtocolLocked where the protocol does not allow this event of the audit log.

    Call it inside the transaction of the change. It holds the protocol's row to its end: the first
    answer waits for the change, and so does whoever closes the amendment.
    """
    if action not in LOCKED:
        raise KeyError(action)
    if not Protocol.objects.filter(project=project, is_on=True).exists():
        return
    if lock_protocol(project).state == ProtocolState.LOCKED:
        raise ProtocolLocked(action)


def lock_protocol(project: Project) -> Protocol:
    """The project's row first, as everywhere: else two who change things could wait for each other."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    Protocol.objects.select_for_update(no_key=True).filter(project=project).first()
    # Read anew: the state while the lock was waited for is none.
    return Protocol.objects.with_state().get(project=project)


def check_move(state: ProtocolState, move: Move) -> ProtocolState:
    """The state after it, or NotNow."""
    after = MOVES.get((state, move))
    if after is None:
        instead = INSTEAD.get((state, move), f"The protocol is {state}.")
        raise NotNow(f"You cannot {move} now. {instead}")
    return after
