"""Tasks that everybody is lent first: beyond the overlap, once more for who had them, and no longer
than the session lasts."""

from __future__ import annotations

import pytest

from apps.projects.models import Membership, Project, Terms
from apps.tasks.actions import NoMore, expire_leases, release_assignment, skip_assignment
from apps.tasks.actions.calibrating import begin_round, calibrated, end_round
from apps.tasks.models import Assignment, CalibrationTask, Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
    user_of,
)
from tests.tasks.asking import ask, lent
from tests.tasks.test_checks import counts, send

pytestmark = pytest.mark.django_db
ROUND = 1_001


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project)


def session(project: Project, *tasks: Task, number: int = ROUND) -> None:
    begin_round(project=project, number=number, task_ids=[task.pk for task in tasks])


def test_everybody_gets_them_first_in_order_and_no_slot_is_taken(
    project: Project, ann: Membership
) -> None:
    ordinary, first, second = (TaskFactory(project=project) for _ in range(3))
    session(project, second, first)
    other = MembershipFactory(project=project)

    had = []
    for who in (ann, other):
        for _ in range(2):
            mine = lent(who)
            had.append((who, mine.task_id))
            said = send(mine)
            assert (said.is_surplus, said.is_independent) == (False, True)

    assert had == [
        (ann, second.pk),
        (ann, first.pk),
        (other, second.pk),
        (other, first.pk),
    ]
    assert counts(first) == counts(second) == (1, 0, 0, "open")
    kept = Assignment.objects.filter(round=ROUND)
    assert {(one.state, one.apart, one.holds_slot) for one in kept} == {
        ("submitted", "calibrate", False)
    }
    assert lent(ann).task_id == ordinary.pk


def test_who_answered_one_in_a_session_is_not_asked_for_it_again(
    project: Project, ann: Membership
) -> None:
    only = TaskFactory(project=project)
    session(project, only)
    send(lent(ann))

    assert isinstance(ask(ann), NoMore)


def test_who_had_it_as_ordinary_work_answers_it_once_more(
    project: Project, ann: Membership
) -> None:
    task = answered_task(project=project, answers={ann: {"intent": "praise"}})
    session(project, task)

    mine = lent(ann)
    send(mine, "complaint")

    assert (mine.task_id, mine.round) == (task.pk, ROUND)
    assert counts(task) == (1, 1, 1, "complete")
    assert Assignment.objects.filter(task=task, annotator=ann).count() == 2


def test_what_is_in_hand_as_ordinary_work_waits(project: Project, ann: Membership) -> None:
    task = TaskFactory(project=project)
    mine = lent(ann)
    session(project, task)

    assert isinstance(ask(ann, after=mine), NoMore)
    send(mine)
    assert lent(ann).round == ROUND


def test_each_session_has_a_round_of_its_own(project: Project, ann: Membership) -> None:
    task = TaskFactory(project=project)
    session(project, task)
    send(lent(ann))
    end_round(project=project, number=ROUND)
    session(project, task, number=ROUND + 1)

    assert lent(ann).round == ROUND + 1


def test_only_annotators_get_them(project: Project) -> None:
    ordinary, task = TaskFactory(project=project), TaskFactory(project=project)
    session(project, task)

    assert lent(MembershipFactory(project=project, role="lead")).task_id == ordinary.pk


def test_one_that_is_given_back_comes_again_and_one_put_off_comes_last(
    project: Project, ann: Membership
) -> None:
    Project.objects.filter(pk=project.pk).update(skip_policy="later")
    first, second = TaskFactory(project=project), TaskFactory(project=project)
    session(project, first, second)
    user = user_of(ann)

    release_assignment(assignment_id=lent(ann).pk, user=user)
    again = lent(ann)
    skip_assignment(assignment_id=again.pk, user=user, reason="Later.")
    order = [again.task_id]
    for _ in range(2):
        mine = lent(ann)
        order.append(mine.task_id)
        send(mine)

    assert order == [first.pk, second.pk, first.pk]
    assert counts(first) == (1, 0, 0, "open")


def test_one_that_runs_out_frees_no_slot_that_was_not_there(
    project: Project, ann: Membership
) -> None:
    task = TaskFactory(project=project)
    session(project, task)
    mine = lent(ann)
    Assignment.objects.filter(pk=mine.pk).update(lease_until="2020-01-01T00:00Z")

    expire_leases(project=project)

    assert counts(task) == (1, 0, 0, "open")
    assert lent(ann).pk == mine.pk


def test_at_its_end_leases_are_taken_back_and_late_answers_are_kept_as_not_alone(
    project: Project, ann: Membership
) -> None:
    first, second = TaskFactory(project=project), TaskFactory(project=project)
    session(project, first, second)
    send(lent(ann))
    mine = lent(ann)

    end_round(project=project, number=ROUND)

    assert Assignment.objects.get(pk=mine.pk).state == "returned"
    assert not CalibrationTask.objects.filter(is_open=True).exists()
    late = send(mine)
    kept = Assignment.objects.get(pk=mine.pk)
    assert (late.is_independent, late.is_surplus) == (False, False)
    assert (kept.state, kept.apart, kept.holds_slot) == ("submitted", "calibrate", False)
    assert counts(second) == (1, 0, 0, "open")


def test_it_tells_which_task_of_the_session_it_is(project: Project, ann: Membership) -> None:
    session(project, TaskFactory(project=project), TaskFactory(project=project))
    TaskFactory(project=project)

    mine = lent(ann)
    assert calibrated(mine) == {"tasks": 2, "place": 1}
    send(mine)
    mine = lent(ann)
    assert calibrated(mine) == {"tasks": 2, "place": 2}
    send(mine)
    assert calibrated(lent(ann)) is None


def test_who_is_paused_gets_none(project: Project, ann: Membership) -> None:
    session(project, TaskFactory(project=project))
    Terms.objects.create(
        annotator=ann, check_rate=0, paused_at="2026-01-01T00:00Z", pause_reason="Stop."
    )

    assert isinstance(ask(ann), NoMore)


def test_a_withdrawn_task_is_not_lent(project: Project, ann: Membership) -> None:
    session(project, TaskFactory(project=project, queue__state="withdrawn"))

    assert isinstance(ask(ann), NoMore)
