"""What more labels should bring models of numbers and of spans, by their trainings so far."""

from __future__ import annotations

from typing import Any

import pytest

from apps.annotations.models import Question
from apps.routing.actions.foreseeing import foreseen
from apps.routing.models import ModelRun
from tests.factories import ProjectFactory, QuestionFactory
from tests.routing.test_numbers_and_spans import page_of

pytestmark = pytest.mark.django_db
SIZES = (100, 200, 300, 400, 600, 800, 1_000)


def numbers() -> Question:
    question: Question = QuestionFactory(
        project=ProjectFactory(), name="price", kind="number", config={}
    )
    return question


def spans() -> Question:
    question: Question = QuestionFactory(
        project=ProjectFactory(),
        name="names",
        kind="span",
        config={"field": "text", "labels": [{"value": "Name"}]},
    )
    return question


def of_error(size: int) -> dict[str, Any]:
    """The median is wrong by 20; the model by 5 in the end, and by 5 + 100 / root of the labels now."""
    off = 5 + 100 * size**-0.5
    return {
        "error": {"value": off, "low": off - 0.4, "high": off + 0.4, "n": 200},
        "saved": {"value": 20 - off, "low": 1.0, "high": 19.0, "n": 200},
        "covered": {"value": 0.9, "low": 0.85, "high": 0.94, "n": 200},
        "level": 0.9,
        "radius": 9.0,
        "has_spread": False,
    }


def of_f1(size: int) -> dict[str, Any]:
    value = 0.9 - 2 * size**-0.5
    rate = {"value": value, "low": value - 0.02, "high": value + 0.02, "n": 200}
    return {
        "f1": rate,
        "precision": rate,
        "recall": rate,
        "gained": rate,
        "sure": rate,
        "left_out": 0,
        "lookup_f1": 0.1,
        "bar": 0.7,
    }


def trained(question: Question, learner: str, size: int, figures: dict[str, Any]) -> None:
    figures["foreseen"] = foreseen(question, learner, size, figures)
    ModelRun.objects.create(
        project=question.project,
        question=question,
        learner=learner,
        parameters={},
        seed=1,
        feature_version=1,
        question_version=1,
        annotation_id=0,
        consensus_id=0,
        labelled=size,
        held_out=size // 10,
        stopped_by=0,
        values=[],
        figures=figures,
        passes=1,
        seconds=1.0,
    )


def test_of_numbers_it_is_told_by_how_much_they_should_be_wrong_then() -> None:
    question = numbers()
    for size in SIZES:
        trained(question, "linear, a number", size, of_error(size))

    found = ModelRun.objects.latest("pk").figures["foreseen"]

    # Wrong by 5 + 100 / root 1500 = 7.58 of the 20 that the median is wrong by.
    assert found["base"] == pytest.approx(20)
    assert found["reached"] == pytest.approx(1 - 7.58 / 20, abs=0.005)
    assert found["gain"] == pytest.approx(
        found["reached"] - (1 - (5 + 100 / 1_000**0.5) / 20), abs=0.005
    )
    assert found["low"] < found["gain"] < found["high"]
    assert found["verdict"] == "go_on"
    page = page_of(question)
    assert "With 500 more it should be wrong by 7." in page


def test_of_spans_it_is_told_in_f1() -> None:
    question = spans()
    for size in SIZES:
        trained(question, "linear, each word", size, of_f1(size))

    found = ModelRun.objects.latest("pk").figures["foreseen"]

    assert found["reached"] == pytest.approx(0.9 - 2 / 1_500**0.5, abs=0.005)
    assert "base" not in found
    page = page_of(question)
    assert "500 more should bring +0.01 of F1" in page
    assert "to .85." in page


def test_where_trainings_are_few_or_tell_nothing_it_says_why() -> None:
    question = numbers()
    untold = of_error(100)
    untold["error"] |= {"low": None, "high": None}
    trained(question, "linear, a number", 100, untold)
    trained(question, "linear, a number", 200, of_error(200))

    found = ModelRun.objects.latest("pk").figures["foreseen"]

    assert found["gain"] is None
    assert found["points"] == 1
    assert "Not enough known yet: 1 of 5 points" in found["why_not"]
