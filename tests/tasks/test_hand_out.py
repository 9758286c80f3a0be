"""What `next` gives, in order, and what it says when there is nothing to give."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.projects.models import Project
from apps.tasks.actions import (
    release_assignment,
    set_priorities,
    skip_assignment,
)
from apps.tasks.models import Assignment, Place
from tests.factories import (
    MembershipFactory,
    PoolFactory,
    TaskFactory,
    lease_end,
)
from tests.tasks.asking import ask, entry, lent, submit, value

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_the_best_priority_comes_first_then_the_oldest_task(project, ann):
    low, high, high_too = (TaskFactory(project=project, queue__priority=p) for p in (0, 0.75, 0.75))

    order = []
    for _ in range(3):
        order.append(lent(ann))
        submit(order[-1])

    assert [assignment.task_id for assignment in order] == [high.pk, high_too.pk, low.pk]


def test_a_lease_takes_a_slot_until_the_projects_lease_time_is_over(project, ann):
    task = TaskFactory(project=project)

    assignment = lent(ann)

    assert entry(task).handed == 1
    minutes = (lease_end(Assignment.objects.get()) - timezone.now()) / timedelta(minutes=1)
    assert project.lease_minutes - 1 < minutes <= project.lease_minutes
    assert (assignment.state, assignment.is_ahead, assignment.holds_slot) == ("leased", False, True)


def test_nobody_gets_a_task_twice(project, ann):
    TaskFactory.create_batch(3, project=project, queue__overlap=5)

    seen = []
    while isinstance(answer := ask(ann), Assignment):
        seen.append(answer.task_id)
        submit(answer)

    assert len(seen) == len(set(seen)) == 3


def test_done_when_all_is_complete(project, ann, bob):
    TaskFactory(project=project)
    for annotator in (ann, bob):
        submit(lent(annotator))

    assert value(ann) == "done"


def test_yours_done_while_others_still_can(project, ann, bob):
    TaskFactory(project=project)
    submit(lent(ann))

    assert value(ann) == "yours_done"


def test_yours_done_when_what_is_open_is_not_for_me(project, ann):
    pool = PoolFactory(project=project, requires=["language:fi"])
    MembershipFactory(project=project, languages=["fi"])
    TaskFactory(project=project, queue__pool=pool)

    assert value(ann) == "yours_done"


def test_busy_while_another_has_the_last_slot_of_a_task_i_could_do(project, ann, bob):
    TaskFactory(project=project, queue__overlap=1)
    lent(bob)

    assert value(ann) == "busy"


def test_an_empty_project_is_done(ann):
    assert value(ann) == "done"


def test_a_task_that_reopens_behind_ones_place_is_found(project, ann, bob):
    early, late = TaskFactory.create_batch(2, project=project, queue__overlap=1)
    others = lent(bob)
    mine = lent(ann)
    submit(mine)
    release_assignment(assignment_id=others.pk, user=bob.user)

    assert (others.task_id, mine.task_id) == (early.pk, late.pk)
    assert lent(ann).task_id == early.pk


def test_a_new_order_is_followed_at_once(project, ann):
    tasks = TaskFactory.create_batch(5, project=project, queue__overlap=5)
    for _ in range(3):
        submit(lent(ann))

    changed = set_priorities(project=project, priorities={tasks[4].pk: 3, tasks[0].pk: 9})

    assert changed == 2
    assert lent(ann).task_id == tasks[4].pk


def test_priorities_do_not_reach_into_another_project(project):
    other = TaskFactory()

    assert set_priorities(project=project, priorities={other.pk: 5}) == 0
    assert entry(other).priority == 0


def test_one_order_holds_across_pools(project, ann):
    mine = PoolFactory(project=project, people=[ann.pk])
    by_name = TaskFactory(project=project, queue__pool=mine, queue__priority=1)
    first = TaskFactory(project=project, queue__priority=2)
    last = TaskFactory(project=project)

    order = []
    for _ in range(3):
        order.append(lent(ann).task_id)
        submit(Assignment.objects.get(task_id=order[-1]))

    assert order == [first.pk, by_name.pk, last.pk]


def test_a_disputed_task_marks_what_is_lent_from_then_on(project, ann):
    TaskFactory(project=project, queue__disputed_at=NOW)

    assert lent(ann).is_disputed


def test_the_next_task_takes_four_questions_to_the_database(project, ann):
    TaskFactory.create_batch(4, project=project)
    in_hand = lent(ann)

    with CaptureQueriesContext(connection) as queries:
        lent(ann, after=in_hand)

    asked = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(asked) == 4, asked


def test_the_place_moves_with_the_order_and_only_within_its_pool(project, ann):
    TaskFactory.create_batch(2, project=project)
    assignment = lent(ann)

    place = Place.objects.get()
    assert (place.annotator_id, place.task_id) == (ann.pk, assignment.task_id)


def test_what_is_put_off_comes_back_once_and_after_the_others(project, ann):
    Project.objects.update(skip_policy="later")
    first_task, second_task = TaskFactory.create_batch(2, project=project)
    MembershipFactory(project=project)
    first = lent(ann)
    skip_assignment(assignment_id=first.pk, user=ann.user, reason="too hard before coffee")

    second = lent(ann)
    submit(second)
    again = lent(ann)
    skip_assignment(assignment_id=again.pk, user=ann.user, reason="still too hard")

    assert [a.task_id for a in (first, second, again)] == [
        first_task.pk,
        second_task.pk,
        first_task.pk,
    ]
    assert value(ann) == "yours_done"
