"""What is offered to a person comes first, once, and never before what a lead wants first."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.projects.models import Membership, Project
from apps.tasks.actions import (
    clear_offers,
    offer,
    put_in_order,
    set_priorities,
    withdraw_tasks,
)
from apps.tasks.models import Assignment, Offer, Place, QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    PoolFactory,
    ProjectFactory,
    TaskFactory,
)
from tests.tasks.asking import lent

pytestmark = pytest.mark.django_db


def work(person: Membership, times: int = 1) -> list[int]:
    """The tasks that they get, one after the other, each answered."""
    got = []
    for _ in range(times):
        lease = lent(person)
        AnnotationFactory(assignment=Assignment.objects.get(pk=lease.pk))
        got.append(lease.task_id)
    return got


def give(person: Membership, tasks: Sequence[Task]) -> None:
    others = Offer.objects.exclude(annotator=person).order_by("place")
    lists: dict[int, list[int]] = {person.pk: [task.pk for task in tasks]}
    for pk, task in others.values_list("annotator_id", "task_id"):
        lists.setdefault(pk, []).append(task)
    offer(project=person.project, lists=lists)


def left(person: Membership) -> list[int]:
    mine = Offer.objects.filter(annotator=person).order_by("place")
    return list(mine.values_list("task_id", flat=True))


@pytest.fixture
def project() -> Project:
    return ProjectFactory(overlap=1)


@pytest.fixture
def tasks(project: Project) -> list[Task]:
    return TaskFactory.create_batch(6, project=project)


def test_each_gets_their_own_list_once_and_then_what_all_get(ann, bob, tasks):
    offer(
        project=ann.project,
        lists={ann.pk: [tasks[4].pk, tasks[3].pk], bob.pk: [tasks[3].pk, tasks[5].pk]},
    )

    assert work(ann) + work(bob) + work(ann) == [t.pk for t in (tasks[4], tasks[3], tasks[0])]
    assert work(bob, 2) == [tasks[5].pk, tasks[1].pk]
    assert not Offer.objects.exists()


def test_it_is_counted_lent_and_fetched_ahead_as_any_other(ann, tasks):
    give(ann, tasks[3:5])
    first = lent(ann)
    ahead = lent(ann, after=first)

    assert (first.task_id, first.is_ahead) == (tasks[3].pk, False)
    assert (ahead.task_id, ahead.is_ahead) == (tasks[4].pk, True)
    assert set(QueueEntry.objects.filter(handed=1)) == {t.queue for t in tasks[3:5]}
    assert first.holds_slot


def test_a_place_stays_where_it_is(ann, tasks):
    """Else what lies between would be passed over until the whole queue was looked at."""
    work(ann)
    give(ann, [tasks[4]])

    assert work(ann, 2) == [tasks[4].pk, tasks[1].pk]


@pytest.mark.parametrize("why", ["answered", "no room", "withdrawn", "not for them"])
def test_what_cannot_be_taken_goes_from_the_list(ann, bob, tasks, why):
    first = tasks[2]
    if why == "answered":
        QueueEntry.objects.filter(pk=first.pk).update(overlap=2)
        AnnotationFactory(assignment=AssignmentFactory(task=first, annotator=ann))
    elif why == "no room":
        AssignmentFactory(task=first, annotator=bob)
    elif why == "withdrawn":
        withdraw_tasks(project=ann.project, task_ids=[first.pk])
    else:
        pool = PoolFactory(project=ann.project, people=[bob.pk])
        QueueEntry.objects.filter(pk=first.pk).update(pool=pool)
    give(ann, [first, tasks[4], tasks[5]])

    assert work(ann) == [tasks[4].pk]
    assert left(ann) == [tasks[5].pk]


def test_a_list_of_which_nothing_can_be_taken_is_gone_at_once(ann, bob, tasks):
    for task in tasks[2:4]:
        AssignmentFactory(task=task, annotator=bob)
    give(ann, tasks[2:4])

    assert work(ann) == [tasks[0].pk]
    assert left(ann) == []


def test_what_a_lead_wants_first_comes_first_in_every_pool(ann, tasks):
    other = PoolFactory(project=ann.project, people=[ann.pk])
    QueueEntry.objects.filter(pk=tasks[1].pk).update(pool=other)
    set_priorities(project=ann.project, priorities={tasks[1].pk: 2, tasks[5].pk: 1})
    put_in_order(project=ann.project, task_ids=[task.pk for task in tasks])
    give(ann, [tasks[3], tasks[5]])
    ann.project.refresh_from_db()

    # Of the higher level, then again of the list, in which one of a lower level has waited.
    assert work(ann, 4) == [tasks[1].pk, tasks[5].pk, tasks[3].pk, tasks[0].pk]


def test_a_higher_level_that_was_looked_through_is_not_looked_through_again(ann, tasks):
    """Ann has answered what a lead wants first, and others have not: it has room for good."""
    set_priorities(project=ann.project, priorities={task.pk: 1 for task in tasks[:3]})
    QueueEntry.objects.filter(pk__in=[t.pk for t in tasks[:3]]).update(overlap=2)
    work(ann, 3)
    set_priorities(project=ann.project, priorities={tasks[5].pk: 0})
    give(ann, tasks[3:5])

    assert work(ann) == [tasks[3].pk]
    place = Place.objects.get()
    assert (place.priority, place.task_id) == (1.0, 2**63 - 1)
    assert work(ann, 2) == [tasks[4].pk, tasks[5].pk]
    # What opens there again is found before no more is said.
    QueueEntry.objects.filter(pk=tasks[0].pk).update(overlap=3)
    Assignment.objects.filter(task=tasks[0]).delete()
    QueueEntry.objects.filter(pk=tasks[0].pk).update(handed=0, submitted=0)
    assert work(ann) == [tasks[0].pk]


@pytest.mark.parametrize("number", [0, 2])
def test_offers_cost_no_question_more(ann, tasks, number):
    in_hand = lent(ann)
    give(ann, tasks[3 : 3 + number])

    with CaptureQueriesContext(connection) as queries:
        given = lent(ann, after=in_hand)

    asked = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(asked) == 4, asked
    assert given.task_id == tasks[3 if number else 1].pk


def test_lists_are_replaced_and_cleared_with_their_own_project_alone(ann, bob, tasks):
    stranger = MembershipFactory()
    offer(project=stranger.project, lists={stranger.pk: [tasks[0].pk]})
    offer(
        project=ann.project, lists={ann.pk: [tasks[1].pk, tasks[2].pk], stranger.pk: [tasks[2].pk]}
    )
    assert (left(ann), left(stranger)) == ([tasks[1].pk, tasks[2].pk], [tasks[0].pk])

    offer(project=ann.project, lists={bob.pk: [tasks[2].pk, tasks[3].pk, 0]})
    assert (left(ann), left(bob)) == ([], [tasks[2].pk, tasks[3].pk])

    tasks[2].delete()
    assert left(bob) == [tasks[3].pk]
    clear_offers(project=ann.project)
    assert (left(bob), left(stranger)) == ([], [tasks[0].pk])


@pytest.mark.django_db(transaction=True)
def test_lists_are_written_while_everybody_takes_from_them(project):
    """No deadlock, nothing twice, nothing over the overlap (the database holds that)."""
    people = MembershipFactory.create_batch(4, project=project)
    tasks = [task.pk for task in TaskFactory.create_batch(40, project=project, queue__overlap=2)]
    got: list[tuple[int, int]] = []
    wrong: list[BaseException] = []

    def run(person: Membership | None) -> None:
        try:
            for turn in range(15):
                if person is None:
                    turned = tasks[turn:] + tasks[:turn]
                    offer(project=project, lists={one.pk: turned for one in people})
                    clear_offers(project=project) if turn % 5 == 4 else None
                else:
                    with transaction.atomic():
                        got.extend((person.pk, task) for task in work(person))
        except BaseException as error:
            wrong.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in (None, None, *people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert not wrong
    assert len(got) == len(set(got)) == 60
    assert sum(QueueEntry.objects.values_list("handed", flat=True)) == 60
