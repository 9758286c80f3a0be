"""What becomes of a lease and of its slot: skipped, given back, run out, renewed, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.projects.models import Project
from apps.tasks.actions import (
    expire_leases,
    hand_out,
    release_assignment,
    renew_lease,
    restore_tasks,
    skip_assignment,
    withdraw_tasks,
)
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    TaskFactory,
    lease_end,
    user_of,
)

pytestmark = pytest.mark.django_db


def entry(assignment: Assignment) -> QueueEntry:
    return QueueEntry.objects.get(pk=assignment.task_id)


def counts(assignment: Assignment) -> tuple[str, int, int, int]:
    """(state, submitted, handed, overlap)"""
    row = entry(assignment)
    return row.state, row.submitted, row.handed, row.overlap


@pytest.fixture
def project() -> Project:
    return ProjectFactory(overlap=2)


@pytest.fixture
def lease(project: Project) -> Assignment:
    """Ann's, while Bob could do the task as well."""
    MembershipFactory(project=project)
    return AssignmentFactory(task=TaskFactory(project=project))


def skip(assignment: Assignment, reason: str = "unclear") -> Assignment:
    return skip_assignment(
        assignment_id=assignment.pk, user=user_of(assignment.annotator), reason=reason
    )


def test_what_is_given_back_is_free_at_once(lease):
    released = release_assignment(assignment_id=lease.pk, user=lease.annotator.user)

    assert (released.state, released.holds_slot) == ("returned", False)
    assert counts(lease) == ("open", 0, 0, 2)


def test_nobody_acts_on_anothers_lease(project, lease):
    stranger = MembershipFactory(project=project).user

    for act in (release_assignment, renew_lease):
        with pytest.raises(Assignment.DoesNotExist):
            act(assignment_id=lease.pk, user=stranger)
    with pytest.raises(Assignment.DoesNotExist):
        skip_assignment(assignment_id=lease.pk, user=stranger, reason="")
    assert counts(lease) == ("open", 0, 1, 2)


def test_who_has_left_the_project_acts_on_nothing(lease):
    lease.annotator.is_active = False
    lease.annotator.save()

    with pytest.raises(Assignment.DoesNotExist):
        skip(lease)


def test_a_skipped_task_goes_to_others(lease):
    skip(lease, reason="  not a message  ")

    lease.refresh_from_db()
    assert (lease.state, lease.skip_reason, lease.comes_back) == (
        "skipped",
        "not a message",
        False,
    )
    assert counts(lease) == ("open", 0, 0, 2)


def test_a_skipped_answer_is_done_without_when_the_project_says_so(lease):
    Project.objects.update(skip_policy="drop")

    skip(lease)

    assert counts(lease) == ("open", 0, 0, 1)


def test_dropping_the_last_open_answer_completes_the_task(project, lease):
    Project.objects.update(skip_policy="drop")
    AnnotationFactory(assignment=AssignmentFactory(task=lease.task))

    skip(lease)

    assert counts(lease) == ("complete", 1, 1, 1)


def test_a_task_that_all_dropped_is_stuck_and_not_complete(project, lease):
    Project.objects.update(skip_policy="drop")
    other = AssignmentFactory(task=lease.task)

    skip(lease)
    skip(other)

    assert counts(lease) == ("stuck", 0, 0, 0)


def test_a_task_that_all_skip_is_shown_as_stuck(project, lease):
    bob = AssignmentFactory(
        task=lease.task, annotator=project.memberships.exclude(pk=lease.annotator_id).get()
    )

    skip(lease)
    assert counts(lease)[0] == "open"
    skip(bob)

    assert counts(lease) == ("stuck", 0, 0, 2)


def test_a_skip_needs_a_reason_that_can_be_kept(lease):
    for reason in ("x" * 301, "nul \0 byte"):
        with pytest.raises(ValidationError):
            skip(lease, reason=reason)
    assert counts(lease) == ("open", 0, 1, 2)


def test_only_what_ran_out_is_taken_back(project, lease):
    lost = AssignmentFactory(task=lease.task, lease_until=timezone.now() - timedelta(seconds=1))
    elsewhere = AssignmentFactory(lease_until=timezone.now() - timedelta(seconds=1))

    assert expire_leases(project=project) == 1

    states = {pk: Assignment.objects.get(pk=pk).state for pk in (lease.pk, lost.pk, elsewhere.pk)}
    assert states == {lease.pk: "leased", lost.pk: "expired", elsewhere.pk: "leased"}
    assert counts(lease) == ("open", 0, 1, 2)
    assert expire_leases() == 1
    assert expire_leases() == 0


def test_more_than_one_chunk_is_taken_back(project, monkeypatch):
    monkeypatch.setattr("apps.tasks.actions.leases.AT_ONCE", 2)
    past = timezone.now() - timedelta(minutes=1)
    for _ in range(5):
        AssignmentFactory(task=TaskFactory(project=project), lease_until=past)

    assert expire_leases() == 5
    assert not QueueEntry.objects.filter(handed__gt=0).exists()


def test_a_lost_lease_is_taken_up_again_while_its_slot_is_free(lease):
    Assignment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    expire_leases()
    assert counts(lease) == ("open", 0, 0, 2)

    own = renew_lease(assignment_id=lease.pk, user=lease.annotator.user)

    assert (own.assignment.state, own.assignment.holds_slot) == ("leased", True)
    assert lease_end(own.assignment) > timezone.now()
    assert counts(lease) == ("open", 0, 1, 2)


def test_a_lost_lease_stays_lost_when_others_have_the_slots(lease):
    Assignment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    expire_leases()
    AssignmentFactory.create_batch(2, task=lease.task)

    own = renew_lease(assignment_id=lease.pk, user=lease.annotator.user)

    assert (own.assignment.state, own.assignment.holds_slot) == ("expired", False)
    assert counts(lease) == ("open", 0, 2, 2)


def test_a_withdrawn_task_is_lent_to_nobody_and_its_answers_stay(project, lease):
    AnnotationFactory(assignment=AssignmentFactory(task=lease.task))

    assert withdraw_tasks(project=project, task_ids=[lease.task_id]) == 1

    lease.refresh_from_db()
    assert (lease.state, counts(lease)) == ("returned", ("withdrawn", 1, 1, 2))
    answer = hand_out(annotator=lease.annotator, project=project, at=timezone.now())
    assert not isinstance(answer, Assignment)
    assert withdraw_tasks(project=project, task_ids=[lease.task_id]) == 0


def test_withdrawing_reaches_only_into_its_own_project(lease):
    assert withdraw_tasks(project=ProjectFactory(), task_ids=[lease.task_id]) == 0
    assert counts(lease)[0] == "open"


def test_a_restored_task_is_where_it_was(project, lease):
    withdraw_tasks(project=project, task_ids=[lease.task_id])
    complete = AnnotationFactory(
        assignment=AssignmentFactory(task=TaskFactory(project=project, queue__overlap=1))
    ).assignment
    withdraw_tasks(project=project, task_ids=[complete.task_id])

    assert restore_tasks(project=project, task_ids=[lease.task_id, complete.task_id]) == 2

    assert counts(lease) == ("open", 0, 0, 2)
    assert counts(complete) == ("complete", 1, 1, 1)
