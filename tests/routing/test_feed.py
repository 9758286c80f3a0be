"""Predictions and outcomes come in: each once, whole calls or nothing, and go when they are old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.projects.models import Project
from apps.routing.actions.feed_reading import MOST_ROWS, BadFeed
from apps.routing.actions.feeding import (
    OtherBody,
    draw_of,
    keep_outcomes,
    keep_predictions,
    tidy_feed,
)
from apps.routing.models import FeedPlan, Outcome, Prediction
from apps.routing.models.feed import DRAWS
from tests.factories import ProjectFactory, QuestionFactory, TaskFactory
from tests.routing.feeding import before, fed_project, outcome, row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return fed_project()[0]


def test_the_same_prediction_twice_is_one(project: Project) -> None:
    rows = [row("a", probability=0.5), row("b", at=before(3))]

    assert keep_predictions(project=project, rows=rows) == (2, 2, 0)
    assert keep_predictions(project=project, rows=[*rows, row("c")]) == (3, 1, 0)
    assert keep_predictions(project=project, rows=[row("d"), row("d")]) == (2, 1, 0)

    assert sorted(Prediction.objects.values_list("key", flat=True)) == ["a", "b", "c", "d"]


def test_a_key_with_another_body_is_refused_with_its_row_and_nothing_is_kept(
    project: Project,
) -> None:
    send(project, [row("a"), row("b")])

    with pytest.raises(OtherBody) as refused, transaction.atomic():
        keep_predictions(project=project, rows=[row("new"), row("a"), row("b", probability=0.3)])

    assert list(refused.value.errors) == ["predictions.2"]
    assert "The key b has been sent before" in refused.value.errors["predictions.2"]
    assert not Prediction.objects.filter(key="new").exists()
    with pytest.raises(OtherBody), transaction.atomic():
        keep_predictions(project=project, rows=[row("x"), row("x", model="v2")])
    assert not Prediction.objects.filter(key="x").exists()


def test_keys_are_each_projects_own(project: Project) -> None:
    other = fed_project()[0]
    send(project, [row("a")])

    assert keep_predictions(project=other, rows=[row("a", model="v2")]).new == 1


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"key": ""}, "key", "1 to 200 characters"),
        ({"key": "a\nb"}, "key", "on one line"),
        ({"key": 7}, "key", "Give a text"),
        ({"model": "m" * 121}, "model", "1 to 120 characters"),
        ({"at": "yesterday"}, "at", "Give a time with its zone"),
        ({"at": "2026-01-01T00:00:00"}, "at", "Give a time with its zone"),
        ({"at": "2026-13-01T00:00:00Z"}, "at", "Give a time with its zone"),
        ({"at": "9999-12-31T23:59:59+00:00"}, "at", "that has passed"),
        ({"at": "1970-01-01T00:00:00Z"}, "at", "from 2000 on"),
        ({"at": 5}, "at", "Give a time with its zone"),
        ({"data": []}, "data", "Give an object"),
        ({"data": {"other": "x"}}, "data", "nothing to show"),
        ({"data": {"text": {"deep": 1}}}, "data.text.text", ""),
        ({"task": 0}, "task", "number of a task"),
        ({"task": True}, "task", "number of a task"),
        ({"task": 2**62}, "task", "number of a task"),
        ({"answers": {}}, "answers", "at least one question"),
        ({"answers": None}, "answers", "at least one question"),
        ({"answers": {"other": "fine"}}, "answers.other", "no such question"),
        ({"answers": {"verdict": "maybe"}}, "answers.verdict", ""),
        ({"answers": {"verdict": None}}, "answers.verdict", ""),
        ({"probability": 1.2}, "probability", "from 0 to 1"),
        ({"probability": True}, "probability", "from 0 to 1"),
        ({"colour": "red"}, "colour", "no such field"),
    ],
)  # fmt: skip
def test_a_fault_is_said_at_its_place_and_nothing_is_kept(
    project: Project, change: dict[str, Any], place: str, says: str
) -> None:
    with pytest.raises(BadFeed) as refused:
        keep_predictions(project=project, rows=[row("a"), row("b") | change])

    assert list(refused.value.errors) == [f"predictions.1.{place}"]
    assert says in refused.value.errors[f"predictions.1.{place}"]
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("rows", [None, {}, [], [row("a")] * (MOST_ROWS + 1)])
def test_a_call_has_one_to_a_thousand_rows(project: Project, rows: Any) -> None:
    with pytest.raises(BadFeed, match="1 to 1,000 rows"):
        keep_predictions(project=project, rows=rows)
    with pytest.raises(BadFeed, match="1 to 1,000 rows"):
        keep_outcomes(project=project, rows=rows)


def test_no_more_faults_are_said_than_one_can_read(project: Project) -> None:
    with pytest.raises(BadFeed) as refused:
        keep_predictions(project=project, rows=[7] * MOST_ROWS)

    assert len(refused.value.errors) == 100


def test_a_task_of_another_project_is_none(project: Project) -> None:
    mine, other = TaskFactory(project=project), TaskFactory(project=ProjectFactory())

    assert keep_predictions(project=project, rows=[row("a", task=mine.pk)]).new == 1
    with pytest.raises(BadFeed, match="number of a task of this project"):
        keep_predictions(project=project, rows=[row("b", task=other.pk)])


def test_what_marks_places_is_held_against_the_data(project: Project) -> None:
    QuestionFactory(
        project=project,
        name="names",
        kind="span",
        config={"field": "text", "labels": [{"value": "name"}]},
    )
    span = {"id": "s", "label": "name", "parts": [{"start": 0, "end": 900}]}

    with pytest.raises(BadFeed) as refused:
        keep_predictions(project=project, rows=[row("a", answers={"names": [span]})])

    assert next(iter(refused.value.errors)).startswith("predictions.0.answers.names")


def test_outcomes_come_any_number_of_times_and_all_are_kept(project: Project) -> None:
    send(project, [row("a")])

    first = keep_outcomes(project=project, rows=[outcome("a", at=before(2), source="bank")])
    again = keep_outcomes(project=project, rows=[outcome("a", at=before(1), source="bank")])

    assert (first, again) == ((1, 1, 0), (1, 1, 0))
    assert Outcome.objects.count() == 2


def test_the_same_news_twice_is_one(project: Project) -> None:
    news = [outcome("a", at="2026-01-05T10:00:00Z", source="bank")]

    assert keep_outcomes(project=project, rows=news) == (1, 1, 1)
    assert keep_outcomes(project=project, rows=news) == (1, 0, 1)


def test_an_outcome_may_come_before_its_prediction(project: Project) -> None:
    assert keep_outcomes(project=project, rows=[outcome("a")]).waiting == 1

    send(project, [row("a")])

    assert keep_outcomes(project=project, rows=[outcome("a", "fraud")]).waiting == 0


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": None}, "key"),
        ({"question": "other"}, "question"),
        ({"question": ["verdict"]}, "question"),
        ({"value": "maybe"}, "value"),
        ({"value": None}, "value"),
        ({"at": "soon"}, "at"),
        ({"source": "x" * 121}, "source"),
        ({"note": "x"}, "note"),
    ],
)
def test_a_fault_in_an_outcome_is_said_at_its_place(
    project: Project, change: dict[str, Any], place: str
) -> None:
    with pytest.raises(BadFeed) as refused:
        keep_outcomes(project=project, rows=[outcome("a"), outcome("b") | change])

    assert list(refused.value.errors) == [f"outcomes.1.{place}"]
    assert not Outcome.objects.exists()


def test_the_lot_hangs_on_the_key_alone(project: Project) -> None:
    send(project, [row(f"k{n}") for n in range(1_000)])
    draws = list(Prediction.objects.values_list("key", "draw"))

    assert all(draw == draw_of(project.pk, key) for key, draw in draws)
    share = sum(draw < DRAWS / 10 for _, draw in draws) / 1_000
    assert 0.07 < share < 0.13


def test_a_thousand_rows_take_as_many_statements_as_two(project: Project) -> None:
    send(project, [row("warm")])
    numbers = []
    for size in (2, 1_000):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            keep_predictions(project=project, rows=[row(f"{size}-{n}") for n in range(size)])
        numbers.append(len(seen))

    assert numbers[0] == numbers[1] <= 7


def test_what_is_kept_no_longer_is_removed_and_its_outcomes_with_it(project: Project) -> None:
    send(project, [row("old"), row("new")], [outcome("old"), outcome("new"), outcome("none")])
    FeedPlan.objects.update(retention_days=40)
    late = timezone.now() - timedelta(days=41)
    Prediction.objects.filter(key="old").update(received_at=late)
    Outcome.objects.filter(key__in=["old", "none"]).update(received_at=late)
    Outcome.objects.filter(key="new").update(received_at=late)

    assert tidy_feed(at=timezone.now()) == 3

    assert list(Prediction.objects.values_list("key", flat=True)) == ["new"]
    # As old, but its prediction is kept.
    assert list(Outcome.objects.values_list("key", flat=True)) == ["new"]


def test_tidying_takes_bit_by_bit_until_all_is_gone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.routing.actions.feeding.AT_ONCE", 2)
    send(project, [row(f"k{n}") for n in range(5)])
    Prediction.objects.update(received_at=timezone.now() - timedelta(days=500))

    assert tidy_feed(at=timezone.now()) == 5


def test_what_must_never_be_false_is_held_by_the_database(project: Project) -> None:
    send(project, [row("a")])
    one = Prediction.objects.filter(key="a")
    for wrong in ({"probability": 1.5}, {"chosen_by": "lot"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            one.update(**wrong)
    with pytest.raises(IntegrityError, match="judged_before"), transaction.atomic():
        FeedPlan.objects.update(maturity_days=365)
