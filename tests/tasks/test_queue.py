"""Who gets how many answers: the overlap, its share, and disputes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.tasks.actions import pool_for, queue_tasks, reopen_for_more, set_overlap
from apps.tasks.models import QueueEntry
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    ProjectFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db


def overlaps(tasks) -> list[int]:
    return [QueueEntry.objects.get(pk=task.pk).overlap for task in tasks]


def test_queued_tasks_get_the_overlap_or_one_answer_by_their_share():
    project = ProjectFactory(overlap=3, overlap_share=0.25)
    tasks = TaskFactory.create_batch(200, project=project, queue=None)

    assert queue_tasks(project=project, task_ids=[t.pk for t in tasks]) == 200

    got = overlaps(tasks)
    assert set(got) == {1, 3}
    assert 25 <= got.count(3) <= 80, "a quarter of 200, give or take"


def test_a_larger_share_keeps_those_that_were_chosen():
    project = ProjectFactory(overlap=3, overlap_share=0.3)
    tasks = TaskFactory.create_batch(60, project=project, queue=None)
    queue_tasks(project=project, task_ids=[t.pk for t in tasks])
    before = overlaps(tasks)

    set_overlap(project=project, overlap=3, share=0.6)

    after = overlaps(tasks)
    assert all(new == 3 for old, new in zip(before, after, strict=True) if old == 3)
    assert after.count(3) > before.count(3)


@pytest.mark.parametrize(("share", "overlap"), [(0.0, 1), (1.0, 4)])
def test_a_share_of_none_and_of_all(share, overlap):
    project = ProjectFactory(overlap=4, overlap_share=share)
    tasks = TaskFactory.create_batch(20, project=project, queue=None)

    queue_tasks(project=project, task_ids=[t.pk for t in tasks])

    assert set(overlaps(tasks)) == {overlap}


def test_queueing_again_changes_nothing():
    task = TaskFactory(queue__overlap=7, queue__priority=2)

    queued = queue_tasks(project=task.project, task_ids=[task.pk], priorities=[9])

    assert queued == 0
    assert overlaps([task]) == [7]


def test_tasks_that_ask_the_same_share_a_pool():
    project = ProjectFactory()

    pool = pool_for(project=project, requires=["skill:law", "language:fi", "skill:law"])

    assert pool.requires == ["language:fi", "skill:law"]
    assert pool_for(project=project, requires=["language:fi", "skill:law"]) == pool
    assert pool_for(project=project) != pool
    assert pool_for(project=ProjectFactory(), requires=pool.requires) != pool


def test_a_lower_overlap_never_goes_below_what_is_handed_out():
    project = ProjectFactory(overlap=3)
    answered, lent, fresh = TaskFactory.create_batch(3, project=project)
    for _ in range(2):
        AnnotationFactory(assignment=AssignmentFactory(task=answered))
    AssignmentFactory.create_batch(3, task=lent)

    set_overlap(project=project, overlap=2)

    assert overlaps([answered, lent, fresh]) == [2, 3, 2]
    states = [QueueEntry.objects.get(pk=task.pk).state for task in (answered, lent, fresh)]
    assert states == ["complete", "open", "open"]
    project.refresh_from_db()
    assert (project.overlap, project.overlap_share) == (2, 1.0)


def test_a_higher_overlap_reopens_what_was_complete():
    project = ProjectFactory(overlap=1)
    task = AnnotationFactory(assignment=AssignmentFactory(task=TaskFactory(project=project))).task

    set_overlap(project=project, overlap=2)

    entry = QueueEntry.objects.get(pk=task.pk)
    assert (entry.state, entry.submitted, entry.overlap) == ("open", 1, 2)


def test_a_lower_overlap_leaves_what_a_dispute_asked_for():
    task = TaskFactory()
    reopen_for_more(task=task, extra=2, at=timezone.now())

    set_overlap(project=task.project, overlap=1)

    assert overlaps([task]) == [4]


def test_a_dispute_reopens_a_complete_task_and_dates_it():
    task = AnnotationFactory(assignment=AssignmentFactory(task=TaskFactory(queue__overlap=1))).task
    first = timezone.now()

    entry = reopen_for_more(task=task, extra=1, at=first)
    reopen_for_more(task=task, extra=1, at=timezone.now())

    assert (entry.state, entry.overlap) == ("open", 2)
    entry.refresh_from_db()
    assert (entry.overlap, entry.disputed_at) == (3, first)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"handed": 3}, "no_task_is_handed_out_beyond_its_overlap"),
        ({"submitted": 1}, "no_more_submitted_than_handed"),
    ],
)
def test_the_database_keeps_the_overlap_promise(change, constraint):
    TaskFactory(queue__overlap=2)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        QueueEntry.objects.update(**change)


@pytest.mark.django_db
def test_more_answers_without_a_dispute_count_like_all_others():
    project = ProjectFactory()
    task = TaskFactory(project=project)

    entry = reopen_for_more(task=task, extra=1, at=timezone.now(), is_disputed=False)

    assert entry.overlap == project.overlap + 1
    assert entry.disputed_at is None
