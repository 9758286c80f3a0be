"""A task's history: what happened, in order, named for who may know, in a fixed number of queries."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.annotations.actions import revise_annotation
from apps.annotations.models import Annotation
from apps.comments.actions import open_thread
from apps.consensus.models import Consensus
from apps.projects.models import Guideline, Membership, Project
from apps.projects.permissions import project_for
from apps.quality.actions import drain
from apps.quality.actions.decisions import adjudicate
from apps.quality.actions.gold import gold_of_decision
from apps.quality.actions.history import Event, TaskHistory
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Outcome
from apps.tasks.actions import (
    hand_out,
    release_assignment,
    restore_tasks,
    skip_assignment,
    withdraw_tasks,
)
from apps.tasks.models import Assignment, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)
from tests.quality.calibrating import answer, begun, opened
from tests.quality.reviews import given, judge, reviewer, stages
from tests.tasks.test_checks import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=2, is_blind=False)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def lead(project: Project) -> Membership:
    return MembershipFactory(project=project, role="lead", user=UserFactory(name="Lea Lead"))


def history(task: Task, by: Membership, *, hides_names: bool = False) -> list[Event]:
    project = project_for(user_of(by), task.project_id)
    return TaskHistory(task, project, user_of(by), hides_names).events()


def kinds(events: list[Event]) -> list[str]:
    return [one.kind for one in events]


def take(annotator: Membership) -> Assignment:
    mine = hand_out(annotator=annotator, project=annotator.project, at=timezone.now())
    assert isinstance(mine, Assignment)
    return mine


def revise(given: Annotation, said: str) -> None:
    revise_annotation(
        annotation_id=given.pk,
        by=user_of(given.annotator),
        key=uuid.uuid4(),
        answers={"intent": said},
        at=timezone.now(),
    )


def test_all_that_happens_to_a_task_is_told_in_order(project: Project, lead: Membership) -> None:
    task = TaskFactory(project=project)
    ada = MembershipFactory(project=project, user=UserFactory(name="Ada"))
    bo, cy = (MembershipFactory(project=project) for _ in range(2))
    skip_assignment(assignment_id=take(cy).pk, user=user_of(cy), reason="Too dark.")
    first = send(take(ada), "praise")
    Guideline.objects.create(project=project, number=1, text="# Rules", summary="The first.")
    revise(first, "question")
    send(take(bo), "complaint")
    drain(project.pk)
    decision = adjudicate(
        task=task,
        by=user_of(lead),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"intent": "question"},
        sources={},
        reason="It asks.",
        follows=None,
    )
    gold_of_decision(task=task, at=timezone.now())
    open_thread(
        project=project_for(user_of(lead), project.pk),
        by=user_of(lead),
        text="Look here.",
        at=timezone.now(),
        task=task,
    )
    withdraw_tasks(project=project, task_ids=[task.pk])
    restore_tasks(project=project, task_ids=[task.pk])

    told = history(task, lead)

    assert sorted(kinds(told)) == sorted(
        [
            *("imported", "lent", "lent", "lent", "skipped", "answered", "answered", "revised"),
            *("guideline", "conflict", "consensus", "adjudicated", "gold", "commented"),
            *("withdrawn", "restored"),
        ]
    )
    assert [one.at for one in told] == sorted(one.at for one in told)
    said = {one.kind: one for one in told}
    assert (said["skipped"].words, said["skipped"].note) == ("Skipped", "Too dark.")
    assert (said["revised"].words, said["revised"].who) == ("Revised: question", "Ada")
    assert said["adjudicated"].words == "Decided: question"
    assert (said["adjudicated"].who, said["adjudicated"].note) == ("Lea Lead", decision.reason)
    assert said["gold"].words == "Known from then on: question"
    assert said["commented"].url
    assert said["guideline"].note == "The first."


def test_each_lease_is_told_and_what_a_consensus_was(project: Project, lead: Membership) -> None:
    task = TaskFactory(project=project, queue__overlap=1)
    ada = MembershipFactory(project=project, user=UserFactory(name="Ada"))
    release_assignment(assignment_id=take(ada).pk, user=user_of(ada))
    again = Assignment.objects.filter(pk=take(ada).pk)
    again.update(state="expired", holds_slot=False)
    again.update(state="leased", holds_slot=True)
    again.update(state="expired", holds_slot=False)
    again.update(state="skipped", skip_reason="Too dark.")
    one = Consensus.objects.create(
        project=project,
        task=task,
        question=project.questions.get(),
        aggregator="majority_vote",
        value="praise",
        winners=["praise"],
        share=1.0,
        is_tie=False,
        saw=[],
    )
    Consensus.objects.filter(pk=one.pk).update(share=0.5)
    Consensus.objects.filter(pk=one.pk).update(value=None, is_tie=True)

    told = [(event.kind, event.words, event.who) for event in history(task, lead)]

    assert [part for part in told if part[2] == "Ada"] == [
        ("lent", "Lent", "Ada"),
        ("given_back", "Given back", "Ada"),
        ("lent", "Lent", "Ada"),
        ("expired", "The lease ran out", "Ada"),
        ("expired", "The lease ran out", "Ada"),
        ("skipped", "Skipped", "Ada"),
    ]
    [changed] = [words for kind, words, _ in told if kind == "consensus_changed"]
    assert changed.startswith("Consensus changed from praise to a tie")


def test_the_guideline_in_force_when_it_came_is_named(project: Project, lead: Membership) -> None:
    for number, days in ((1, 9), (2, 5), (3, -5)):
        Guideline.objects.create(
            project=project,
            number=number,
            text=f"v{number}",
            created_at=timezone.now() - timedelta(days=days),
        )

    told = history(TaskFactory(project=project), lead)

    assert [one.words for one in told if one.kind == "guideline"] == ["Guideline v2 is in force"]


def test_verdicts_contests_and_sessions_are_in_it(project: Project, lead: Membership) -> None:
    stages(project, StageSpec("first look"))
    mine = MembershipFactory(project=project)
    back = given(project, by=mine)
    task = back.task
    judge(back, reviewer(project), "return", reason="It asks.")
    session = begun(project, [task], lead)
    answer(mine, "question")
    opened(session)

    told = {one.kind: one for one in history(task, lead)}

    assert told["reviewed"].words.startswith("Return")
    assert told["reviewed"].note == "It asks."
    assert told["calibration"].words == "In calibration 1, which everybody answers"
    assert "calibration_opened" in told
    lent = [one.words for one in history(task, lead) if one.kind == "lent"]
    assert lent == ["Lent", "Lent (calibration)"]


def test_names_are_hidden_where_the_project_is_blind(project: Project, lead: Membership) -> None:
    Project.objects.update(is_blind=True)
    ada = MembershipFactory(project=project, user=UserFactory(name="Ada Hidden"))
    task = TaskFactory(project=project)
    send(take(ada))
    open_thread(
        project=project_for(user_of(ada), project.pk),
        by=user_of(ada),
        text="Which?",
        at=timezone.now(),
        task=task,
    )
    address = reverse("quality:task_history", args=[project.pk, task.pk])

    def page(member: Membership) -> str:
        client = Client()
        client.force_login(user_of(member))
        return client.get(address).content.decode()

    hidden = page(MembershipFactory(project=project, role="reviewer"))
    assert "Ada Hidden" not in hidden
    assert "Annotator 1" in hidden
    assert "An annotator" in hidden
    assert "Ada Hidden" in page(lead)


def test_it_asks_the_same_queries_however_much_happened(project: Project, lead: Membership) -> None:
    def queries(task: Task) -> int:
        with CaptureQueriesContext(connection) as found:
            history(task, lead)
        return len(found)

    def filled(people: int, words: int) -> Task:
        task: Task = TaskFactory(project=project, queue__overlap=people)
        for _ in range(people):
            AnnotationFactory(
                assignment=AssignmentFactory(
                    task=task, annotator=MembershipFactory(project=project)
                ),
                answers={"intent": "praise"},
            )
        for _ in range(words):
            open_thread(
                project=project_for(user_of(lead), project.pk),
                by=user_of(lead),
                text="Look.",
                at=timezone.now(),
                task=task,
            )
        return task

    few, many = queries(filled(1, 1)), queries(filled(7, 5))

    assert few == many
    # One of them asks for the project.
    assert many <= 16


def test_annotators_and_viewers_do_not_read_it(project: Project) -> None:
    task = TaskFactory(project=project)
    for role in ("annotator", "viewer"):
        client = Client()
        client.force_login(user_of(MembershipFactory(project=project, role=role)))
        found = client.get(reverse("quality:task_history", args=[project.pk, task.pk]))
        assert found.status_code == 403
