"""Reviewers who decide the same task in the same moment: one decision, the others are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.projects.models import Guideline, Membership, Project
from apps.quality.actions import DecisionStands, adjudicate
from apps.quality.actions.review_queue import hand_out_review, let_go
from apps.quality.actions.review_states import IllegalReview
from apps.quality.actions.stages import StageSpec
from apps.quality.actions.verdicts import NotYours
from apps.quality.models import Adjudication, Outcome, Review, ReviewCase
from apps.tasks.models import Task
from tests.factories import ProjectFactory, QuestionFactory, UserFactory
from tests.quality.factories import conflict_between
from tests.quality.reviews import given, judge, reviewer, stages

pytestmark = pytest.mark.django_db(transaction=True)


def decide(task: Task, by: User, gate: Barrier, *, is_example: bool = False) -> str:
    gate.wait()
    try:
        adjudicate(
            task=task,
            by=by,
            at=timezone.now(),
            outcome=Outcome.DECIDED,
            answers={"topic": "praise"},
            sources={},
            reason="",
            follows=None,
            is_example=is_example,
        )
    except DecisionStands:
        return "told"
    finally:
        connection.close()
    return "decided"


def conflicts(count: int) -> list[Task]:
    question = QuestionFactory(name="topic")
    project = Project.objects.get(pk=question.project_id)
    made = [
        conflict_between(project, {"topic": "praise"}, {"topic": "complaint"}) for _ in range(count)
    ]
    return [Task.objects.get(pk=one.pk) for one in made]


def test_of_eight_reviewers_at_once_one_decides() -> None:
    (task,) = conflicts(1)
    reviewers = [UserFactory() for _ in range(8)]
    gate = Barrier(8)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda by: decide(task, by, gate), reviewers))

    assert sorted(said) == ["decided", *["told"] * 7]
    assert Adjudication.objects.count() == 1


def test_examples_added_at_once_all_come_into_the_guideline() -> None:
    tasks = conflicts(5)
    reviewer = UserFactory()
    gate = Barrier(5)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda task: decide(task, reviewer, gate, is_example=True), tasks))

    newest = Guideline.objects.get(number=5)
    assert all(task.data["text"] in newest.text for task in tasks)


def in_review(count: int, reviewers: int) -> tuple[Project, list[Membership]]:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    project = Project.objects.get(pk=made.pk)
    stages(project, StageSpec("review"))
    for _ in range(count):
        given(project)
    return project, [reviewer(project) for _ in range(reviewers)]


def take_all(project: Project, by: Membership, gate: Barrier, rounds: int) -> list[int]:
    """What one reviewer is handed, one after the other, each accepted before the next."""
    taken = []
    gate.wait()
    try:
        for _ in range(rounds):
            case = hand_out_review(by=by, project=project)
            if case is None:
                break
            taken.append(case.pk)
            judge(case.annotation, by, "accept")
    finally:
        connection.close()
    return taken


def test_no_two_reviewers_at_once_are_handed_the_same_answer() -> None:
    project, reviewers = in_review(8, 8)
    gate = Barrier(8)

    def take(by: Membership) -> int | None:
        gate.wait()
        try:
            case = hand_out_review(by=by, project=project)
        finally:
            connection.close()
        return case.pk if case else None

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, reviewers))

    assert None not in taken
    assert len(set(taken)) == 8
    assert ReviewCase.objects.filter(held_by__isnull=False).count() == 8


def test_all_answers_are_reviewed_once_by_those_who_work_side_by_side() -> None:
    project, reviewers = in_review(24, 4)
    gate = Barrier(4)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda by: take_all(project, by, gate, 24), reviewers))

    every = [pk for mine in taken for pk in mine]
    assert len(every) == len(set(every)) == 24
    assert Review.objects.count() == 24
    assert not ReviewCase.objects.exclude(state="accepted").exists()


def test_one_answer_that_is_let_go_gets_one_verdict_of_two_at_once() -> None:
    project, (first, *others) = in_review(1, 5)
    case = hand_out_review(by=first, project=project)
    assert case is not None
    let_go(by=first, assignment_id=case.pk)
    gate = Barrier(4)

    def say(by: Membership) -> str:
        gate.wait()
        try:
            judge(case.annotation, by, "accept")
        except (NotYours, IllegalReview):
            return "told"
        finally:
            connection.close()
        return "judged"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(say, others))

    assert sorted(said) == ["judged", "told", "told", "told"]
    assert Review.objects.count() == 1
