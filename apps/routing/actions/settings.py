"""Which settings a question's models are trained with: the usual ones, or those that a search found."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from apps.annotations.models import Question
from apps.routing.models import SettingsSearch


def found_for(question: Question, learner: str, usual: Any) -> Any:
    """The newest search decides: what it found, where that is surely better than the usual."""
    mine = SettingsSearch.objects.filter(question=question, learner=learner).order_by("-pk")
    newest = mine.first()
    if newest is None or not newest.is_used:
        return usual
    # What a version of old knew, and this one does not, is left out.
    known = {one.name for one in fields(usual)} - {"seed"}
    return replace(usual, **{name: newest.best[name] for name in known & set(newest.best)})
