"""What can be done about disagreement: conflicts are found, people decide them."""

from apps.quality.actions.conflicts import CONSUMER, distances, drain, measure, refresh_conflicts
from apps.quality.actions.decisions import (
    AnswersChanged,
    BadDecision,
    DecisionStands,
    adjudicate,
    answers_on_the_table,
    send_back,
    take_back,
)

__all__ = [
    "CONSUMER",
    "AnswersChanged",
    "BadDecision",
    "DecisionStands",
    "adjudicate",
    "answers_on_the_table",
    "distances",
    "drain",
    "measure",
    "refresh_conflicts",
    "send_back",
    "take_back",
]
