"""What a rule between questions is made of, and whether answers keep it. Holds no check itself.

Answers may be missing, so a part is true, false or unknown (Kleene 1938, *On notation for ordinal
numbers*, J. Symbolic Logic 3: the strong tables). Only what is false contradicts a rule. There are
no loops in rules: what one costs is bounded by its own length and that of an answer.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Answers = Mapping[str, Any]
Truth = bool | None
COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Place:
    """A word of a rule, and where in its text it begins."""

    word: str
    at: int


@dataclass(frozen=True)
class Is:
    """The answer is one of the values, or a set or a list of marks that has one of them."""

    question: Place
    values: tuple[tuple[str | float, Place], ...]

    def holds(self, answers: Answers) -> Truth:
        given = answers.get(self.question.word)
        if given is None:
            return None
        # A label may be figures too.
        wanted = {one for value, place in self.values for one in (value, place.word)}
        if not isinstance(given, list):
            return _plain(given) in wanted
        return any(_label_of(one) in wanted for one in given)


@dataclass(frozen=True)
class IsEmpty:
    """Nothing was answered, or that there is nothing. It is never unknown."""

    question: Place

    def holds(self, answers: Answers) -> Truth:
        return answers.get(self.question.word) in (None, [], "", {})


@dataclass(frozen=True)
class IsAnswered:
    """There is an answer, also that there is nothing to mark. It is never unknown."""

    question: Place

    def holds(self, answers: Answers) -> Truth:
        return answers.get(self.question.word) is not None


@dataclass(frozen=True)
class Number:
    """A number as it is written, the answer to a question, or how many things were marked."""

    value: float = 0.0
    question: Place | None = None
    is_count: bool = False
    label: Place | None = None

    def of(self, answers: Answers) -> float | None:
        if self.question is None:
            return self.value
        given = answers.get(self.question.word)
        if self.is_count and isinstance(given, list):
            label = self.label.word if self.label else None
            return float(sum(label is None or _label_of(one) == label for one in given))
        plain = None if self.is_count else _plain(given)
        return plain if isinstance(plain, float) else None


@dataclass(frozen=True)
class Compares:
    left: Number
    how: str
    right: Number

    def holds(self, answers: Answers) -> Truth:
        left, right = self.left.of(answers), self.right.of(answers)
        return None if left is None or right is None else COMPARISONS[self.how](left, right)


@dataclass(frozen=True)
class Not:
    part: Part

    def holds(self, answers: Answers) -> Truth:
        found = self.part.holds(answers)
        return None if found is None else not found


@dataclass(frozen=True)
class All:
    parts: tuple[Part, ...]

    def holds(self, answers: Answers) -> Truth:
        found = [part.holds(answers) for part in self.parts]
        return False if False in found else None if None in found else True


@dataclass(frozen=True)
class Some:
    parts: tuple[Part, ...]

    def holds(self, answers: Answers) -> Truth:
        found = [part.holds(answers) for part in self.parts]
        return True if True in found else None if None in found else False


Part = Is | IsEmpty | IsAnswered | Compares | Not | All | Some


@dataclass(frozen=True)
class Subject:
    """What can be said of a question: its labels (None: any text), and whether its answers are
    numbers, lists that can be counted, or can be one of some values."""

    labels: tuple[str, ...] | None = None
    is_number: bool = False
    is_list: bool = False
    has_values: bool = True


class BadRule(ValueError):
    """A sentence, and the character of the text (from 0) at which the fault is."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


@dataclass(frozen=True)
class Rule:
    whole: Part
    names: frozenset[str] = field(default_factory=frozenset)

    def holds(self, answers: Answers) -> Truth:
        """False: the answers contradict it. None: what it asks about is missing.

        >>> from apps.quality.checks.rule_text import read_rule
        >>> rule = read_rule("if severity is 'none' then spans is empty")
        >>> rule.holds({"severity": "none", "spans": []}), rule.holds({"severity": "none", "spans": [1]})
        (True, False)
        >>> print(rule.holds({"spans": [1]}))
        None
        """
        return self.whole.holds(answers)


def check_rule(rule: Rule, subjects: Mapping[str, Subject]) -> None:
    """BadRule where a rule names what is not there, or asks what cannot be told."""
    for part in _leaves(rule.whole):
        if isinstance(part, Compares):
            for number in (part.left, part.right):
                _check_number(number, subjects)
            continue
        subject = _subject(part.question, subjects)
        if isinstance(part, Is):
            _check_values(part, subject)


def _leaves(part: Part) -> Iterator[Is | IsEmpty | IsAnswered | Compares]:
    if isinstance(part, Not):
        yield from _leaves(part.part)
    elif isinstance(part, All | Some):
        for one in part.parts:
            yield from _leaves(one)
    else:
        yield part


def _subject(question: Place, subjects: Mapping[str, Subject]) -> Subject:
    if question.word not in subjects:
        there = ", ".join(subjects) or "there is none"
        raise BadRule(f"There is no question {question.word!r}. Questions: {there}.", question.at)
    return subjects[question.word]


def _check_values(part: Is, subject: Subject) -> None:
    name = part.question.word
    if not subject.has_values:
        raise BadRule(f"Whether {name!r} is one of some values cannot be told.", part.question.at)
    for value, place in part.values:
        if subject.is_number:
            if isinstance(value, str):
                raise BadRule(f"{name!r} is a number, not {value!r}.", place.at)
        elif subject.labels is not None and place.word not in subject.labels:
            raise BadRule(
                f"{place.word!r} is no answer to {name!r}. Answers: {_some(subject.labels)}.",
                place.at,
            )


def _check_number(number: Number, subjects: Mapping[str, Subject]) -> None:
    if number.question is None:
        return
    subject, name = _subject(number.question, subjects), number.question.word
    if number.is_count and not subject.is_list:
        raise BadRule(f"Answers to {name!r} are no lists that can be counted.", number.question.at)
    if not number.is_count and not subject.is_number:
        raise BadRule(f"Answers to {name!r} are no numbers.", number.question.at)
    if number.label and subject.labels is not None and number.label.word not in subject.labels:
        word = number.label.word
        raise BadRule(
            f"{word!r} is no label of {name!r}. Labels: {_some(subject.labels)}.", number.label.at
        )


def _some(labels: Sequence[str]) -> str:
    return ", ".join(labels[:12]) + (", …" if len(labels) > 12 else "")


def _plain(given: Any) -> Any:
    """As values stand in a rule: all numbers alike; what is neither text nor number is none."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    return given if isinstance(given, str) else float(given)


def _label_of(one: Any) -> Any:
    return _plain(one.get("label")) if isinstance(one, Mapping) else _plain(one)
