"""What holds for every question kind and every display, whichever they are."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
from typing import Any

import pytest
from django.template.loader import get_template
from jsonschema import Draft202012Validator

from apps.annotations.displays import displays
from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig
from apps.annotations.models import Question
from apps.annotations.templatetags.annotations import answer, ask, show, show_in_line

HOSTILE = [
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "{{ 7 }}",
    "Zwei Wörter",
    "🙂",
    "شكوى",
]
NO_ANSWERS: list[Any] = [None, True, {}, [[]], [{}], "\x00", ["\x00"], {"\x00": 1}]
# Few kinds take these; whoever does, takes them as any other answer.
ODD_ANSWERS: list[Any] = ["nothing like it", 10**9, -0.5, [], ["x"], [["x"]], {"x": 1}, "<b>"]


def configs(name: str) -> list[dict[str, Any]]:
    """The starter, one made of hostile texts where the kind has labels, and those of its own tests."""
    kind = kinds[name]
    found = [kind.clean_config(kind.starter)]
    if "labels" in found[0]:
        found.append(kind.clean_config({**kind.starter, "labels": HOSTILE}))
    own = f"tests.annotations.kinds.test_{name}"
    if importlib.util.find_spec(own):
        more = getattr(importlib.import_module(own), "CONFIGS", [])
        found += [kind.clean_config(config) for config in more]
    return found


def answers(name: str, config: dict[str, Any]) -> list[Any]:
    """Some answers that the config allows: the kind's own examples, and found by asking it."""
    examples = list(kinds[name].examples(config))
    values = [label["value"] for label in config.get("labels", ())]
    tried = [*values, *(list(pair) for pair in itertools.combinations(values, 2)), *range(-2, 12)]
    found = examples
    for value in tried + [[value] for value in values]:
        try:
            found.append(kinds[name].clean(value, config))
        except BadAnswer:
            continue
    return found


def cases() -> list[Any]:
    return [
        pytest.param(name, config, id=f"{name}-{i}")
        for name in kinds
        for i, config in enumerate(configs(name))
    ]


@pytest.mark.parametrize(("name", "config"), cases())
class TestKind:
    def test_config_in_full_is_stable_and_fits_its_schema(self, name, config):
        kind = kinds[name]
        Draft202012Validator.check_schema(kind.config_schema())
        assert kind.clean_config(config) == config
        assert kind.clean_config(json.loads(json.dumps(config))) == config
        Draft202012Validator(kind.config_schema()).validate(config)

    def test_answers_in_full_are_stable_and_fit_their_schema(self, name, config):
        kind, found = kinds[name], answers(name, config)
        Draft202012Validator.check_schema(kind.answer_schema(config))
        assert len(found) >= 2
        for value in found:
            assert kind.clean(value, config) == value
            assert kind.clean(json.loads(json.dumps(value)), config) == value
            Draft202012Validator(kind.answer_schema(config)).validate(value)

    def test_examples_are_canonical_and_differ(self, name, config):
        kind = kinds[name]
        examples = list(kind.examples(config))
        assert [kind.clean(value, config) for value in examples] == examples
        assert len({json.dumps(value, sort_keys=True) for value in examples}) == len(examples)

    def test_distance_is_one(self, name, config):
        kind, found = kinds[name], answers(name, config)
        for a, b in itertools.product(found, repeat=2):
            distance = kind.distance(a, b, config)
            assert 0 <= distance <= 1
            assert distance == kind.distance(b, a, config)
            assert (distance == 0) == (a == b)

    @pytest.mark.parametrize("value", NO_ANSWERS, ids=repr)
    def test_what_is_no_answer_is_refused_with_a_sentence(self, name, config, value):
        with pytest.raises(BadAnswer) as error:
            kinds[name].clean(value, config)
        assert error.value.message.endswith((".", ")"))

    @pytest.mark.parametrize("value", ODD_ANSWERS, ids=repr)
    def test_an_odd_answer_is_refused_or_kept_like_any_other(self, name, config, value):
        kind = kinds[name]
        try:
            kept = kind.clean(value, config)
        except BadAnswer:
            return
        assert kind.clean(kept, config) == kept
        Draft202012Validator(kind.answer_schema(config)).validate(kept)

    def test_shows_its_parts_without_a_script(self, name, config):
        for part in ("input", "config", "summary"):
            get_template(f"{kinds[name].template}#{part}")
        question = Question(name="q", kind=name, title=HOSTILE[0], help=HOSTILE[1], config=config)
        first = answers(name, config)[0]
        html = ask(question, first, sends_first_key=True) + answer(question, first)
        assert 'data-question="q"' in html
        if kinds[name].control in {"radio", "checkbox"}:
            # Labels that are paths are found by a script, which reads what is chosen.
            assert " checked" in html or "<label-picker" in html
        assert "<script" not in html
        assert 'onload="' not in html

    def test_says_an_answer_in_words(self, name, config):
        assert all(kinds[name].summary(value, config) for value in answers(name, config))

    def test_counts_in_a_form_that_the_ledger_knows(self, name, config):
        assert kinds[name].form(config) in {"label", "set", "number", None}
        assert kinds[name].level(config) in {"nominal", "ordinal", "interval", "ratio"}

    def test_a_newer_config_keeps_old_answers(self, name, config):
        kind = kinds[name]
        newer = dict(config)
        if "labels" in config:
            newer["labels"] = [*config["labels"][1:], {"value": "brand new"}]
        kept = kind.succeed(config, kind.clean_config(newer))
        assert kind.clean_config(kept) == kept
        for value in answers(name, config):
            assert kind.clean(value, kept) == value


