"""One label out of several, or out of a taxonomy of thousands."""

from __future__ import annotations

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadConfig

CHOICE, SEVERAL = kinds["choice"], kinds["multi_choice"]
PATHS = [
    "animal",
    "animal/bird",
    "animal/bird/duck",
    "animal/bird/goose",
    "animal/fish/pike",
    "tree",
]
TREE = {"labels": PATHS, "tree": True}
CONFIGS = [TREE, {**TREE, "agree": "exact"}]
CLEAN = CHOICE.clean_config(TREE)


def test_labels_that_are_paths_are_called_by_their_end():
    titles = [label["title"] for label in CLEAN["labels"]]

    assert titles == ["animal", "bird", "duck", "goose", "pike", "tree"]
    assert CHOICE.summary("animal/bird/duck", CLEAN) == "animal › bird › duck"  # noqa: RUF001


def test_two_ends_of_paths_may_be_called_alike():
    labels = CHOICE.clean_config({"labels": ["a/other", "b/other"], "tree": True})["labels"]

    assert [label["title"] for label in labels] == ["other", "other"]


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("animal/bird/duck", "animal/bird/duck", 0),
        ("animal/bird/duck", "animal/bird/goose", 1 - 4 / 6),
        ("animal/bird/duck", "animal/bird", 1 - 4 / 5),
        ("animal/bird/duck", "animal/fish/pike", 1 - 2 / 6),
        ("animal/bird/duck", "tree", 1),
    ],
)
def test_the_longer_the_common_path_the_nearer(a, b, distance):
    assert CHOICE.distance(a, b, CLEAN) == pytest.approx(distance)
    assert CHOICE.distance(b, a, CLEAN) == pytest.approx(distance)


def test_sets_are_compared_by_the_nearest_of_the_other():
    config = SEVERAL.clean_config(TREE)

    def distance(a, b):
        return SEVERAL.distance(sorted(a), sorted(b), config)

    assert distance(PATHS[2:3], PATHS[2:3]) == 0
    assert distance(["animal/bird/duck"], ["animal/bird/goose"]) == pytest.approx(1 / 3)
    assert distance(["animal/bird/duck", "tree"], ["animal/bird/duck"]) == pytest.approx(1 / 3)
    assert distance([], ["tree"]) == 1


def test_what_agrees_by_paths_can_only_be_compared_and_what_agrees_exactly_is_counted():
    exact = CHOICE.clean_config({**TREE, "agree": "exact"})

    assert (CHOICE.form(CLEAN), CHOICE.aggregator_for(CLEAN)) == (None, "medoid")
    assert (CHOICE.form(exact), CHOICE.aggregator_for(exact)) == ("label", "majority_vote")


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"labels": ["a/", "b"], "tree": True}, "labels.0.value"),
        ({"labels": ["a", "b//c"], "tree": True}, "labels.1.value"),
        ({"labels": ["a", "/".join("b" * 13)], "tree": True}, "labels.1.value"),
        ({"labels": ["a", "a"], "tree": True}, "labels.1.value"),
        ({"labels": ["a", "b"], "tree": "yes"}, "tree"),
        ({"labels": ["a", "b"], "tree": True, "agree": "roughly"}, "agree"),
        ({"labels": [f"l{i}" for i in range(20_001)]}, "labels"),
    ],
)
def test_what_is_no_taxonomy(config, path):
    with pytest.raises(BadConfig) as bad:
        CHOICE.clean_config(config)

    assert bad.value.path == path


def test_a_question_with_answers_keeps_how_they_are_counted():
    for other in ({"labels": PATHS}, {**TREE, "agree": "exact"}):
        with pytest.raises(BadConfig):
            CHOICE.succeed(CLEAN, CHOICE.clean_config(other))


def test_a_config_without_paths_is_as_it_always_was():
    assert CHOICE.clean_config({"labels": ["a", "b"], "tree": False, "agree": "path"}).keys() == {
        "labels"
    }
