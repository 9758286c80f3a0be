"""When a project learns by itself, what becomes of its files, and that one job at a time writes its order."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from apps.annotations.models import Question
from apps.consensus.actions.refresh import refresh_consensus
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.models import Membership, Project
from apps.routing.actions.features import folder_of, keep_features
from apps.routing.actions.learning import (
    ask_to_learn,
    due_projects,
    learn_and_rank,
    tidy_features,
)
from apps.routing.models import Plan
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.factories import (
    TaskFactory,
    UserFactory,
)
from tests.routing.factories import learn, messages

pytestmark = pytest.mark.django_db


def test_a_changed_task_gets_new_features_and_an_erased_one_has_none() -> None:
    question, _, tasks = messages(answered=2, waiting=3)
    project = question.project
    progress = Progress(JobRun())
    before = keep_features(project, progress).rows(ids(*tasks[:2]))
    Task.objects.filter(pk=tasks[0].pk).update(
        data={"text": "something else"}, content_hash=b"2" * 32
    )
    Task.objects.filter(pk=tasks[2].pk).update(erased_at=timezone.now())

    features = keep_features(project, progress)

    after = features.rows(ids(*tasks[:2]))
    assert abs(before[[0]] - after[[0]]).max() > 0
    assert tasks[2].pk not in features.tasks
    assert np.unique(features.tasks).size == features.tasks.size == 4
    with pytest.raises(KeyError):
        features.rows(ids(tasks[2]))


def test_features_are_made_once() -> None:
    question, _, _ = messages(answered=2, waiting=3)
    progress = Progress(JobRun())
    keep_features(question.project, progress)
    files = {file: file.stat().st_mtime_ns for file in folder_of(question.project).rglob("*.npy")}

    keep_features(question.project, progress)
    TaskFactory(project=question.project)
    features = keep_features(question.project, progress)

    assert files
    assert all(file.stat().st_mtime_ns == at for file, at in files.items())
    assert features.tasks.size == 6


def test_where_nothing_can_be_learned_no_task_is_read() -> None:
    question, _, _ = messages(answered=2, waiting=3)
    Question.objects.filter(pk=question.pk).update(kind="text", config={})
    # Another test's project may have had the same key.
    shutil.rmtree(folder_of(question.project), ignore_errors=True)

    learn(question.project)

    assert not folder_of(question.project).exists()


def test_features_of_projects_that_are_gone_go_too() -> None:
    question, _, _ = messages(answered=1, waiting=1)
    keep_features(question.project, Progress(JobRun()))
    gone = folder_of(question.project).with_name("999999999")
    gone.mkdir()

    tidy_features()

    assert folder_of(question.project).exists()
    assert not gone.exists()


def ids(*tasks: Task) -> np.ndarray:
    return np.array([task.pk for task in tasks], np.int64)


def more_praise(question: Question, person: Membership, number: int) -> None:
    """So many tasks more that somebody has answered and whose consensus is known."""
    answers = [{person: {question.name: "praise"}} for _ in range(number)]
    made = answered_tasks(project=question.project, answers=answers)
    refresh_consensus(project=question.project, task_ids=[task.pk for task in made])


def test_a_project_is_due_with_fifty_answered_tasks_and_then_when_a_tenth_is_new() -> None:
    question, person, _ = messages(answered=49)
    project, now = question.project, timezone.now()
    assert due_projects(at=now) == []

    more_praise(question, person, 1)
    assert due_projects(at=now) == [project]

    learn(project)
    later = now + timedelta(minutes=1)
    assert due_projects(at=later) == []
    more_praise(question, person, 25)
    assert due_projects(at=later) == [project]
    assert due_projects(at=now) == []


def test_answers_whose_consensus_comes_later_are_learned_from_when_it_is_there() -> None:
    """An import brings all answers at once; a job that is quick finds none of what they come to."""
    question, person, _ = messages(answered=0)
    labels = ["praise", "complaint", "question"] * 30
    answers = [{person: {"intent": label}} for label in labels]
    made = answered_tasks(project=question.project, answers=answers)
    assert learn(question.project)["models"] == 0

    refresh_consensus(project=question.project, task_ids=[task.pk for task in made])

    assert due_projects(at=timezone.now() + timedelta(minutes=1)) == [question.project]
    assert learn(question.project)["models"] == 1


@pytest.mark.parametrize("why_not", ["never", "paused", "deleted"])
def test_who_wants_no_order_and_no_proposals_gets_none(why_not: str) -> None:
    question, _, _ = messages(answered=50)
    project = question.project
    assert due_projects(at=timezone.now()) == [project]
    if why_not == "never":
        Plan.objects.create(project=project, when="never", is_suggesting=False)
    elif why_not == "paused":
        Project.objects.filter(pk=project.pk).update(state="paused")
    else:
        Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())

    assert due_projects(at=timezone.now()) == []


def test_where_nothing_can_be_learned_it_is_not_tried_again_and_again() -> None:
    """All answers the same: a model needs two labels."""
    question, person, _ = messages(answered=0)
    more_praise(question, person, 50)

    told = learn(question.project)

    later = timezone.now() + timedelta(minutes=1)
    assert told["models"] == 0
    assert due_projects(at=later) == []
    more_praise(question, person, 25)
    assert due_projects(at=later) == [question.project]


def test_new_tasks_are_taken_up_once_where_no_order_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.routing.actions.learning.LEAST_WAITING", 5)
    question, _, _ = messages()
    project = question.project
    Plan.objects.create(project=project, when="always")
    learn(project)
    Plan.objects.update(when="never")
    for _ in range(5):
        TaskFactory(project=project)
    later = timezone.now() + timedelta(minutes=1)
    assert due_projects(at=later) == [project]

    learn(project)

    assert due_projects(at=later) == []


def test_without_many_that_wait_they_keep_their_order_by_themselves() -> None:
    question, _, _ = messages()

    assert learn(question.project)["ranked"] == 0
    Plan.objects.create(project=question.project, when="always")
    assert learn(question.project)["ranked"] == 40


def test_who_asks_while_one_runs_gets_another_behind_it_and_while_one_waits_the_same() -> None:
    """What runs may have read a plan that was changed since."""
    question, _, _ = messages(answered=2, waiting=1)
    project, lead = question.project, UserFactory()
    first = ask_to_learn(project=project, by=lead)
    assert ask_to_learn(project=project, by=lead, is_ranked=True, count=7) == first
    first.refresh_from_db()
    assert (first.arguments["is_ranked"], first.arguments["count"]) == (True, 7)

    JobRun.objects.filter(pk=first.pk).update(state="running")
    assert ask_to_learn(project=project, by=None) == first
    behind = ask_to_learn(project=project, by=lead)
    assert behind != first
    assert ask_to_learn(project=project, by=None) == behind


def run_apart(job: JobRun, project: Project) -> None:
    """In a thread, with a connection of its own."""
    try:
        learn_and_rank(Progress(job), project.pk, is_ranked=False)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time_writes_a_projects_order() -> None:
    question, _, _ = messages(answered=2, waiting=1)
    project = question.project
    job = ask_to_learn(project=project, by=None, is_ranked=False)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('routing'), %s)", (project.pk,))
        begun = threading.Thread(target=run_apart, args=(job, project))
        begun.start()
        begun.join(timeout=1.5)
        assert begun.is_alive()
        cursor.execute("SELECT pg_advisory_unlock(hashtext('routing'), %s)", (project.pk,))
    begun.join(timeout=30)
    assert not begun.is_alive()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
        )
        assert cursor.fetchone()[0] == 0
