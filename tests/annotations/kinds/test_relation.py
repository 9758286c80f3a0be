"""Relations: between what is marked, with what that means, so that answers can be compared."""

from __future__ import annotations

import re

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen

relation = kinds["relation"]
CONFIGS = [
    {"of": ["spans", "more"], "labels": ["x", "y"], "directed": False},
    {"of": "spans", "labels": ["x", {"value": "y", "min": 1}], "max": 3},
]


def config(**given):
    return relation.clean_config({"of": ["spans"], "labels": ["x", "y"], **given})


PLAIN = config()


def span(name, start, label="Person"):
    return {"id": name, "label": label, "parts": [[start, start + 3]]}


def seen(*spans, **more):
    return Seen(answers={"spans": list(spans), **more})


def one(start="a", end="b", label="x", **more):
    return {"label": label, "from": start, "to": end, **more}


def settled(value, rules=PLAIN, beside=None):
    beside = beside or seen(span("a", 0), span("b", 10, "Place"), span("c", 20))
    return relation.settle(relation.clean(value, rules), rules, beside)


def test_an_end_says_what_it_refers_to():
    found = settled([one(id="r")])
    assert found == [
        {
            "id": "r", "label": "x", "from": "a", "to": "b",
            "ends": [
                {"question": "spans", "label": "Person", "parts": [[0, 3]]},
                {"question": "spans", "label": "Place", "parts": [[10, 13]]},
            ],
        }
    ]  # fmt: skip
    # It is stable, and what a client sends as ends is not believed.
    assert settled(found) == found
    lies = [{**found[0], "ends": [{"question": "spans", "label": "Lie"}] * 2}]
    assert settled(lies) == found
    assert relation.settle(relation.clean([one()], PLAIN), PLAIN, Seen())[0].keys() == {
        "id", "label", "from", "to"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "sentence", "path"),
    [
        ([one("a", "a")], "Relation 1: it joins 'a' with itself.", "0"),
        ([one(), one()], "Relation 2: another says the same.", "1"),
        ([one("", "b")], "Relation 1: name what it joins by its id.", "0.from"),
        ([one(), one("b", 5)], "Relation 2: name what it joins by its id.", "1.to"),
        ([one(label="z")], "Relation 1: 'z' is not one of the labels", "0.label"),
        ([one(id="r"), one("b", "a", id="r")], "Relation 2: another has the id 'r'.", "1.id"),
    ],
)
def test_what_is_no_relation_is_refused(value, sentence, path):
    with pytest.raises(BadAnswer, match=re.escape(sentence)) as error:
        relation.clean(value, PLAIN)
    assert error.value.path == path


def test_an_end_that_is_not_marked_is_refused():
    with pytest.raises(BadAnswer, match="nothing with the id 'q' is marked") as error:
        settled([one("a", "q")])
    assert error.value.path == "0.to"
    with pytest.raises(BadAnswer, match="nothing with the id 'a'"):
        settled([one()], beside=Seen(answers={"relations": []}))
    with pytest.raises(BadAnswer, match="Two objects have the id 'a'"):
        settled([one()], config(of=["spans", "more"]), seen(span("a", 0), more=[span("a", 5)]))


def test_ends_may_be_held_to_labels():
    label = {"value": "lives in", "from": "Person, Animal", "to": ["Place"]}
    rules = config(labels=[label])
    assert rules["labels"][0]["from"] == ["Person", "Animal"]
    assert settled([one(label="lives in")], rules)
    with pytest.raises(BadAnswer, match="'lives in' does not go from 'Place' to 'Person'"):
        settled([one("b", "a", "lives in")], rules)
    assert settled([one("b", "a", "lives in")], config(labels=[label], directed=False))


def test_distance_looks_at_what_is_joined_and_not_at_names():
    mine = settled([one("a", "b"), one("b", "c", "y")])
    others = seen(span("k", 0), span("l", 10, "Place"), span("m", 20))
    same = settled([one("k", "l"), one("l", "m", "y")], beside=others)
    assert relation.distance(mine, same, PLAIN) == 0
    assert relation.meaning(mine, PLAIN) == relation.meaning(same, PLAIN)
    turned = settled([one("l", "k"), one("l", "m", "y")], beside=others)
    assert relation.distance(mine, turned, PLAIN) == pytest.approx(1 / 2)
    assert relation.distance(mine, [], PLAIN) == 1
    assert relation.distance([], [], PLAIN) == 0


def test_without_a_direction_both_ways_are_the_same():
    rules = config(directed=False)
    assert relation.clean([one("b", "a", id="r")], rules) == [one("a", "b", id="r")]
    mine = settled([one("b", "a")], rules)
    others = seen(span("z", 0), span("k", 10, "Place"))
    assert relation.distance(mine, settled([one("k", "z")], rules, others), rules) == 0


def test_words():
    assert relation.summary(settled([one()]), PLAIN) == "Person 0 x Place 10"
    assert relation.summary([], PLAIN) == "nothing to mark"


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({"of": ["spans", "more"]}, {}, "of"),
        ({}, {"directed": False}, "directed"),
        ({}, {"labels": ["x", {"value": "y", "to": ["Place"]}]}, "labels.1.to"),
        ({}, {"min": 1}, "min"),
    ],
)
def test_a_question_with_answers_stays_as_wide_as_it_was(before, after, path):
    with pytest.raises(BadConfig) as error:
        relation.succeed(config(**before), config(**after))
    assert error.value.path == path


@pytest.mark.parametrize(("given", "path"), [({"of": []}, "of"), ({"of": ["a", "a"]}, "of")])
def test_a_wrong_config_says_where(given, path):
    with pytest.raises(BadConfig) as error:
        config(**given)
    assert error.value.path == path
