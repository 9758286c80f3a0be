"""Numbers that models read: people are told how many there are, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.template import Context, Template

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.routing.models import ModelRun
from tests.factories import ProjectFactory, QuestionFactory
from tests.routing.factories import known, learn

FIELD = {"name": "embedding", "display": "vector"}


def test_a_page_says_how_many_there_are_and_shows_none() -> None:
    page = Template("{% load annotations %}{% show field data %} {% show_in_line field data %}")

    shown = page.render(Context({"field": FIELD, "data": {"embedding": [0.125] * 1_500}}))

    assert "1,500 numbers" in shown
    assert "0.125" not in shown


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([0.1, 0.2, 0.3], ""),
        ([0.1] * 4_097, ""),
        ("0.1 0.2 0.3 0.4", ""),
        ([0.1, 0.2, "x", 0.4], "2"),
        ([0.1, True, 0.2, 0.4], "1"),
        ([0.1, 0.2, 0.4, None], "3"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused_at_its_place(value: Any, place: str) -> None:
    with pytest.raises(BadValue) as refused:
        displays["vector"].check(value, {})
    assert refused.value.path == place


@pytest.mark.django_db
def test_a_model_learns_from_them_alone() -> None:
    rng = np.random.default_rng(5)
    project = ProjectFactory(overlap=1, fields=[FIELD])
    question = QuestionFactory(project=project, name="intent", labels=["a", "b"])
    said = rng.integers(0, 2, 300)
    vectors = rng.normal(size=(300, 16)) + 2 * said[:, None]
    known(
        question,
        [
            ({"embedding": [round(float(x), 4) for x in row]}, "ab"[label])
            for row, label in zip(vectors, said, strict=True)
        ],
    )

    learn(project, is_ranked=False)

    assert ModelRun.objects.get().accuracy["low"] > 0.8
