"""What `next` gives, in order, and what it says when there is nothing to give."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.projects.models import Membership, Project
from apps.tasks.actions import (
    NoMore,
    expire_leases,
    hand_out,
    release_assignment,
    set_priorities,
    skip_assignment,
)
from apps.tasks.models import Assignment, Place, QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    PoolFactory,
    ProjectFactory,
    TaskFactory,
    lease_end,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ask(annotator: Membership, after: Assignment | None = None) -> Assignment | NoMore:
    return hand_out(
        annotator=annotator,
        project=annotator.project,
        at=timezone.now(),
        after=after.pk if after else None,
    )


def lent(annotator: Membership, after: Assignment | None = None) -> Assignment:
    answer = ask(annotator, after)
    assert isinstance(answer, Assignment), answer
    return answer


def value(annotator: Membership, after: Assignment | None = None) -> str:
    answer = ask(annotator, after)
    assert isinstance(answer, NoMore), answer
    return answer.value


def submit(assignment: Assignment) -> None:
    """By the factory: the slot was taken when it was lent."""
    AnnotationFactory(assignment=Assignment.objects.get(pk=assignment.pk))


def run_out(*assignments: Assignment) -> None:
    """Let time pass for these leases."""
    ids = [assignment.pk for assignment in assignments]
    Assignment.objects.filter(pk__in=ids, state="leased").update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


@pytest.fixture
def project() -> Project:
    return ProjectFactory(overlap=2)


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project)


@pytest.fixture
def bob(project: Project) -> Membership:
    return MembershipFactory(project=project)


def entry(task: Task | int) -> QueueEntry:
    return QueueEntry.objects.get(pk=task if isinstance(task, int) else task.pk)


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


def test_ones_own_lease_comes_back_and_runs_anew(project, ann):
    TaskFactory.create_batch(2, project=project)
    first = lent(ann)
    run_out(first)

    again = lent(ann)

    assert again.pk == first.pk
    assert lease_end(again) > timezone.now() + timedelta(minutes=project.lease_minutes - 1)


def test_one_more_is_lent_behind_the_one_in_hand_for_a_short_time(project, ann):
    TaskFactory.create_batch(4, project=project)
    in_hand = lent(ann)

    ahead = lent(ann, after=in_hand)

    assert ahead.pk != in_hand.pk
    assert ahead.is_ahead
    assert lease_end(ahead) < timezone.now() + timedelta(minutes=6)
    assert lent(ann, after=in_hand).pk == ahead.pk, "never more than two"
    assert Assignment.objects.count() == 2


def test_what_was_fetched_ahead_runs_in_full_once_it_is_in_hand(project, ann):
    TaskFactory.create_batch(4, project=project)
    first = lent(ann)
    second = lent(ann, after=first)
    submit(first)

    third = lent(ann, after=second)

    second.refresh_from_db()
    assert not second.is_ahead
    assert lease_end(second) > timezone.now() + timedelta(minutes=20)
    assert third.is_ahead


def test_what_was_lost_ahead_is_taken_up_again_when_it_comes_in_hand(project, ann):
    TaskFactory.create_batch(3, project=project)
    first = lent(ann)
    second = lent(ann, after=first)
    run_out(second)
    expire_leases()
    submit(first)

    third = lent(ann, after=second)

    second.refresh_from_db()
    assert (second.state, third.task_id == second.task_id) == ("leased", False)
    assert entry(second.task_id).handed == 1


def test_after_something_that_is_not_in_hand_gives_one_lease_only(project, ann, bob):
    TaskFactory.create_batch(3, project=project)
    others = lent(bob)

    answer = lent(ann, after=others)

    assert not answer.is_ahead
    assert answer.annotator_id == ann.pk


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


def test_what_others_let_run_out_is_taken_back_before_no_more_is_said(project, ann, bob):
    TaskFactory(project=project, queue__overlap=1)
    lost = lent(bob)
    run_out(lost)

    assert lent(ann).task_id == lost.task_id
    lost.refresh_from_db()
    assert (lost.state, lost.holds_slot) == ("expired", False)


def test_what_others_fetched_ahead_is_taken_back_when_i_would_wait(project, ann, bob):
    TaskFactory.create_batch(2, project=project, queue__overlap=1)
    in_hand = lent(bob)
    ahead = lent(bob, after=in_hand)

    assert lent(ann).task_id == ahead.task_id
    ahead.refresh_from_db()
    in_hand.refresh_from_db()
    assert (ahead.state, in_hand.state) == ("expired", "leased")


def test_what_others_fetched_ahead_is_not_taken_to_fetch_ahead_oneself(project, ann, bob):
    TaskFactory.create_batch(3, project=project, queue__overlap=1)
    lent(bob, after=lent(bob))
    mine = lent(ann)

    assert value(ann, after=mine) == "busy"


def test_a_task_that_reopens_behind_ones_place_is_found(project, ann, bob):
    early, late = TaskFactory.create_batch(2, project=project, queue__overlap=1)
    others = lent(bob)
    mine = lent(ann)
    submit(mine)
    release_assignment(assignment_id=others.pk, user=bob.user)

    assert (others.task_id, mine.task_id) == (early.pk, late.pk)
    assert lent(ann).task_id == early.pk


def test_what_expired_may_be_lent_to_the_same_person_again(project, ann):
    TaskFactory(project=project)
    first = lent(ann)
    run_out(first)
    assert expire_leases(project=project) == 1

    again = lent(ann)

    assert again.pk == first.pk
    assert entry(first.task_id).handed == 1


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


@pytest.mark.parametrize(
    ("brings", "is_lent"),
    [
        ({"languages": ["fi", "sv"], "skills": ["law"]}, True),
        ({"languages": ["fi"]}, False),
        ({"skills": ["fi", "law"]}, False),
        ({}, False),
    ],
)
def test_a_task_goes_only_to_those_who_bring_all_it_requires(project, brings, is_lent):
    pool = PoolFactory(project=project, requires=["language:fi", "skill:law"])
    TaskFactory(project=project, queue__pool=pool)

    answer = ask(MembershipFactory(project=project, **brings))

    assert isinstance(answer, Assignment) is is_lent


def test_a_task_assigned_by_name_goes_to_nobody_else(project, ann, bob):
    TaskFactory(project=project, queue__pool=PoolFactory(project=project, people=[bob.pk]))

    assert value(ann) == "yours_done"
    assert lent(bob).annotator_id == bob.pk


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


def test_a_daily_quota_counts_what_is_in_hand_and_starts_again_each_day(project):
    ann = MembershipFactory(project=project, daily_quota=2)
    TaskFactory.create_batch(5, project=project)
    first = lent(ann)
    submit(first)
    second = lent(ann)

    answer = ask(ann, after=second)
    assert isinstance(answer, NoMore)
    assert answer == NoMore("yours_done", "You have done your 2 for today.")
    Assignment.objects.filter(pk=first.pk).update(submitted_at=NOW - timedelta(days=2))
    assert lent(ann, after=second).is_ahead


def test_a_total_quota_ends_for_good(project):
    ann = MembershipFactory(project=project, total_quota=1)
    TaskFactory.create_batch(2, project=project)
    submit(lent(ann))
    Assignment.objects.update(submitted_at=NOW - timedelta(days=2))

    assert ask(ann) == NoMore("yours_done", "You have done all of your 1 tasks.")


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_paused_project_lends_nothing_and_says_so(project, ann, state):
    TaskFactory(project=project)
    Project.objects.update(state=state)

    answer = ask(ann)

    assert isinstance(answer, NoMore)
    assert state in answer.message


@pytest.mark.parametrize(
    "who",
    [{"is_active": False}, {"is_external": True}, {"role": "viewer"}],
    ids=["gone", "external", "viewer"],
)
def test_who_may_not_annotate_gets_nothing(project, who):
    TaskFactory(project=project)

    assert value(MembershipFactory(project=project, **who)) == "yours_done"
    assert not Assignment.objects.exists()


def test_an_annotator_of_one_project_gets_nothing_of_another(project, ann):
    other = TaskFactory().project

    answer = hand_out(annotator=ann, project=other, at=NOW)

    assert isinstance(answer, NoMore)
    assert not Assignment.objects.exists()


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


def test_a_task_nobody_is_left_for_is_shown_as_stuck_and_reopens_for_somebody_new(project, ann):
    """The overlap was raised by hand: no action on the task itself could notice."""
    task = TaskFactory(project=project, queue__overlap=1)
    submit(lent(ann))
    QueueEntry.objects.update(overlap=2, state="open")

    assert value(ann) == "yours_done"
    assert entry(task).state == "stuck"
    new = MembershipFactory(project=project)
    assert lent(new).task_id == task.pk
    assert entry(task).state == "open"


def test_a_lead_who_never_annotates_is_not_waited_for(project, ann):
    MembershipFactory(project=project, role="lead")
    TaskFactory(project=project)
    submit(lent(ann))

    assert value(ann) == "yours_done"
    assert QueueEntry.objects.get().state == "stuck"


def test_leases_of_other_people_are_left_alone(project, ann, bob):
    other = AssignmentFactory(task=TaskFactory(project=project), annotator=bob)

    lent(ann)

    other.refresh_from_db()
    assert other.state == "leased"
