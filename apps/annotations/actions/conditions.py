"""Questions that are asked only when another has been answered in a certain way.

A condition is `{"question": name, "is": [values]}`: met when that question is asked, and its answer
is one of the values, or a set that holds one of them. An answer to a question that was not asked is
refused; it is no missing value either, so it counts nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer

MOST_VALUES = 200


class Asked(Protocol):
    @property
    def ask_if(self) -> Any: ...


def asked_names(questions: Mapping[str, Asked], answers: Mapping[str, Any]) -> set[str]:
    """Which of these questions are asked beside these canonical answers.

    A condition on a question that is not among them is taken as met: of a file that holds some
    answers only, or of a known answer to one question, nobody can say.
    """
    known: dict[str, bool] = {}

    def is_asked(name: str) -> bool:
        if name not in known:
            known[name] = True  # what is in a circle is asked; publishing refuses circles
            condition = questions[name].ask_if
            if condition and (other := condition["question"]) in questions:
                known[name] = is_asked(other) and is_met(condition, answers.get(other))
        return known[name]

    return {name for name in questions if is_asked(name)}


def unasked(question: Asked) -> str:
    """Why an answer to this question is refused."""
    values = ", ".join(str(one) for one in question.ask_if["is"][:8])
    name = question.ask_if["question"]
    return f"This is asked only if {name!r} is {values}, so it has no answer here."


def is_met(condition: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, list):
        return any(one in condition["is"] for one in value)
    return value is not None and value in condition["is"]


def condition_faults(questions: Sequence[Mapping[str, Any]], path: str) -> dict[str, str]:
    """Sentences for conditions that cannot be met, by the place at fault. Questions are cleaned."""
    faults: dict[str, str] = {}
    for i, question in enumerate(questions):
        if question["ask_if"] is None:
            continue
        earlier = {each["name"]: each for each in questions[:i]}
        for place, message in _faults(question["ask_if"], earlier):
            faults.setdefault(f"{path}.{i}.ask_if.{place}", message)
    return faults


def _faults(
    condition: Mapping[str, Any], earlier: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    name = condition["question"]
    other = earlier.get(name)
    if other is None:
        some = ", ".join(earlier) or "there is none"
        return [("question", f"Name a question that is asked before this one: {some}.")]
    kind, config = kinds[other["kind"]], other["config"]
    form = kind.condition_form(config)
    if form is None:
        return [("question", f"Whether {name!r} is one of some values cannot be told.")]
    return [
        (f"is.{i}", f"{value!r} is no answer to {name!r}.")
        for i, value in enumerate(condition["is"])
        if not _is_possible(value, other["kind"], config, form)
    ]


def _is_possible(value: Any, kind: str, config: Mapping[str, Any], form: str) -> bool:
    if form == "set":
        return value in {label.value for label in kinds[kind].labels(config)}
    try:
        return bool(kinds[kind].clean(value, config) == value)
    except BadAnswer:
        return False


def clean_condition(raw: Any, path: str, errors: dict[str, str]) -> dict[str, Any] | None:
    """The condition in full; None where nothing is chosen, as a form says it."""
    if raw is None or (isinstance(raw, Mapping) and not raw.get("question")):
        return None
    if not isinstance(raw, Mapping) or raw.keys() - {"question", "is"}:
        errors[path] = "A condition is an object with a question and a list of values."
        return None
    name, values = raw["question"], raw.get("is")
    if not isinstance(name, str):
        errors[f"{path}.question"] = "Name the question by its name in exports."
        return None
    plain = str | int | float
    if (
        not isinstance(values, list)
        or not 1 <= len(values) <= MOST_VALUES
        or not all(isinstance(one, plain) and not isinstance(one, bool) for one in values)
    ):
        errors[f"{path}.is"] = f"Give 1 to {MOST_VALUES} answers at which this is asked."
        return None
    return {"question": name, "is": list(dict.fromkeys(values))}
