"""Tasks that come back to who answered them: unseen, far enough behind, and never counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.models import Draft
from apps.projects.models import Membership, Project
from apps.tasks.actions import NoMore, handing, release_assignment, repeats, skip_assignment
from apps.tasks.actions.calibrating import begin_round, end_round
from apps.tasks.models import FIRST_REPEAT, Assignment, Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
    user_of,
)
from tests.tasks.asking import ask, lent, run_out
from tests.tasks.test_checks import counts, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request draws a repeat, and none lies too near another."""
    monkeypatch.setattr(handing, "rate_of", lambda share: 1.0 if share else 0.0)
    monkeypatch.setattr(repeats, "gap_of", lambda _: 0)


@pytest.fixture
def project(always: None) -> Project:
    project = ProjectFactory(overlap=1, repeat_share=0.1, repeat_answers=0, repeat_hours=0)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project)


def answered(ann: Membership) -> Task:
    return answered_task(project=ann.project, answers={ann: {"intent": "praise"}})


def set_to(project: Project, **given: float) -> None:
    Project.objects.filter(pk=project.pk).update(**given)


def is_repeat(assignment: Assignment) -> bool:
    return assignment.apart == "repeat"


def test_a_task_comes_back_with_nothing_of_the_first_answer_and_takes_no_slot(
    project: Project, ann: Membership
) -> None:
    task, new = answered(ann), TaskFactory(project=project)

    mine = lent(ann)
    assert not Draft.objects.filter(assignment=mine).exists()
    said = send(mine, "complaint")

    assert (mine.task_id, mine.round) == (task.pk, FIRST_REPEAT)
    assert (said.revision, said.is_surplus, said.is_independent) == (0, False, True)
    kept = Assignment.objects.get(pk=mine.pk)
    assert (kept.state, kept.apart, kept.holds_slot) == ("submitted", "repeat", False)
    assert counts(task) == (1, 1, 1, "complete")
    # Once only, since that is what the project says.
    assert lent(ann).task_id == new.pk


def test_it_never_fills_a_slot_that_is_free(project: Project, ann: Membership) -> None:
    MembershipFactory(project=project)
    task = TaskFactory(project=project, queue__overlap=3)
    send(lent(ann))
    TaskFactory(project=project)

    mine = lent(ann)
    run_out(mine)
    send(mine)

    assert (mine.task_id, is_repeat(mine)) == (task.pk, True)
    assert counts(task) == (3, 1, 1, "open")
    assert Assignment.objects.get(pk=mine.pk).apart == "repeat"


def test_it_comes_after_so_many_answers_and_hours(project: Project, ann: Membership) -> None:
    set_to(project, repeat_answers=2, repeat_hours=24)
    old, _, _ = answered(ann), answered(ann), answered(ann)
    new, _ = TaskFactory.create_batch(2, project=project)

    assert lent(ann).task_id == new.pk
    release_assignment(assignment_id=lent(ann).pk, user=user_of(ann))
    day = timezone.now() - timedelta(hours=25)
    Assignment.objects.filter(annotator=ann, state="submitted").update(submitted_at=day)
    Assignment.objects.filter(task=old).update(submitted_at=day - timedelta(minutes=1))
    assert lent(ann).task_id == old.pk


def test_a_task_comes_back_so_often_and_each_time_far_enough_behind(
    project: Project, ann: Membership
) -> None:
    set_to(project, repeat_most=2, repeat_answers=1)
    old, other = answered(ann), answered(ann)
    hour = timezone.now() - timedelta(hours=1)
    Assignment.objects.filter(task=old).update(submitted_at=hour)
    new = TaskFactory(project=project)

    had = []
    for _ in range(5):
        mine = lent(ann)
        send(mine)
        had.append((mine.task_id, mine.round))

    first, second = FIRST_REPEAT, FIRST_REPEAT + 1
    assert had[:4] == [(old.pk, first), (other.pk, first), (old.pk, second), (other.pk, second)]
    assert had[4] == (new.pk, 0)


def test_between_two_repeats_lie_other_answers_however_often_one_asks(
    project: Project, ann: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "gap_of", lambda _: 2)
    for _ in range(4):
        answered(ann)
    TaskFactory.create_batch(6, project=project)

    had = []
    for _ in range(7):
        mine = lent(ann)
        had.append(is_repeat(mine))
        # The next is fetched while this one is open.
        assert not (is_repeat(mine) and is_repeat(lent(ann, after=mine)))
        send(mine)

    assert had == [True, False, False, True, False, False, True]


@pytest.mark.parametrize("case", ["told", "calibrated", "aside", "withdrawn", "others"])
def test_what_others_spoke_about_or_what_is_theirs_does_not_come_back(
    project: Project, ann: Membership, case: str
) -> None:
    task, new = answered(ann), TaskFactory(project=project)
    mine = Assignment.objects.filter(task=task)
    if case == "told":
        mine.update(has_feedback=True)
    elif case == "calibrated":
        begin_round(project=project, number=1_001, task_ids=[task.pk])
        end_round(project=project, number=1_001)
    elif case == "aside":
        mine.update(apart="set_aside", holds_slot=False)
    elif case == "withdrawn":
        task.queue.state = "withdrawn"
        task.queue.save()
    else:
        pool = task.queue.pool
        task.queue.pool = type(pool).objects.create(project=project, requires=["language:de"])
        task.queue.save()

    assert lent(ann).task_id == new.pk


def test_behind_all_done_nothing_comes_back(project: Project, ann: Membership) -> None:
    answered(ann)

    assert isinstance(ask(ann), NoMore)


@pytest.mark.parametrize("role", ["lead", "reviewer"])
def test_who_may_look_the_answers_up_gets_none(project: Project, role: str) -> None:
    member = MembershipFactory(project=project, role=role)
    answered(member)
    new = TaskFactory(project=project)

    assert lent(member).task_id == new.pk


def test_given_back_it_may_come_again_and_skipped_it_does_not(
    project: Project, ann: Membership
) -> None:
    task, new = answered(ann), TaskFactory(project=project)
    first = lent(ann)
    release_assignment(assignment_id=first.pk, user=user_of(ann))
    again = lent(ann)
    skip_assignment(assignment_id=again.pk, user=user_of(ann), reason="")

    assert (again.pk, again.task_id) == (first.pk, task.pk)
    assert counts(task) == (1, 1, 1, "complete")
    assert lent(ann).task_id == new.pk


def test_it_costs_one_query_more_where_one_is_drawn_and_none_else(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queries(annotator: Membership, repeated: bool) -> int:
        answered(annotator)
        TaskFactory(project=annotator.project, queue__overlap=9)
        with CaptureQueriesContext(connection) as found:
            assert is_repeat(lent(annotator)) == repeated
        return len(found)

    plain = queries(MembershipFactory(project=ProjectFactory(overlap=1)), repeated=False)

    assert queries(MembershipFactory(project=project), repeated=True) == plain + 1
    monkeypatch.setattr(handing, "rate_of", lambda _: 0.0)
    assert queries(MembershipFactory(project=project), repeated=False) == plain


@pytest.mark.parametrize("share", [0.1, 0.05, 0.03, 0.001])
def test_of_all_answers_such_a_share_are_repeats(share: float) -> None:
    """From one repeat to the next: so many that cannot be, then draws until one is."""
    between = repeats.gap_of(share) + 1 / repeats.rate_of(share)

    assert 1 / between == pytest.approx(share)
    assert 0 < repeats.rate_of(share) <= 1
