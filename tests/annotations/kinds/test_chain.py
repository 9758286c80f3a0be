"""Chains of what is marked: members by id, what they mean, B³."""

from __future__ import annotations

import re

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen

chain = kinds["chain"]
CONFIGS = [
    {"of": ["spans"], "labels": ["person", "place"], "min": 1},
    {"of": "spans", "may_share": True, "max": 2},
]


def config(**given):
    return chain.clean_config({"of": ["spans"], **given})


PLAIN = config()


def seen(names):
    spans = [
        {"id": name, "label": "m", "parts": [[i * 5, i * 5 + 3]]} for i, name in enumerate(names)
    ]
    return Seen(answers={"spans": spans})


def settled(*groups, names="abcdefg"):
    value = chain.clean([{"members": list(group)} for group in groups], PLAIN)
    return chain.settle(value, PLAIN, seen(names))


def test_members_are_sorted_and_say_what_they_are():
    (found,) = settled("ba")
    assert found["members"] == ["a", "b"]
    assert [end["parts"] for end in found["ends"]] == [[[0, 3]], [[5, 8]]]
    assert chain.clean([found], PLAIN) == [found]
    assert chain.settle([found], PLAIN, seen("abc")) == [found]


@pytest.mark.parametrize(
    ("value", "sentence", "path"),
    [
        ([{"members": []}], "Chain 1: give its members", "0.members"),
        ([{"members": ["a", "a"]}], "Chain 1: a member stands in it twice.", "0.members"),
        ([{"members": ["a", 1]}], "Chain 1: name what it joins by its id.", "0.members.1"),
        ([{"members": ["a"], "label": "x"}], "Chain 1: chains have no label here.", "0.label"),
        ([{"members": ["a", "b"]}, {"members": ["b"]}], "Chain 2: 'b' is already in chain 1.", "1"),
    ],
)
def test_what_is_no_chain_is_refused(value, sentence, path):
    with pytest.raises(BadAnswer, match=re.escape(sentence)) as error:
        chain.clean(value, PLAIN)
    assert error.value.path == path


def test_one_thing_may_be_in_two_chains_where_that_is_allowed():
    value = [{"members": ["a", "b"]}, {"members": ["b"]}]
    assert len(chain.clean(value, config(may_share=True))) == 2


def test_a_member_that_is_not_marked_is_refused():
    with pytest.raises(BadAnswer, match="nothing with the id 'z'") as error:
        settled("az")
    assert error.value.path == "0.members.1"


def test_distance_is_what_b_cubed_lacks():
    # Bagga and Baldwin's own example: 5 and 2 and 5 things; the answer has put the two fives together.
    key = settled("abcde", "fg", "hijkl", names="abcdefghijkl")
    answer = settled("abcde", "fghijkl", names="abcdefghijkl")
    precision = (5 * 1 + 2 * 2 / 7 + 5 * 5 / 7) / 12
    assert precision == pytest.approx(0.7619, abs=1e-4)
    assert chain.distance(key, answer, PLAIN) == pytest.approx(1 - 2 * precision / (precision + 1))


def test_distance_at_its_ends():
    assert chain.distance([], [], PLAIN) == 0
    assert chain.distance(settled("ab"), [], PLAIN) == 1
    assert chain.distance(settled("ab"), settled("cd"), PLAIN) == 1
    assert chain.distance(settled("ab"), settled("ba"), PLAIN) == 0
    # Who named the members plays no part.
    assert chain.distance(settled("ab"), settled("xy", names="xyz"), PLAIN) == 0
    assert chain.meaning(settled("ab"), PLAIN) == chain.meaning(settled("xy", names="xyz"), PLAIN)


def test_words():
    assert chain.summary(settled("ab", "cde"), PLAIN) == "chain of 2, chain of 3"
    assert chain.summary([], PLAIN) == "nothing to mark"


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({"of": ["spans", "more"]}, {}, "of"),
        ({"may_share": True}, {}, "may_share"),
        ({}, {"min": 1}, "min"),
    ],
)
def test_a_question_with_answers_stays_as_wide_as_it_was(before, after, path):
    with pytest.raises(BadConfig) as error:
        chain.succeed(config(**before), config(**after))
    assert error.value.path == path
