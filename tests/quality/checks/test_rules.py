"""The language of rules between questions: what it reads, what it refuses, and what it tells."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.quality.checks.rule_parts import BadRule, Subject, check_rule
from apps.quality.checks.rule_text import LONGEST, read_rule

SPAN = {"id": "a", "label": "Person"}
ANSWERS = {
    "severity": "none",
    "topics": ["late", "two words"],
    "spans": [SPAN, {**SPAN, "id": "b"}, {"id": "c", "label": "Place"}],
    "marked": [],
    "first": 3,
    "last": 2.5,
    "grade": "3",
    "note": "",
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("severity is none", True),
        ("severity is 'high', \"none\"", True),
        ("severity is not none", False),
        ("SEVERITY is none", None),
        ("severity IS none AND first > 2", True),
        ("topics has late", True),
        ("topics has 'two words' and topics is not lost", True),
        ("spans has Person", True),
        ("spans has Animal", False),
        ("marked has Person", False),
        ("grade is 3", True),
        ("first is 3", True),
        ("first = 3.0 and first != 4", True),
        ("last < first", True),
        ("last >= first", False),
        ("count of spans = 3", True),
        ("count of spans labelled Person > 1", True),
        ("count of marked == 0", True),
        ("count of missing = 0", None),
        ("spans is empty", False),
        ("marked must be empty", True),
        ("note is empty and missing is empty", True),
        ("marked is answered and missing is not answered", True),
        ("missing is x", None),
        ("missing is not x", None),
        ("missing is x or severity is none", True),
        ("missing is x and severity is high", False),
        ("missing is x and severity is none", None),
        ("not (severity is none or first > 5)", False),
        ("if severity is none then spans must be empty", False),
        ("if severity is high then spans must be empty", True),
        ("if severity is high then missing > 2", True),
        ("if severity is none then missing > 2", None),
        ("if missing is x then severity is none", True),
        ("severity > 2", None),
    ],
)
def test_a_rule_is_true_false_or_unknown(text: str, holds: bool | None) -> None:
    assert read_rule(text).holds(ANSWERS) is holds


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "the name of a question is missing"),
        ("if a is x", 9, 'comes "then'),
        ("a is", 4, "an answer is missing"),
        ("a is then", 5, "an answer is missing"),
        ("a is x y", 7, "Nothing more is expected"),
        ("(a is x", 7, "a ) is missing"),
        ("a ? x", 2, "'?' has no meaning"),
        ("a must x", 7, "comes is, is not"),
        ("a", 1, "comes is, is not"),
        ("count spans > 1", 6, 'After "count"'),
        ("count of spans 3", 15, "a comparison is missing"),
        ("a > ", 3, "the name of a question"),
        ("a is 'x", 5, "has no meaning"),
        ("a is x" + " or a is x" * 60, LONGEST, "at most 500"),
        ("(" * 40 + "a is x" + ")" * 40, 10, "10 deep"),
        ("not " * 40 + "a is x", 40, "10 deep"),
    ],
)
def test_a_fault_is_said_with_its_place(text: str, at: int, words: str) -> None:
    with pytest.raises(BadRule) as bad:
        read_rule(text)

    assert bad.value.at == at
    assert words in bad.value.message
    assert bad.value.message.endswith((".", '"', "!="))


SUBJECTS = {
    "severity": Subject(labels=("none", "high")),
    "spans": Subject(labels=("Person", "Place"), is_list=True),
    "first": Subject(is_number=True),
    "why": Subject(has_values=False),
}


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("if severity is none then span is empty", 25, "no question 'span'. Questions: severity"),
        ("severity is none, low", 18, "'low' is no answer to 'severity'. Answers: none, high."),
        ("first is many", 9, "'first' is a number, not 'many'."),
        ("why is x", 0, "cannot be told"),
        ("why > 3", 0, "no numbers"),
        ("3 < severity", 4, "no numbers"),
        ("count of severity > 3", 9, "no lists"),
        ("count of spans labelled Animal > 3", 24, "no label of 'spans'"),
    ],
)
def test_what_cannot_be_asked_is_said_with_its_place(text: str, at: int, words: str) -> None:
    with pytest.raises(BadRule) as bad:
        check_rule(read_rule(text), SUBJECTS)

    assert bad.value.at == at
    assert words in bad.value.message


def test_what_can_be_asked_is_taken() -> None:
    for text in (
        "if severity is none then spans must be empty and count of spans labelled Place < first",
        "first is 3 or why is empty",
    ):
        check_rule(read_rule(text), SUBJECTS)


WORDS = st.sampled_from(
    [
        "if",
        "then",
        "and",
        "or",
        "not",
        "(",
        ")",
        "is",
        "are",
        "must",
        "be",
        "has",
        "empty",
        "answered",
        "count",
        "of",
        "labelled",
        ",",
        "<",
        ">=",
        "=",
        "3",
        "a",
        "b",
        "'x",
        "y'",
        '"',
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=14).map(" ".join)),
    st.dictionaries(st.sampled_from("ab"), VALUES),
)
def test_any_text_is_read_or_refused_and_any_answer_is_held_against_it(
    text: str, answers: dict[str, Any]
) -> None:
    try:
        rule = read_rule(text)
    except BadRule as refused:
        at = refused.at
    else:
        at = 0
        assert rule.holds(answers) in {True, False, None}
    assert 0 <= at <= len(text)


def test_the_longest_rule_about_the_longest_answer_is_quick() -> None:
    """There are no loops in a rule: sixteen counts of five thousand marks."""
    rule = read_rule(" or ".join(["count of spans labelled X > 5"] * 15))
    start = time.perf_counter()

    assert rule.holds({"spans": [SPAN] * 5_000}) is False
    assert time.perf_counter() - start < 1
