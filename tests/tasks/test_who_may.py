"""Who gets work: what a task requires, quotas, pauses, and who may annotate at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.projects.models import Project
from apps.tasks.actions import (
    NoMore,
    hand_out,
)
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    MembershipFactory,
    PoolFactory,
    TaskFactory,
)
from tests.tasks.asking import ask, entry, lent, submit, value

pytestmark = pytest.mark.django_db
NOW = timezone.now()


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
