"""Which questions a model can learn, and in which way."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from apps.annotations.models import Question
from apps.routing.actions.labels import can_be_learned

# Of sets one model for each label: of more it would take long. Of spans two tags for each.
MOST_LABELS, MOST_SPAN_LABELS = 100, 40


class Way(IntEnum):
    """In the order in which models of a project lead."""

    LABEL = 0
    SET = 1
    NUMBER = 2
    SPAN = 3


def way_of(question: Question) -> Way | None:
    """None where nothing learns such answers here."""
    kind, config = question.behaviour, question.config
    if can_be_learned(question):
        return Way.LABEL
    if kind.form(config) == "set" and 1 < len(labels_of(question)) <= MOST_LABELS:
        return Way.SET
    if kind.form(config) == "number" and not kind.labels(config):
        return Way.NUMBER
    geometry = kind.geometry_for(config)
    is_of_text = geometry is not None and geometry.steps == "characters"
    if is_of_text and 0 < len(labels_of(question)) <= MOST_SPAN_LABELS:
        return Way.SPAN
    return None


def labels_of(question: Question) -> tuple[str, ...]:
    """Those that can be chosen."""
    labels = question.behaviour.labels(question.config)
    return tuple(label.value for label in labels if not label.is_retired)


def all_to_learn(project_id: int) -> list[Question]:
    """Those with a model here, in the order in which the models lead. One query."""
    return [question for _, question in ways_to_learn(project_id)]


def ways_to_learn(project_id: int) -> Sequence[tuple[Way, Question]]:
    asked = Question.objects.filter(project=project_id).asked()
    found = [(way, one) for one in asked if (way := way_of(one)) is not None]
    return sorted(found, key=lambda pair: pair[0])
