"""Successive models are asked about one stop set: by lot, never learned from, the same for all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.routing.actions.packing import unpack_keys
from apps.routing.actions.stabilizing import ask_stop_set
from apps.routing.learners.stopping import Reason
from apps.routing.models import StopSet
from apps.routing.strategies.lots import held_out
from tests.factories import QuestionFactory

pytestmark = pytest.mark.django_db
TASKS, VALUES = np.arange(1, 20_001), ("a", "b", "c")


def asked(
    question: Any, labelled: int, *, moved: float = 0, tasks: Any = TASKS, **more: Any
) -> Reason:
    """A model that says the same of each task whenever it is asked, but for a share of them."""

    def says(keys: Any) -> Any:
        label = keys % 3
        change = np.random.default_rng(labelled).random(keys.size) < moved
        return np.eye(3, dtype=np.float32)[np.where(change, (label + 1) % 3, label)]

    given: dict[str, Any] = {"values": VALUES, "held": 0.1, "seed": 7} | more
    return ask_stop_set(question=question, says=says, tasks=tasks, labelled=labelled, **given)


def test_models_that_say_the_same_say_stop_after_four_rounds() -> None:
    question = QuestionFactory()

    said = [asked(question, labelled) for labelled in (100, 130, 160, 190)]

    assert [one.verdict for one in said] == ["unknown"] * 3 + ["stop"]
    tasks = unpack_keys(StopSet.objects.get().tasks)
    assert tasks.size > 1_500
    assert held_out(tasks, 7, 0.1).all()
    assert said[-1].n == tasks.size


def test_models_that_change_their_minds_say_go_on() -> None:
    question = QuestionFactory()

    said = [asked(question, labelled, moved=0.1) for labelled in (100, 130, 160, 190)]

    assert said[-1].verdict == "go_on"
    assert said[-1].high is not None
    assert said[-1].high < 0.9


def test_to_learn_again_from_the_same_answers_is_no_round() -> None:
    question = QuestionFactory()

    said = [asked(question, labelled) for labelled in (100, 100, 110, 124, 125)]

    assert StopSet.objects.get().labelled == [100, 125]
    assert said[-1].verdict == "unknown"


def test_what_is_gone_is_left_out_and_other_terms_begin_anew() -> None:
    question = QuestionFactory()
    for labelled in (100, 130, 160):
        asked(question, labelled)
    before = unpack_keys(StopSet.objects.get().tasks)

    said = asked(question, 190, tasks=TASKS[before[20] < TASKS])
    assert (said.verdict, said.n) == ("stop", before.size - 21)
    for more in ({"values": ("a", "b", "c", "d")}, {"seed": 8}, {"held": 0.2}):
        assert asked(question, 220, **more).verdict == "unknown"
        assert StopSet.objects.get().labelled == [220]
