"""A question as it was when a model learned the answers to it.

What was learned is in the places of that day: a respect that was added since, or one more thing that
can be said, has none. So a model judges by the question of its day, and so is it computed again.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from apps.annotations.actions.answers import asked_at
from apps.annotations.kinds.base import BadAnswer
from apps.annotations.models import Question
from apps.consensus.models import Run


def as_fitted(run: Run, question: Question) -> Question:
    return as_asked(question, run.question_version)


def as_asked(question: Question, version: int) -> Question:
    """The question itself where nothing of it has changed since."""
    # Before the first version there is nothing that it could have changed from.
    if not version:
        return question
    asked = asked_at(question.project_id, version)
    then = next((one for one in asked if one.name == question.name), None)
    if then is None or then.config == question.config:
        return question
    found = copy(question)
    found.config = then.config
    return found


def could_be_given(value: Any, then: Question) -> bool:
    """Whether it was an answer to the question as it was."""
    try:
        then.behaviour.clean(value, then.config)
    except BadAnswer:
        return False
    return True
