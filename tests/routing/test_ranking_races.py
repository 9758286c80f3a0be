"""Rankings write the queue while people answer: real threads, each with a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F

from apps.annotations.models import Annotation
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.routing.actions import alone, learning
from apps.routing.actions.learning import ask_to_learn, learn_and_rank
from apps.routing.models import Plan, Rank, Ranking
from apps.tasks.actions import ranks
from apps.tasks.models import QueueEntry
from tests.factories import MembershipFactory, ProjectFactory, TaskFactory
from tests.tasks.test_races import at_once, work_through

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Project:
    """Written five rows at a time, so that much comes in between."""
    monkeypatch.setattr(ranks, "AT_ONCE", 5)
    monkeypatch.setattr(alone, "WAIT", 0.01)
    found: Project = ProjectFactory(overlap=2)
    Plan.objects.create(project=found, strategy="random_order", when="always", seed=1)
    return found


def ranked(project: Project) -> None:
    """In another order than the one before."""
    Plan.objects.filter(project=project).update(seed=F("seed") + 1)
    job = ask_to_learn(project=project, by=None)
    learn_and_rank(Progress(JobRun(pk=job.pk)), project.pk, is_ranked=True)


def test_people_answer_while_rankings_write_and_nothing_is_lost_or_lent_too_often(
    project: Project,
) -> None:
    tasks = TaskFactory.create_batch(60, project=project)
    people = [MembershipFactory(project=project) for _ in range(8)]

    def rank_often(_: Any) -> int:
        for _ in range(4):
            ranked(project)
        return 0

    work: list[Any] = [*people, None, None]
    done = at_once(lambda one: rank_often(one) if one is None else work_through(one), work)

    assert not [error for error in done if isinstance(error, Exception)]
    # Who is told "busy" goes home here, so that a few tasks may wait for the next.
    while sum(work_through(person) for person in people):
        pass
    per_task = Counter(Annotation.objects.values_list("task_id", flat=True))
    assert per_task == {task.pk: 2 for task in tasks}
    twice = Annotation.objects.values("task", "annotator").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice
    assert not QueueEntry.objects.exclude(handed=2, submitted=2, state="complete").exists()
    # Each has a generation of its own, and the newest is the queue's.
    generations = list(Ranking.objects.order_by("pk").values_list("generation", flat=True))
    assert len(generations) == 8
    assert generations == sorted(set(generations))
    project.refresh_from_db()
    assert generations[-1] == project.queue_generation


@pytest.mark.parametrize("is_guarded", [True, False])
def test_an_old_order_never_overwrites_the_new_one(
    project: Project, is_guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is held in the midst of writing while another is asked for. Without the guard, which
    is the negative control, it goes on over what the new one has written."""
    TaskFactory.create_batch(40, project=project)
    if not is_guarded:
        monkeypatch.setattr(learning, "alone", lambda *_: nullcontext())
    begun, go_on, writes = threading.Event(), threading.Event(), ranks._write_order

    def held(*given: Any) -> None:
        writes(*given)
        if threading.current_thread().name == "old" and not begun.is_set():
            begun.set()
            assert go_on.wait(30)

    monkeypatch.setattr(ranks, "_write_order", held)
    old, new = (threading.Thread(target=apart, args=(project,), name=n) for n in ("old", "new"))
    old.start()
    assert begun.wait(30)
    new.start()
    new.join(timeout=0.5 if is_guarded else 30)
    assert new.is_alive() is is_guarded
    go_on.set()
    for thread in (old, new):
        thread.join(timeout=30)
        assert not thread.is_alive()

    newest = Ranking.objects.order_by("pk").last()
    wanted = list(
        Rank.objects.filter(ranking=newest).order_by("place").values_list("pk", flat=True)
    )
    handed = list(QueueEntry.objects.order_by("-priority", "pk").values_list("pk", flat=True))
    assert len(wanted) == 40
    assert (handed == wanted) is is_guarded


def apart(project: Project) -> None:
    """With a connection of its own."""
    try:
        ranked(project)
    finally:
        connection.close()
