"""From answers to an order and proposals: what is learned, written, and left alone."""

from __future__ import annotations

import numpy as np
import pytest

from apps.annotations.models import Suggestion
from apps.consensus.models import Consensus
from apps.quality.models import Adjudication
from apps.routing.actions.labels import known_labels
from apps.routing.actions.plans import offered, plan_of
from apps.routing.actions.suggesting import put_suggestions
from apps.routing.models import ModelRun, Plan, Rank, Ranking
from apps.routing.strategies.lots import held_out
from apps.tasks.actions import put_in_order, set_priorities
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    UserFactory,
)
from tests.routing.factories import WORDS, learn, messages, skilled

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
    sure = [
        round(one.thought[0][1] - one.thought[1][1], 4) for one in places if not one.is_held_out
    ]
    assert sure == sorted(sure)


def test_proposals_stand_beside_what_comes_next_but_not_the_hold_out() -> None:
    question, _, _ = messages(waiting=200)

    learn(question.project, is_ranked=True)

    proposed = set(Suggestion.objects.values_list("task_id", flat=True))
    held = set(Rank.objects.filter(is_held_out=True).values_list("pk", flat=True))
    assert proposed
    assert held
    assert not proposed & held


def test_answers_of_the_hold_out_teach_nothing() -> None:
    """Made wrong one and all, they change what the model is said to be worth, and not the model."""
    question, _, _ = messages(answered=120)
    learn(question.project, is_ranked=True)
    first = {one.pk: one.thought for one in Rank.objects.all()}
    run = ModelRun.objects.get()
    assert run.stopped_by > run.held_out

    plan = plan_of(question.project)
    keys = np.array(Consensus.objects.values_list("task_id", flat=True))
    held = keys[held_out(keys, plan.seed, plan.exploration)]
    Consensus.objects.filter(task__in=held.tolist()).update(value="praise")
    learn(question.project, is_ranked=True)

    # They still tell when to stop and how sure to be, so probabilities may move; labels do not.
    again = {one.pk: one.thought for one in Rank.objects.all()}
    assert set(again) == set(first)
    assert sum(first[pk][0][0] != again[pk][0][0] for pk in first) <= 4
    assert ModelRun.objects.latest("pk").accuracy["value"] < run.accuracy["value"]


def test_what_somebody_has_in_hand_keeps_the_proposal_it_began_with() -> None:
    question, person, tasks = messages()
    in_hand, returned, free = tasks[:3]
    for task in (in_hand, returned, free):
        Suggestion.objects.create(task=task, source="model", answers={"intent": "old"}, score=0.1)
    AssignmentFactory(task=in_hand, annotator=person)
    lease = AssignmentFactory(task=returned, annotator=MembershipFactory(project=question.project))
    Assignment.objects.filter(pk=lease.pk).update(
        state="expired", holds_slot=False, lease_until=None
    )
    QueueEntry.objects.filter(pk=returned.pk).update(handed=0)
    everything = {task.pk: ({"intent": "new"}, 0.9) for task in tasks}

    put = put_suggestions(project=question.project, proposed=everything)

    said = dict(Suggestion.objects.values_list("task_id", "answers__intent"))
    assert put == len(tasks) - 2
    assert (said[in_hand.pk], said[returned.pk], said[free.pk]) == ("old", "old", "new")


def test_a_proposal_that_is_not_made_any_more_goes_where_nobody_has_seen_it() -> None:
    question, person, tasks = messages()
    for task in tasks[:2]:
        Suggestion.objects.create(task=task, source="model", answers={"intent": "old"}, score=0.1)
    Suggestion.objects.create(task=tasks[2], source="rules", answers={"intent": "old"})
    AssignmentFactory(task=tasks[0], annotator=person)

    put_suggestions(project=question.project, proposed={})

    left = set(Suggestion.objects.values_list("task_id", "source"))
    assert left == {(tasks[0].pk, "model"), (tasks[2].pk, "rules")}


