"""The map of tasks: made by a job, kept in a row, looked at, queued from, and undone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from numpy.typing import NDArray

from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.quality.models import Conflict
from apps.routing.actions import mapping
from apps.routing.actions.mapping import Map, ask_for_map, read_map
from apps.routing.actions.raising import BadRaise, corners_of, raise_tasks, undo_raise
from apps.routing.models import Chart, Raise, Why
from apps.tasks.actions import set_priorities
from apps.tasks.models import QueueEntry, Task
from tests.clients import signed_in_as
from tests.factories import MembershipFactory, ProjectFactory, TaskFactory, user_of
from tests.routing.factories import messages
from tests.routing.test_pages import text_of

pytestmark = pytest.mark.django_db
ALL = "[[-2, -2], [2, -2], [2, 2], [-2, 2]]"


def address(project: Project, rest: str = "") -> str:
    return f"/p/{project.pk}/learning/map/{rest}"


def run(project: Project) -> JobRun:
    autodiscover_modules("jobs")
    job = ask_for_map(project=project, by=None)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def mapped(**more: Any) -> tuple[Project, Map]:
    question, _, _ = messages(**more)
    project = question.project
    assert run(project).state == "done"
    found = read_map(project)
    assert found is not None
    return project, found


TOPICS = ("ships harbour sail anchor", "bread oven flour yeast", "goal team match score")


def about_topics(many: int = len(TOPICS)) -> tuple[Project, Map, NDArray[np.int64]]:
    """A project of topics that share no word, its map, and each task's topic."""
    rng = np.random.default_rng(3)
    project = ProjectFactory()
    about = rng.integers(0, many, 150)
    for topic in about.tolist():
        TaskFactory(project=project, data={"text": " ".join(rng.choice(TOPICS[topic].split(), 3))})
    run(project)
    found = read_map(project)
    assert found is not None
    return project, found, about


def test_all_tasks_are_on_it_and_parts_say_what_they_are_about() -> None:
    project, found, about = about_topics(2)

    assert found.tasks.tolist() == sorted(Task.objects.values_list("pk", flat=True))
    assert np.abs(found.places).max() <= mapping.EDGE
    for number, part in enumerate(found.chart.described):
        here = {word for topic in about[found.part == number] for word in TOPICS[topic].split()}
        assert {word for word, _, _ in part["words"]} <= here
    assert any(part["words"] for part in found.chart.described)
    said = text_of(signed_in_as(project).get(address(project)))
    assert "Make it anew" in said
    assert "are not on it" not in said


