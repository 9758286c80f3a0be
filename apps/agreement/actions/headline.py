"""Which figure is a question's: the one that its goal is held against."""

from __future__ import annotations

from typing import Any

from apps.annotations.models import Question

# Where objects lead.
OF_OBJECTS = "instance_alpha"


def is_led_by_objects(question: Question) -> bool:
    """Shapes on different images say little about chance: there what was found and named leads, and
    whole answers' distances stand second. Stretches of a text are held against each other at once."""
    geometry = question.behaviour.geometry_for(question.config)
    return geometry is not None and not geometry.steps


def answers_of(body: dict[str, Any]) -> int:
    """How many answers a report counts; of a task that is left out there is one."""
    figure = body["measures"][0]
    lone = (figure.get("excluded") or {}).get("fewer_than_two_answers", 0)
    return int((figure.get("pairable") or 0) + lone)
