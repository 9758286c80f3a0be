"""What holds for every rule by which a stage takes answers."""

from __future__ import annotations

import json

import pytest

from apps.quality.selections import BadSelection, Candidate, selections

CANDIDATES = [
    Candidate(draw=draw, agreement=agreement, skill=skill, checks=9, is_complete=is_complete)
    for draw in (0.0, 0.5, 0.999)
    for agreement in (None, 0.0, 1.0)
    for skill in (None, 0.0, 1.0)
    for is_complete in (True, False)
]


@pytest.fixture(params=list(selections))
def rule(request):
    return selections[request.param]


def test_it_says_what_it_is(rule):
    assert rule.label
    assert rule.summary.endswith(".")
    assert len(rule.name) <= 40


def test_its_beginning_is_allowed_and_stays_as_it_is(rule):
    config = rule.clean_config({})

    assert rule.clean_config(config) == config
    assert json.loads(json.dumps(config)) == config


def test_it_answers_for_whatever_is_known(rule):
    config = rule.clean_config({})

    assert {rule.takes(one, config) for one in CANDIDATES} <= {True, False}


@pytest.mark.parametrize("wrong", [None, [], "x", {"owner": 1}])
def test_strange_settings_are_refused(rule, wrong):
    with pytest.raises(BadSelection):
        rule.clean_config(wrong)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), True, "a\0b", "", "x" * 301, None])
def test_a_setting_out_of_bounds_is_refused_by_its_name(rule, wrong):
    for name in rule.settings:
        with pytest.raises(BadSelection) as refused:
            rule.clean_config({name: wrong})
        assert set(refused.value.errors) == {name}


@pytest.mark.parametrize("name", ["sample", "audit"])
def test_a_larger_share_takes_what_a_smaller_one_took(name):
    rule = selections[name]
    candidates = [Candidate(draw=i / 100, agreement=1.0) for i in range(100)]

    taken = [
        {one.draw for one in candidates if rule.takes(one, rule.clean_config({"share": share}))}
        for share in (0.0, 0.1, 0.5, 1.0)
    ]

    assert [len(some) for some in taken] == [0, 10, 50, 100]
    assert taken[0] <= taken[1] <= taken[2] <= taken[3]
