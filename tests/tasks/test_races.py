"""Many people at the same moment: real threads, each with a connection of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from apps.annotations.actions.submit import Submitted, submit_annotation
from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.tasks.actions import AlreadySubmitted, expire_leases, hand_out, skip_assignment
from apps.tasks.actions import handing as handing_module
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    TaskFactory,
    user_of,
)

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 32


def at_once(work: Callable[[Any], Any], over: Iterable[Any]) -> list[Any]:
    """The results of the calls, or what they raised; all begin at the same moment."""
    items = list(over)
    gate = threading.Barrier(len(items))

    def run(item: Any) -> Any:
        try:
            gate.wait()
            return work(item)
        except Exception as error:  # noqa: BLE001  (told to the test, which asserts on it)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def answer(assignment: Assignment, key: UUID | None = None) -> Submitted:
    return submit_annotation(
        assignment_id=assignment.pk,
        annotator_user=user_of(assignment.annotator),
        key=key or uuid4(),
        answers={},
        at=timezone.now(),
    )


def work_through(annotator: Membership) -> int:
    """Ask and answer until there is no more."""
    done = 0
    while isinstance(lent := ask(annotator), Assignment):
        answer(lent)
        done += 1
    return done


def ask(annotator: Membership) -> Any:
    return hand_out(annotator=annotator, project=annotator.project, at=timezone.now())


@pytest.fixture
def project() -> Project:
    return ProjectFactory(overlap=3)


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project) for _ in range(PEOPLE)]


def test_every_task_gets_exactly_its_overlap_from_different_people(project, people):
    tasks = TaskFactory.create_batch(60, project=project)

    done = at_once(work_through, people)

    assert not [error for error in done if isinstance(error, Exception)]
    # A person who is told "busy" goes home here, so that a few tasks may wait for the next.
    while sum(work_through(person) for person in people):
        pass
    per_task = Counter(Annotation.objects.values_list("task_id", flat=True))
    assert per_task == {task.pk: 3 for task in tasks}
    twice = Annotation.objects.values("task", "annotator").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice
    wrong = QueueEntry.objects.exclude(handed=3, submitted=3, state="complete")
    assert not wrong


def test_the_last_slot_goes_to_one(project, people):
    TaskFactory(project=project, queue__overlap=1)

    answers = at_once(ask, people)

    assert sum(isinstance(a, Assignment) for a in answers) == 1
    assert {a.value for a in answers if not isinstance(a, Assignment)} == {"busy"}


def test_without_the_lock_many_want_the_same_slot_and_the_database_refuses(
    project, people, monkeypatch
):
    """The negative control: the tests above would see a race. The constraint is the second wall.

    The entry is held until two have read it as free, so that the race does not depend on luck.
    """
    monkeypatch.setattr(handing_module, "LOCK", "")
    TaskFactory(project=project, queue__overlap=1)

    with ThreadPoolExecutor(1) as aside:
        with transaction.atomic():
            held = QueueEntry.objects.select_for_update().get()
            asked = aside.submit(at_once, ask, people[:4])
            wait_for_waiting(2)
        answers = asked.result()

    refused = [a for a in answers if isinstance(a, IntegrityError)]
    assert refused
    assert "no_task_is_handed_out_beyond_its_overlap" in str(refused[0])
    held.refresh_from_db()
    assert held.handed == 1


def wait_for_waiting(count: int, seconds: float = 20) -> None:
    """Until so many sessions of this database wait for a lock."""
    until = time.monotonic() + seconds
    while _waiting() < count:
        assert time.monotonic() < until, f"fewer than {count} sessions came to wait for the row"
        time.sleep(0.01)


def _waiting() -> int:
    with connection.cursor() as cursor:
        # Read anew each time: within a transaction the view would stand still.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        found: int = cursor.fetchone()[0]
    return found


def test_two_windows_of_one_person_hold_one_lease(project, people):
    TaskFactory.create_batch(20, project=project)

    answers = at_once(ask, [people[0]] * 8)

    assert len({a.pk for a in answers}) == 1
    assert Assignment.objects.count() == 1


def test_two_windows_that_fetch_ahead_hold_two_leases(project, people):
    TaskFactory.create_batch(20, project=project)
    in_hand = ask(people[0])

    def fetch(annotator: Membership) -> Any:
        now = timezone.now()
        return hand_out(annotator=annotator, project=project, at=now, after=in_hand.pk)

    answers = at_once(fetch, [people[0]] * 8)

    assert len({a.pk for a in answers}) == 1
    assert Assignment.objects.count() == 2


def test_a_double_click_is_one_answer(project):
    lease = AssignmentFactory(task=TaskFactory(project=project))
    key = uuid4()

    results = at_once(lambda _: answer(lease, key), range(8))

    assert sum(not result.is_replay for result in results) == 1
    assert len({result.annotation.pk for result in results}) == 1
    assert QueueEntry.objects.get().submitted == 1


def test_two_keys_for_one_lease_are_one_answer_and_one_refusal(project):
    lease = AssignmentFactory(task=TaskFactory(project=project))

    results = at_once(lambda _: answer(lease), range(2))

    assert sorted(type(result).__name__ for result in results) == ["AlreadySubmitted", "Submitted"]


def test_submit_against_expiry_never_loses_the_answer_or_a_slot(project):
    past = timezone.now() - timedelta(seconds=1)
    leases = [
        AssignmentFactory(task=TaskFactory(project=project), lease_until=past) for _ in range(40)
    ]

    def act(lease: Assignment | None) -> Any:
        return answer(lease) if lease else expire_leases()

    results = at_once(act, [*leases[:16], None, None, *leases[16:], None, None])

    assert not [error for error in results if isinstance(error, Exception)]
    assert Annotation.objects.filter(is_surplus=False).count() == 40
    assert not QueueEntry.objects.exclude(handed=1, submitted=1)


def test_late_answers_and_new_leases_share_the_slots(project, people):
    """The leases ran out; their holders answer late while others are lent the same tasks."""
    tasks = TaskFactory.create_batch(8, project=project, queue__overlap=1)
    past = timezone.now() - timedelta(seconds=1)
    late = [
        AssignmentFactory(task=task, annotator=person, lease_until=past)
        for task, person in zip(tasks, people, strict=False)
    ]
    expire_leases()

    def act(who: Assignment | Membership) -> Any:
        return answer(who) if isinstance(who, Assignment) else work_through(who)

    results = at_once(act, [*late, *people[8:24]])

    assert not [error for error in results if isinstance(error, Exception)]
    for lease in late:
        assert Annotation.objects.filter(assignment=lease).count() == 1
    assert not QueueEntry.objects.exclude(handed=1, submitted=1, state="complete")
    for task in tasks:
        assert task.annotations.filter(is_surplus=False).count() == 1


def test_an_answer_and_the_next_request_of_one_person_do_not_block_each_other(project, people):
    """The background outbox sends a late answer while the page asks for the next task."""
    past = timezone.now() - timedelta(seconds=1)
    TaskFactory.create_batch(40, project=project)
    for _ in range(5):
        leases = [ask(person) for person in people[:12]]
        Assignment.objects.filter(state="leased").update(lease_until=past)
        expire_leases()

        results = at_once(
            lambda who: answer(who) if isinstance(who, Assignment) else ask(who),
            [*leases, *people[:12]],
        )

        assert not [error for error in results if isinstance(error, Exception)]
        Assignment.objects.filter(state="leased").update(lease_until=past)
        expire_leases()
    held = Assignment.objects.filter(holds_slot=True).values("task").annotate(n=Count("pk"))
    for row in held:
        assert QueueEntry.objects.get(pk=row["task"]).handed == row["n"]
    assert not QueueEntry.objects.filter(submitted__gt=F("handed"))


def test_a_repeat_is_lent_once_and_never_takes_a_slot_from_others(project, people, monkeypatch):
    """All want the task's last two slots while one who has answered it is given it once more."""
    monkeypatch.setattr(handing_module, "rate_of", lambda _: 1.0)
    Project.objects.filter(pk=project.pk).update(repeat_share=0.1, repeat_answers=0, repeat_hours=0)
    one, *others = people[:12]
    task = TaskFactory(project=project)
    answer(ask(one))
    ordinary = TaskFactory(project=project, queue__overlap=100)
    in_hand = AssignmentFactory(task=ordinary, annotator=one)
    for _ in people:  # However many are locked, something new lies behind what one is given.
        TaskFactory(project=project, queue__overlap=100)

    def act(who: Membership) -> Any:
        lent = hand_out(
            annotator=who,
            project=who.project,
            at=timezone.now(),
            after=in_hand.pk if who == one else None,
        )
        if isinstance(lent, Assignment) and (who != one or lent.apart == "repeat"):
            return answer(lent)
        return lent

    results = at_once(act, [one, one, one, one, *others])
    if not Assignment.objects.filter(apart="repeat").exists():
        # They found it locked, and were given another to go on with.
        other = Assignment.objects.exclude(pk=in_hand.pk).get(annotator=one, state="leased")
        skip_assignment(assignment_id=other.pk, user=user_of(one), reason="Later.")
        act(one)

    # Who found the task locked went on to another; whoever comes now finds its slots free.
    for late in people[12:15]:
        answer(ask(late))
    failed = [error for error in results if isinstance(error, Exception)]
    # The four requests of one person had the same lease, and the first answer to it stands.
    assert {type(error) for error in failed} <= {AlreadySubmitted}
    (again,) = Assignment.objects.filter(apart="repeat")
    assert (again.task_id, again.annotator_id, again.holds_slot) == (task.pk, one.pk, False)
    entry = QueueEntry.objects.get(task=task)
    assert (entry.overlap, entry.handed, entry.submitted) == (3, 3, 3)
    counted = Assignment.objects.filter(task=task, state="submitted", apart="")
    assert counted.values("annotator").distinct().count() == 3
