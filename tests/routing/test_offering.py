"""From what is known of people to lists of their own, through the job and the hand-out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.models import Gold, Question
from apps.core.jobs import run_job
from apps.projects.models import Membership, Terms
from apps.quality.actions.scoring import score_tasks
from apps.routing.actions.annotators import annotators_for
from apps.routing.actions.learning import ask_to_learn
from apps.routing.actions.plans import change_plan
from apps.routing.models import Plan, Rank
from apps.routing.strategies.annotator_aware import information
from apps.tasks.actions import hand_out
from apps.tasks.models import Assignment, CheckTask, Offer, QueueEntry, Task
from tests.bulk import answered_tasks
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    PoolFactory,
    UserFactory,
    user_of,
)
from tests.routing.factories import WORDS, learn, messages, skilled

pytestmark = pytest.mark.django_db
LABELS = tuple(WORDS)


def told(good: str) -> dict[str, float]:
    """Good at one label, and else no better than a guess."""
    return {label: 0.95 if label == good else 0.4 for label in LABELS}


def answering(question: Question, **more: Any) -> Membership:
    """Somebody more who has answered lately."""
    person: Membership = MembershipFactory(project=question.project, **more)
    answered_tasks(project=question.project, answers=[{person: {question.name: "praise"}}])
    return person


def team(**more: Any) -> tuple[Question, Membership, Membership, list[Task]]:
    question, ann, tasks = messages(**more)
    ben = answering(question)
    skilled(question, {ann: told("praise"), ben: told("complaint")})
    Plan.objects.create(project=question.project, strategy="annotator_aware", seed=3)
    return question, ann, ben, tasks


def list_of(person: Membership) -> list[int]:
    mine = Offer.objects.filter(annotator=person).order_by("place")
    return list(mine.values_list("task_id", flat=True))


def test_each_is_offered_what_they_should_tell_most_about_and_gets_it_first() -> None:
    question, ann, ben, tasks = team(waiting=60)

    learn(question.project, is_ranked=True)

    lists = [list_of(ann), list_of(ben)]
    assert len(lists[0]) == len(lists[1]) >= 25
    assert not set(lists[0]) & set(lists[1])
    ranks = {rank.pk: rank for rank in Rank.objects.all()}
    # All stand in the common order as well.
    assert set(ranks) == {task.pk for task in tasks}
    p = {pk: np.array([[dict(rank.thought)[x] for x in LABELS]]) for pk, rank in ranks.items()}
    skills = [np.array([0.95, 0.4, 0.4]), np.array([0.4, 0.95, 0.4])]
    chosen = [[pk for pk in mine if not ranks[pk].is_held_out] for mine in lists]
    places = [[ranks[pk].place for pk in mine] for mine in chosen]
    assert places == [sorted(mine) for mine in places]
    sums = [[sum(information(p[pk], s)[0] for pk in mine) for s in skills] for mine in chosen]
    assert sums[0][0] + sums[1][1] > sums[0][1] + sums[1][0] + 0.5

    lent = [hand_out(annotator=a, project=a.project, at=timezone.now()) for a in (ann, ben)]
    assert [one.task_id for one in lent if isinstance(one, Assignment)] == [x[0] for x in lists]
    first = ranks[chosen[0][0]]
    assert first.offered[0][0] == ann.pk
    assert first.offered[0][1] == pytest.approx(
        information(p[first.pk], skills[0])[0] / np.log(2), abs=0.06
    )


def test_what_is_left_to_chance_has_its_share_of_each_list() -> None:
    question, ann, ben, _ = team(waiting=400)

    learn(question.project, is_ranked=True)

    held = set(Rank.objects.filter(is_held_out=True).values_list("pk", flat=True))
    for person in (ann, ben):
        mine = list_of(person)
        assert len(mine) == 50
        assert [sum(pk in held for pk in mine[:upto]) for upto in (10, 30, 50)] == [1, 3, 5]
        drawn = Rank.objects.filter(pk__in=held & set(mine)).values_list("offered", flat=True)
        assert list(drawn) == [[[person.pk, None]]] * 5


def test_without_evidence_it_says_so_and_offers_nothing() -> None:
    question, _, _ = messages()
    Plan.objects.create(project=question.project, strategy="annotator_aware")

    job = ask_to_learn(project=question.project, by=None, is_ranked=True)
    run_job(job.pk)

    job.refresh_from_db()
    assert "cannot tell yet how often each annotator is right with each label" in job.error
    assert not Offer.objects.exists()


def test_a_model_that_holds_people_against_themselves_is_no_evidence_and_known_answers_are() -> (
    None
):
    question, ann, _ = messages()
    skilled(question, {ann: told("praise")}, units=300)
    assert annotators_for(question, LABELS) is None

    said = ["praise"] * 20 + ["complaint"] * 10 + ["question"] * 10
    known = ["praise"] * 20 + ["question"] * 10 + ["complaint"] * 10
    tasks = answered_tasks(project=question.project, answers=[{ann: {"intent": x}} for x in said])
    for task, label in zip(tasks, known, strict=True):
        Gold.objects.create(task=task, answers={"intent": label}, source="lead")
        CheckTask.objects.create(
            task=task, project=question.project, known_at=timezone.now() - timedelta(days=30)
        )
    score_tasks(project=question.project, task_ids=[task.pk for task in tasks])

    found = annotators_for(question, LABELS)
    assert found is not None
    assert found.skills[0, 0] > 0.9
    assert (found.skills[0, 1:] < 0.2).all()


def test_only_who_can_be_asked_has_a_list_and_newcomers_are_taken_for_the_team() -> None:
    question, ann, ben, _ = team(waiting=20)
    new, gone, stopped, away = (answering(question) for _ in range(4))
    MembershipFactory(project=question.project)
    gone.is_active = False
    gone.save()
    Terms.objects.create(annotator=stopped, check_rate=0, pause_reason="Practise first.")
    before = timezone.now() - timedelta(days=15)
    Assignment.objects.filter(annotator=away).update(submitted_at=before)

    found = annotators_for(question, LABELS)

    assert found is not None
    assert set(found.people) == {ann, ben, new}
    mine = found.skills[found.people.index(new)]
    np.testing.assert_allclose(mine, (0.95 + 2 * 0.4) / 3, atol=0.01)


def test_tasks_of_a_pool_are_offered_to_those_of_the_pool_alone() -> None:
    question, ann, ben, tasks = team(waiting=30)
    mine = [task.pk for task in tasks[:20]]
    pool = PoolFactory(project=question.project, people=[ben.pk])
    QueueEntry.objects.filter(pk__in=mine).update(pool=pool)

    learn(question.project, is_ranked=True)

    assert not set(list_of(ann)) & set(mine)
    assert set(list_of(ben)) & set(mine)


def test_what_was_begun_is_offered_to_one_and_after_a_day_to_all_who_have_not_had_it() -> None:
    question, ann, ben, tasks = team(waiting=40)
    cleo = answering(question)
    young, old = tasks[0], tasks[1]
    QueueEntry.objects.filter(pk__in=[young.pk, old.pk]).update(overlap=2)
    for task in (young, old):
        AssignmentFactory(task=task, annotator=cleo)
    Assignment.objects.filter(task=old).update(leased_at=timezone.now() - timedelta(days=2))

    learn(question.project, is_ranked=True)

    assert [list_of(person)[0] == old.pk for person in (ann, ben, cleo)] == [True, True, False]
    assert sum(young.pk in list_of(person)[:2] for person in (ann, ben)) == 1
    assert not {young.pk, old.pk} & set(list_of(cleo))


@pytest.mark.parametrize("role", ["lead", "reviewer"])
def test_a_task_says_to_whom_it_was_offered_and_why_and_leads_alone_see_names(role: str) -> None:
    question, ann, _, _ = team(waiting=300)
    learn(question.project, is_ranked=True)
    held, chosen = (
        Rank.objects.filter(is_held_out=lot, offered__0__0=ann.pk).earliest("place")
        for lot in (True, False)
    )
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role=role)))

    with CaptureQueriesContext(connection) as queries:
        said = [
            " ".join(client.get(f"/p/{question.project_id}/learning/why/{pk}/").text.split())
            for pk in (held.pk, chosen.pk)
        ]

    assert len(queries) <= 14
    if role == "lead":
        assert f"Offered by lot to {ann.display_name}." in said[0]
        bits = f"{chosen.offered[0][1]:.2f}".removeprefix("0")
        assert (
            f"Offered to {ann.display_name} ({bits} of a bit), as what they say should" in said[1]
        )
    else:
        assert "It was offered to somebody by lot." in said[0]
        assert "It was offered to those whose answers should tell most about it." in said[1]
        assert ann.display_name not in "".join(said)


@pytest.mark.parametrize("given", [{"strategy": "margin"}, {"when": "never"}])
def test_another_plan_offers_nothing_from_then_on(given: dict[str, Any]) -> None:
    question, ann, _, _ = team(waiting=20)
    learn(question.project, is_ranked=True)
    change_plan(project=question.project, by=UserFactory(), at=timezone.now(), bar=0.8)
    assert list_of(ann)

    change_plan(project=question.project, by=UserFactory(), at=timezone.now(), **given)

    assert not Offer.objects.exists()
