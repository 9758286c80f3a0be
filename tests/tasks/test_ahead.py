"""One more is fetched ahead of need, for a short time; and what a lease becomes that runs out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.tasks.actions import (
    expire_leases,
)
from apps.tasks.models import Assignment
from tests.factories import (
    AssignmentFactory,
    TaskFactory,
    lease_end,
)
from tests.tasks.asking import entry, lent, run_out, submit, value

pytestmark = pytest.mark.django_db


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


def test_what_expired_may_be_lent_to_the_same_person_again(project, ann):
    TaskFactory(project=project)
    first = lent(ann)
    run_out(first)
    assert expire_leases(project=project) == 1

    again = lent(ann)

    assert again.pk == first.pk
    assert entry(first.task_id).handed == 1


def test_leases_of_other_people_are_left_alone(project, ann, bob):
    other = AssignmentFactory(task=TaskFactory(project=project), annotator=bob)

    lent(ann)

    other.refresh_from_db()
    assert other.state == "leased"