def test_what_lies_near_is_what_is_alike() -> None:
    """The nearest of a task on the map says the same more often than chance would have it."""
    _, found, about = about_topics()

    apart = ((found.places[:, None] - found.places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (about[apart.argmin(axis=1)] == about).mean() > 0.9


def test_it_is_made_alike_again_and_later_tasks_are_said_to_be_missing() -> None:
    project, before = mapped(answered=60, waiting=10)
    TaskFactory(project=project, data={"text": "new one"})
    assert "1 task came since it was made and is not on it" in text_of(
        signed_in_as(project).get(address(project))
    )

    Task.objects.latest("pk").delete()
    run(project)

    again = read_map(project)
    assert again is not None
    assert again.places.tolist() == before.places.tolist()
    assert Chart.objects.count() == 1


def test_with_too_few_tasks_it_says_how_many_it_needs() -> None:
    question, _, _ = messages(answered=4, waiting=3)

    said = text_of(signed_in_as(question.project).get(address(question.project)))
    job = run(question.project)

    assert "A map needs 50 tasks at least; this project has 7." in said
    assert (job.state, "A map needs 50 tasks at least" in job.error) == ("failed", True)


def test_tasks_that_say_nothing_get_no_map_and_a_reason() -> None:
    project = ProjectFactory()
    for _ in range(60):
        TaskFactory(project=project, data={"text": ""})

    job = run(project)

    assert job.state == "failed"
    assert "A map is made of what tasks say" in job.error


def test_the_points_tell_labels_and_what_asks_to_be_looked_at() -> None:
    project, found = mapped(answered=60, waiting=20)
    disputed = int(found.tasks[0])
    Conflict.objects.create(
        project=project, task_id=disputed, questions={"intent": 1.0}, widest=1.0, spread=1.0
    )
    gone = Task.objects.get(pk=int(found.tasks[-1]))
    gone.delete()

    points = signed_in_as(project).get(address(project, "points/")).json()

    names = [one["name"] for one in points["names"]]
    assert names[0] == "No label yet"
    assert names[-1] == "Disputed"
    by_task = dict(zip(points["task"], points["series"], strict=True))
    assert names[by_task[disputed]] == "Disputed"
    assert gone.pk not in by_task
    assert len(by_task) == 79
    assert sum(names[series] == "No label yet" for series in by_task.values()) == 19


def test_a_task_that_is_pointed_at_tells_its_words_and_where_it_is() -> None:
    question, _, (task, *_) = messages(answered=2, waiting=2)
    client = signed_in_as(question.project)

    said = client.get(address(question.project, f"task/{task.pk}/")).json()

    assert said == {"words": task.data["text"], "url": f"/p/{question.project_id}/tasks/{task.pk}/"}
    foreign = TaskFactory(project=ProjectFactory())
    assert client.get(address(question.project, f"task/{foreign.pk}/")).status_code == 404


def test_a_look_changes_nothing_and_queueing_raises_what_waits() -> None:
    project, _ = mapped(answered=60, waiting=20)
    client = signed_in_as(project)

    looked = text_of(
        client.post(address(project, "look/"), {"line": ALL}, headers={"HX-Request": "true"})
    )
    assert "What you drew around: 80 tasks" in looked
    assert "20 still want answers" in looked
    assert 'name="count" value="20"' in looked
    assert not QueueEntry.objects.exclude(level=0).exists()

    answer = client.post(address(project, "queue/"), {"line": ALL, "level": "3", "count": "20"})

    assert answer.status_code == 302
    assert set(QueueEntry.objects.filter(level=3).values_list("submitted", flat=True)) == {0}
    assert QueueEntry.objects.filter(level=3).count() == 20
    made = Raise.objects.get()
    client.post(f"/p/{project.pk}/learning/undo/{made.pk}/")
    assert not QueueEntry.objects.exclude(level=0).exists()
    made.refresh_from_db()
    assert made.undone_at is not None


def test_fewer_than_lie_within_are_drawn_by_lot() -> None:
    project, _ = mapped(answered=60, waiting=20)

    signed_in_as(project).post(
        address(project, "queue/"), {"line": ALL, "level": "1", "count": "5"}
    )

    assert QueueEntry.objects.filter(level=1).count() == 5


def test_a_part_can_be_chosen_from_the_table() -> None:
    project, found = mapped(answered=60, waiting=60)
    mine = found.tasks[found.part == 1]
    waiting = QueueEntry.objects.filter(pk__in=mine.tolist(), state="open").count()
    assert waiting

    looked = text_of(signed_in_as(project).post(address(project, "look/"), {"part": "1"}))

    assert f"Part 2: {mine.size} tasks" in looked
    assert f"{waiting} still want" in looked


def test_undoing_leaves_what_was_put_elsewhere_since() -> None:
    project, found = mapped(answered=60, waiting=10)
    lead = user_of(MembershipFactory(project=project, role="lead"))
    waiting = list(QueueEntry.objects.filter(state="open").values_list("pk", flat=True))
    set_priorities(project=project, priorities={waiting[0]: 5.0})
    made = raise_tasks(
        project=project, tasks=found.tasks, level=2, why=Why.PART, by=lead, at=timezone.now()
    )
    assert made.number == 10
    set_priorities(project=project, priorities={waiting[1]: 9.0})

    assert undo_raise(made=made, by=lead, at=timezone.now()) == 9
    assert undo_raise(made=made, by=lead, at=timezone.now()) == 0

    levels = dict(QueueEntry.objects.values_list("pk", "level"))
    assert (levels[waiting[0]], levels[waiting[1]], levels[waiting[2]]) == (5.0, 9.0, 0.0)


@pytest.mark.parametrize(
    "line",
    ["", "x", "[]", "[[0,0],[1,1]]", "[[0,0],[1,1],[0]]", '[[0,0],[1,1],["a",2]]',
     "[[0,0],[1,1],[1e9,2]]", "[[0,0],[1,1],[NaN,2]]", "[" * 9_000, "[[true,0],[1,1],[2,2]]",
     json.dumps([[0, 0]] * 500)],
)  # fmt: skip
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(BadRaise, match="Draw a line around tasks"):
        corners_of(line)


@pytest.mark.parametrize(
    "body",
    [{"line": "x", "level": "1", "count": "1"}, {"part": "77", "level": "1", "count": "1"},
     {"part": "0", "level": "nan", "count": "1"}, {"part": "0", "level": "1", "count": "0"},
     {"part": "0"}, {"line": "[[5,5],[6,6],[7,7]]", "level": "1", "count": "2"}],
)  # fmt: skip
def test_what_cannot_be_queued_is_said_and_changes_nothing(body: dict[str, str]) -> None:
    project, _ = mapped(answered=60, waiting=10)

    answer = signed_in_as(project).post(address(project, "queue/"), body)

    assert answer.status_code == 422
    assert not Raise.objects.exists()
    assert not QueueEntry.objects.exclude(level=0).exists()


def test_without_a_map_nothing_is_queued() -> None:
    question, _, _ = messages(answered=2, waiting=2)
    client = signed_in_as(question.project)

    answer = client.post(
        address(question.project, "queue/"), {"part": "0", "level": "1", "count": "1"}
    )

    assert answer.status_code == 302
    assert not Raise.objects.exists()
    assert client.get(address(question.project, "points/")).json()["task"] == []


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_it_is_for_leads(role: str) -> None:
    question, _, _ = messages(answered=2, waiting=2)

    assert signed_in_as(question.project, role).get(address(question.project)).status_code == 403


def test_another_projects_raise_is_not_there() -> None:
    project, found = mapped(answered=60, waiting=10)
    lead = user_of(MembershipFactory(project=project, role="lead"))
    made = raise_tasks(
        project=project, tasks=found.tasks, level=2, why=Why.PART, by=lead, at=timezone.now()
    )
    other = ProjectFactory()

    answer = signed_in_as(other).post(f"/p/{other.pk}/learning/undo/{made.pk}/")

    assert answer.status_code == 404
    assert QueueEntry.objects.filter(level=2).count() == 10


def test_a_raise_without_tasks_is_none() -> None:
    project = ProjectFactory()
    with pytest.raises(IntegrityError, match="a_raise_has_tasks"), transaction.atomic():
        Raise.objects.create(
            project=project, why=Why.PART, level=1, tasks=b"", before=b"", number=0
        )


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_its_queries_do_not_grow() -> None:
    project, _ = mapped(answered=60, waiting=60)
    client = signed_in_as(project)

    assert count_queries(client, address(project)) <= 17
    assert count_queries(client, address(project, "points/")) <= 12
