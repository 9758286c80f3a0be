"""From answers to an order and proposals: what is learned, written, and left alone."""

from __future__ import annotations

import pytest

from apps.annotations.models import Suggestion
from apps.routing.models import ModelRun, Rank, Ranking
from apps.tasks.models import QueueEntry
from tests.routing.factories import learn, messages

pytestmark = pytest.mark.django_db


def test_a_model_learns_from_the_answers_and_is_judged_on_the_hold_out() -> None:
    question, _, _ = messages(answered=120)

    told = learn(question.project, is_ranked=False)

    run = ModelRun.objects.get()
    assert told["models"] == 1
    assert (run.question, run.labelled, run.values) == (
        question,
        120,
        ["praise", "complaint", "question"],
    )
    assert run.accuracy["n"] == run.held_out > 0
    assert run.accuracy["value"] > 0.6
    assert sum(number for _, _, number in run.figures["confusion"]) == run.held_out


def test_the_queue_is_put_in_order_and_each_place_says_why() -> None:
    question, _, tasks = messages()

    told = learn(question.project, is_ranked=True)

    ranking = Ranking.objects.get()
    assert told["ranked"] == ranking.ranked == len(tasks)
    places = list(Rank.objects.order_by("place"))
    assert [one.place for one in places] == list(range(1, 41))
    handed = list(
        QueueEntry.objects.filter(state="open").order_by("-priority").values_list("pk", flat=True)
    )
    assert handed == [one.task_id for one in places]
    sure = [one.thought[0][1] - one.thought[1][1] for one in places if not one.is_held_out]
    assert sure == sorted(sure)


def test_proposals_stand_beside_what_comes_next_but_not_the_hold_out() -> None:
    question, _, _ = messages(waiting=200)

    learn(question.project, is_ranked=True)

    proposed = set(Suggestion.objects.values_list("task_id", flat=True))
    held = set(Rank.objects.filter(is_held_out=True).values_list("pk", flat=True))
    assert proposed
    assert held
    assert not proposed & held
