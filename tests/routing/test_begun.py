"""Tasks that are begun go on first, and by a strategy that goes by answers the most disputed first."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone

from apps.annotations.models import Question
from apps.consensus.actions.refresh import refresh_consensus
from apps.projects.models import Membership
from apps.routing.models import Plan, Ranking
from apps.routing.strategies.lots import held_out
from apps.tasks.actions import hand_out, set_priorities
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.bulk import answered_tasks
from tests.clients import signed_in_as
from tests.factories import MembershipFactory
from tests.routing.factories import learn, messages
from tests.routing.test_pages import address, text_of

pytestmark = pytest.mark.django_db


def begun(question: Question, *answers: tuple[str, ...]) -> list[Task]:
    """Tasks with these answers each, of which five are wanted."""
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(4)]
    made = answered_tasks(
        project=question.project,
        answers=[
            {person: {question.name: label} for person, label in zip(people, given, strict=False)}
            for given in answers
        ],
    )
    keys = [task.pk for task in made]
    QueueEntry.objects.filter(pk__in=keys).update(overlap=5, state="open")
    refresh_consensus(project=question.project, task_ids=keys)
    return made


def order_of(question: Question) -> list[int]:
    waits = QueueEntry.objects.filter(project=question.project, state="open")
    return list(waits.order_by("-priority", "pk").values_list("pk", flat=True))


def test_the_most_disputed_goes_on_first_and_all_that_is_begun_before_what_is_new() -> None:
    question, _, fresh = messages(answered=0, waiting=6)
    agreed, split, single = begun(
        question, ("praise",) * 3, ("praise", "praise", "question", "question"), ("complaint",)
    )
    Plan.objects.create(project=question.project, strategy="most_disputed", exploration=0)

    told = learn(question.project, is_ranked=True)

    assert told["ranked"] == 6
    assert order_of(question)[:3] == [split.pk, single.pk, agreed.pk]
    assert set(order_of(question)[3:]) == {task.pk for task in fresh}
    assert Ranking.objects.get().begun == 3
    newcomer = MembershipFactory(project=question.project)
    lent = hand_out(annotator=newcomer, project=question.project, at=timezone.now())
    assert isinstance(lent, Assignment)
    assert lent.task_id == split.pk
    said = text_of(signed_in_as(question.project).get(address(question.project)))
    assert "3 that somebody has begun go on before them" in said


def test_a_leads_word_stands_above_what_is_disputed_and_other_strategies_leave_it() -> None:
    question, _, fresh = messages(answered=0, waiting=3)
    agreed, split = begun(question, ("praise",) * 3, ("praise", "question"))
    set_priorities(project=question.project, priorities={fresh[2].pk: 1.0})
    plan = Plan.objects.create(project=question.project, strategy="most_disputed", exploration=0)
    learn(question.project, is_ranked=True)
    assert order_of(question)[:3] == [fresh[2].pk, split.pk, agreed.pk]

    plan.strategy = "random_order"
    plan.save()
    learn(question.project, is_ranked=True)

    assert order_of(question)[:3] == [fresh[2].pk, split.pk, agreed.pk]


def test_a_model_says_what_is_likely_before_the_answers() -> None:
    """Of two tasks with one answer each that goes on first of which the model thinks otherwise."""
    question, _, _ = messages(answered=160, waiting=5)
    like, unlike = begun(question, ("praise",), ("praise",))
    Task.objects.filter(pk=like.pk).update(data={"text": "lovely thanks great perfect"})
    Task.objects.filter(pk=unlike.pk).update(data={"text": "broken late refund angry"})
    Plan.objects.create(project=question.project, strategy="most_disputed", exploration=0)

    learn(question.project, is_ranked=True)

    assert order_of(question)[:2] == [unlike.pk, like.pk]


def test_what_is_left_to_chance_has_its_share_of_what_is_begun() -> None:
    question, _, _ = messages(answered=0, waiting=1)
    tasks = begun(question, *[("praise", "question")] * 20, *[("praise",) * 4] * 20)
    Plan.objects.create(project=question.project, strategy="most_disputed", exploration=0.5, seed=4)

    learn(question.project, is_ranked=True)

    order = [pk for pk in order_of(question) if pk in {task.pk for task in tasks}]
    held = held_out(np.array(order), 4, 0.5)
    # By lot: half of the first ten, whatever their answers say.
    assert held[:10].sum() == 5
