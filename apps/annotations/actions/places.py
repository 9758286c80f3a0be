"""Whether questions stand where they can: on what is shown, about what is marked, after what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.annotations.actions.conditions import condition_faults
from apps.annotations.displays import displays
from apps.annotations.kinds import kinds
from apps.projects.actions import BadProject


def check_places(
    *, fields: Sequence[Mapping[str, Any]], questions: Sequence[Mapping[str, Any]]
) -> None:
    """Both are cleaned. BadProject has a sentence for each question that lacks its place."""
    errors = condition_faults(questions, "questions")
    for i, question in enumerate(questions):
        for path, message in _faults(question, fields, questions):
            errors.setdefault(f"questions.{i}.config.{path}", message)
    if errors:
        raise BadProject(errors)


def _faults(
    question: Mapping[str, Any],
    fields: Sequence[Mapping[str, Any]],
    questions: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, str]]:
    kind, config = kinds[question["kind"]], question["config"]
    surfaces = kind.surfaces_for(config)
    if surfaces and (fault := _fault_of_field(surfaces, kind.field_of(config), fields)):
        yield kind.field_setting, fault
    by_name = {each["name"]: each for each in questions}
    for name in kind.questions_of(config):
        other = by_name.get(name)
        if other is None or other is question or not kinds[other["kind"]].gives_objects:
            yield kind.of_setting, f"There is no question {name!r} in which something is marked."


def _fault_of_field(
    surfaces: frozenset[str], name: str, fields: Sequence[Mapping[str, Any]]
) -> str:
    fitting = [each["name"] for each in fields if displays[each["display"]].surfaces & surfaces]
    if name in fitting:
        return ""
    able = ", ".join(one.label for one in displays.values() if one.surfaces & surfaces)
    if not fitting:
        return f"No field of the task can be marked in this way. Show one as: {able}."
    return f"Choose the field that is marked: {', '.join(fitting)}."
