"""What the answers of a task come to: by which method, fitted when, kept current."""

from apps.consensus.actions.asking import ask_where_unsure
from apps.consensus.actions.choosing import (
    BadMethod,
    choose_method,
    methods_for,
    start_computing,
)
from apps.consensus.actions.refresh import refresh_consensus

__all__ = [
    "BadMethod",
    "ask_where_unsure",
    "choose_method",
    "methods_for",
    "refresh_consensus",
    "start_computing",
]