@pytest.mark.parametrize("name", kinds)
@pytest.mark.parametrize(
    "config", [None, [], "x", {"no such setting": 1}, {"labels": [1]}, {"labels": {}}]
)
def test_a_wrong_config_is_refused(name, config):
    with pytest.raises(BadConfig):
        kinds[name].clean_config(config)


LABELLED = [name for name in kinds if "labels" in kinds[name].starter]
# What is chosen from a list of labels, and not made of them.
CHOSEN = [name for name in LABELLED if kinds[name].control in {"radio", "checkbox"}]


@pytest.mark.parametrize("name", LABELLED)
class TestLabels:
    @pytest.mark.parametrize("label", ["__proto__", "constructor", "prototype", "", " "])
    def test_a_dangerous_label_is_refused(self, name, label):
        with pytest.raises(BadConfig) as error:
            kinds[name].clean_config({"labels": ["fine", label]})
        assert error.value.path == "labels.1.value"


@pytest.mark.parametrize("name", CHOSEN)
class TestChosenLabels:
    def test_many_labels_can_be_searched(self, name):
        config = kinds[name].clean_config({"labels": [f"label {i}" for i in range(150)]})
        html = ask(Question(name="q", kind=name, title="Q", config=config))
        assert "Find one of 150 labels" in html
        assert html.count("data-label=") == 150

    def test_a_retired_label_is_shown_only_where_it_was_chosen(self, name):
        kind = kinds[name]
        config = kind.clean_config({"labels": ["a", "b", {"value": "c", "retired": True}]})
        question = Question(name="q", kind=name, title="Q", config=config)
        old = "c" if kind.form(config) == "label" else ["c"]
        assert 'value="c"' not in ask(question)
        assert 'value="c"' in ask(question, old)
        assert "c" in answer(question, old)


BAD_FOR_ALL = [[1], [{}], [{"role": 1, "text": "x"}], {"text": 5}]


@pytest.mark.parametrize("name", displays)
class TestDisplay:
    def test_shows_its_example(self, name):
        display = displays[name]
        Draft202012Validator(display.value_schema()).validate(display.example)
        display.check(display.example, {})
        html = show({"name": "x", "display": name}, {"x": display.example})
        # Of numbers for models how many there are is all that is shown.
        told = "8 numbers" if name == "vector" else "8841"
        assert told in html
        assert told in display.summary(display.example, {})
        assert "\n" not in display.summary(display.example, {})

    @pytest.mark.parametrize("value", [*BAD_FOR_ALL, 3, "", [], "<script>alert(1)</script>", {}])
    def test_any_value_is_shown_or_named_as_unfit(self, name, value):
        field = {"name": "x", "display": name}
        html = show(field, {"x": value})
        assert "<script" not in html
        show_in_line(field, {"x": value})

    def test_a_missing_value_shows_nothing(self, name):
        assert show({"name": "x", "display": name}, {}) == ""