def test_answers_may_come_while_it_runs_and_nobody_waits() -> None:
    """The order is written while a task of it is locked: that task waits for its own turn alone."""
    question, _, tasks = messages(waiting=10)
    order = [task.pk for task in reversed(tasks)]

    put_in_order(project=question.project, task_ids=order[:5])
    first = list(QueueEntry.objects.order_by("-priority", "pk").values_list("pk", flat=True)[:5])
    put_in_order(project=question.project, task_ids=order[5:], before=order[:5])
    then = list(QueueEntry.objects.order_by("-priority", "pk").values_list("pk", flat=True)[:5])

    assert (first, then) == (order[:5], order[5:])
    assert set(QueueEntry.objects.filter(pk__in=order[:5]).values_list("priority", flat=True)) == {
        0.0
    }


def test_a_leads_priority_stands_above_any_order_and_is_what_it_was_afterwards() -> None:
    question, _, tasks = messages(waiting=4)
    set_priorities(project=question.project, priorities={tasks[3].pk: 1.0, tasks[2].pk: -1.0})

    put_in_order(project=question.project, task_ids=[tasks[2].pk, tasks[1].pk, tasks[0].pk])

    waiting = QueueEntry.objects.filter(state="open").order_by("-priority")
    assert [one.pk for one in waiting] == [tasks[n].pk for n in (3, 1, 0, 2)]
    assert [one.level for one in waiting] == [1.0, 0.0, 0.0, -1.0]


def test_what_was_begun_before_there_was_an_order_goes_on_first() -> None:
    question, person, tasks = messages(waiting=4)
    QueueEntry.objects.filter(pk=tasks[3].pk).update(overlap=2)
    AssignmentFactory(task=Task.objects.get(pk=tasks[3].pk), annotator=person)

    put_in_order(project=question.project, task_ids=[tasks[1].pk, tasks[0].pk])

    waiting = QueueEntry.objects.filter(state="open").order_by("-priority")
    assert [one.pk for one in waiting] == [tasks[n].pk for n in (3, 1, 0, 2)]


def test_a_decision_stands_above_what_answers_come_to() -> None:
    question, _, _ = messages(answered=1)
    task = Consensus.objects.get().task
    Adjudication.objects.create(
        project=question.project,
        task=task,
        outcome="decided",
        answers={"intent": "question"},
        decided_by=UserFactory(),
    )

    known = known_labels(question)

    assert known.tasks.tolist() == [task.pk]
    assert known.values[known.label[0]] == "question"


@pytest.mark.parametrize(
    "strategy",
    [
        # A model, a committee, and one that looks at what is unlike.
        pytest.param(
            one.name,
            marks=()
            if one.name in {"margin", "committee_disagreement", "core_set"}
            else pytest.mark.proof,
        )
        for one in offered()
    ],
)
def test_every_strategy_on_offer_puts_a_real_queue_in_order(strategy: str) -> None:
    question, person, tasks = messages()
    skilled(question, {person: dict.fromkeys(WORDS, 0.8)})
    Plan.objects.create(project=question.project, when="always", strategy=strategy, seed=3)

    told = learn(question.project)

    assert told["ranked"] == len(tasks)
    assert Rank.objects.count() == len(tasks)


@pytest.mark.parametrize("strategy", ["random_order", "stratified", "core_set", "typical_first"])
def test_without_a_model_a_strategy_that_asks_none_still_orders(strategy: str) -> None:
    question, _, tasks = messages(answered=0)
    Plan.objects.create(project=question.project, strategy=strategy)

    assert learn(question.project, is_ranked=True)["ranked"] == len(tasks)


def test_what_others_answered_elsewhere_waits_behind_what_nobody_did() -> None:
    """A file's annotators fill no slots: their tasks wait, and are known."""
    question, _, tasks = messages()
    QueueEntry.objects.exclude(task__in=tasks).update(state="open", handed=0, submitted=0)
    assert QueueEntry.objects.filter(state="open", handed=0).count() == 100

    learn(question.project, is_ranked=True)

    ranking = Ranking.objects.get()
    assert (ranking.waiting, ranking.candidates) == (100, 40)
    assert set(Rank.objects.values_list("task_id", flat=True)) == {task.pk for task in tasks}
