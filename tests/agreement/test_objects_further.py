"""What was marked at other times, and what more answers or tasks would tell of it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from apps.agreement.actions import object_periods
from apps.agreement.actions.drain import drain
from apps.agreement.actions.object_sums import measures_for
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in, held_against
from tests.agreement.marking import (
    as_objects,
    ask,
    figures,
    geometry_of,
    give,
    some,
    studied,
)

pytestmark = pytest.mark.django_db


def test_shapes_of_a_past_time_and_of_two_held_against_each_other() -> None:
    question = ask("box")
    rows = some("box", question.config, tasks=24)
    now = timezone.now()
    days = {f"task {t}": now - timedelta(days=9 if t < 12 else 1) for t in range(24)}
    give(question, rows, at=days)
    whole = figures(studied(question))
    cut = now - timedelta(days=3)

    every = figures_in(question, Period())["objects"]
    then = figures_in(question, Period(until=cut))["objects"]

    for name, figure in figures(every).items():
        assert figure["value"] == pytest.approx(whole[name]["value"]), name
        assert figure["low"] == pytest.approx(whole[name]["low"])
    data = as_objects(question, [row for row in rows if days[row[0]] < cut])
    headline = measures_for(geometry_of(question))[0]
    assert figures(then)["instance_alpha"]["value"] == pytest.approx(headline(data).value)
    found = held_against(question, Period(until=cut), Period(after=cut))
    assert found.first.measure == "instance_alpha"
    assert found.value == pytest.approx(found.first.value - found.second.value)
    assert found.low < found.value < found.high
    same = held_against(question, Period(), Period())
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_of_many_shapes_of_a_past_time_an_even_part_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(object_periods, "MOST_IN_PERIOD", 36)
    question = ask("box")
    give(question, some("box", question.config, tasks=40))
    drain(question.project_id)

    figure = figures_in(question, Period())["objects"]["measures"][0]

    assert 0 < figure["units"] < 40
    assert figure["units"] + figure["excluded"]["not_drawn"] == 40


@pytest.mark.parametrize("name", ["box", "span"])
@pytest.mark.proof
def test_more_answers_or_more_tasks_is_told_of_objects_too(name: str) -> None:
    question = ask(name)
    rows = some(name, question.config, tasks=40, people=4)
    if name == "span":
        rng = np.random.default_rng(2)
        label = question.config["labels"][0]["value"]
        starts = rng.integers(0, 300, (40, 1)) + rng.integers(0, 9, (40, 4))
        rows = [
            (f"{t}", f"{who}", [{"label": label, "parts": [[int(start), int(start) + 20]]}])
            for t, each in enumerate(starts)
            for who, start in enumerate(each)
        ]
    give(question, rows)

    plan = studied(question, "plan")

    assert [one["answers_each"] for one in plan["designs"]] == [*range(2, 11)]
    assert (plan["most"], plan["told_by"]) == (4, 40)
    spreads = [one["spread"] for one in plan["designs"]]
    assert spreads == sorted(spreads, reverse=True)
    # With as many answers as there are it is the spread of the figure itself.
    assert spreads[2] == pytest.approx(plan["spread"], rel=0.25)
