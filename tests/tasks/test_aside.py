"""Answers that are set aside, and their way back: slots are counted right whatever comes between."""

from __future__ import annotations

import pytest

from apps.projects.models import Membership, Project
from apps.tasks.actions.aside import SetAside, put_back_many, set_aside, set_aside_many
from apps.tasks.actions.states import IllegalMove
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory(overlap=2)


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project) for _ in range(3)]


def answered(project: Project, people: list[Membership], overlap: int = 2) -> Task:
    task = TaskFactory(project=project, queue__overlap=overlap)
    for person in people:
        AnnotationFactory(assignment=AssignmentFactory(task=task, annotator=person))
    return task


def counts(task: Task) -> tuple[int, int, int, str]:
    entry = QueueEntry.objects.get(pk=task.pk)
    holding = Assignment.objects.filter(task=task, holds_slot=True).count()
    assert entry.handed == holding, "slots are counted right"
    return entry.overlap, entry.handed, entry.submitted, entry.state


def mine(person: Membership) -> list[int]:
    return list(person.assignments.order_by("pk").values_list("pk", flat=True))


def aside(project: Project, person: Membership, *, asks: bool) -> list[SetAside]:
    return set_aside_many(project_id=project.pk, assignment_ids=mine(person), is_asked_anew=asks)


def test_asked_anew_its_slot_is_open_and_comes_back_while_it_is(
    project: Project, people: list[Membership]
) -> None:
    task = answered(project, people[:2])

    done = aside(project, people[0], asks=True)

    assert counts(task) == (2, 1, 1, "open")
    assert people[0].assignments.get().apart == "set_aside"
    back = put_back_many(project_id=project.pk, done=done)
    assert back == mine(people[0])
    assert counts(task) == (2, 2, 2, "complete")
    assert people[0].assignments.get().apart == ""


def test_done_without_the_overlap_goes_down_and_up_again(
    project: Project, people: list[Membership]
) -> None:
    task = answered(project, people[:2])

    done = aside(project, people[0], asks=False)

    assert counts(task) == (1, 1, 1, "complete")
    assert put_back_many(project_id=project.pk, done=done) == mine(people[0])
    assert counts(task) == (2, 2, 2, "complete")


@pytest.mark.parametrize("is_only_lent", [True, False])
def test_what_somebody_else_has_by_now_stays_apart(
    project: Project, people: list[Membership], is_only_lent: bool
) -> None:
    task = answered(project, people[:2])
    done = aside(project, people[0], asks=True)
    lent = AssignmentFactory(task=task, annotator=people[2])
    if not is_only_lent:
        AnnotationFactory(assignment=lent)

    assert put_back_many(project_id=project.pk, done=done) == []

    entry = QueueEntry.objects.get(pk=task.pk)
    assert (entry.overlap, entry.handed) == (2, 2)
    assert people[0].assignments.get().apart == "set_aside"


def test_of_two_answers_of_a_task_as_many_come_back_as_there_is_room(
    project: Project, people: list[Membership]
) -> None:
    task = answered(project, people[:2])
    done = [*aside(project, people[0], asks=True), *aside(project, people[1], asks=True)]
    assert counts(task) == (2, 0, 0, "open")
    AnnotationFactory(assignment=AssignmentFactory(task=task, annotator=people[2]))

    assert put_back_many(project_id=project.pk, done=done) == mine(people[0])
    assert counts(task) == (2, 2, 2, "complete")


def test_a_task_with_one_answer_waits_for_nobody_and_comes_back(
    project: Project, people: list[Membership]
) -> None:
    task = answered(project, people[:1], overlap=1)

    done = aside(project, people[0], asks=False)

    assert counts(task) == (0, 0, 0, "stuck")
    put_back_many(project_id=project.pk, done=done)
    assert counts(task) == (1, 1, 1, "complete")


def test_twice_is_once(project: Project, people: list[Membership]) -> None:
    task = answered(project, people[:2])
    done = aside(project, people[0], asks=True)

    assert aside(project, people[0], asks=True) == []
    assert counts(task) == (2, 1, 1, "open")
    assert set_aside(assignment_id=mine(people[0])[0], is_asked_anew=True).apart == "set_aside"
    assert put_back_many(project_id=project.pk, done=done) == mine(people[0])
    assert put_back_many(project_id=project.pk, done=done) == []
    assert counts(task) == (2, 2, 2, "complete")


def test_what_held_no_slot_has_none_to_come_back_to(
    project: Project, people: list[Membership]
) -> None:
    task = answered(project, people[:2])
    done = [SetAside(mine(people[0])[0], task.pk, has_slot=False, is_narrowed=False)]

    assert put_back_many(project_id=project.pk, done=done) == []
    assert counts(task) == (2, 2, 2, "complete")


def test_only_what_was_submitted_is_set_aside(project: Project) -> None:
    lent = AssignmentFactory(task=TaskFactory(project=project))

    with pytest.raises(IllegalMove):
        set_aside(assignment_id=lent.pk, is_asked_anew=True)
    lent.refresh_from_db()
    assert (lent.apart, lent.holds_slot) == ("", True)
