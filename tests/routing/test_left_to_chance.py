"""The hold-out is marked where others look: in the database, lists, exports and slices alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from apps.agreement.actions.books import rebuild
from apps.agreement.actions.drain import drain
from apps.agreement.models import SliceValue, StoredTask
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.exchange.actions.reading import Reader
from apps.exchange.importers.rows import COMPUTED
from apps.exchange.models import ExportRun
from apps.projects.actions import change_project
from apps.projects.models import Project
from apps.routing.actions.plans import change_plan, is_held_out, plan_of
from apps.routing.models import Plan
from apps.tasks.models import Task
from tests.bulk import answered_tasks, waiting_tasks
from tests.clients import signed_in_as
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_seeds(_luck: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each project's, as the database knows them; elsewhere tests share one."""
    monkeypatch.setattr("apps.routing.actions.plans.MOST_SEED", 2**31 - 1)


def inbox(number: int = 300) -> Project:
    project: Project = ProjectFactory(overlap=1)
    waiting_tasks(project=project, more=[{} for _ in range(number)])
    return project


def held(project: Project) -> set[int]:
    keys = np.array(Task.objects.filter(project=project).values_list("pk", flat=True))
    return set(keys[is_held_out(plan_of(project), keys)].tolist())


@pytest.mark.parametrize("plan", [{}, {"seed": 2**31 - 1, "exploration": 0.37}, {"exploration": 0}])
def test_the_database_draws_the_same_lot_as_the_models(plan: dict[str, Any]) -> None:
    project = inbox(4)
    if plan:
        Plan.objects.create(project=project, **plan)
    waits = Task.objects.bulk_create(
        Task(pk=pk, project=project, data={}, content_hash=b"%032d" % (pk % 10**9))
        for pk in [*range(2**33, 2**33 + 2_000), 2**40 + 7, 2**62 + 1, 2**63 - 1]
    )

    said = Task.objects.filter(project=project).left_to_chance(is_so=True)

    assert set(said.values_list("pk", flat=True)) == held(project)
    assert len(waits) == 2_003
    assert bool(held(project)) is (plan.get("exploration") != 0)


def rows_of(client: Client, project: Project, **query: Any) -> set[int]:
    found: set[int] = set()
    url: str | None = f"/api/v1/projects/{project.pk}/tasks/"
    given: dict[str, Any] = {"page_size": 100, **query}
    while url:
        answer = client.get(url, given).json()
        found |= {row["id"] for row in answer["results"]}
        url, given = answer["next"], {}
    return found


def test_lists_of_tasks_can_be_of_the_hold_out_alone() -> None:
    project = inbox()
    client = signed_in_as(project)
    everything = set(Task.objects.values_list("pk", flat=True))

    said = client.get(f"/p/{project.pk}/tasks/", {"chance": "yes"}).content.decode()

    assert rows_of(client, project, left_to_chance="true") == held(project)
    assert rows_of(client, project, left_to_chance="false") == everything - held(project)
    assert f"{len(held(project))} match" in " ".join(said.split())


def test_an_export_says_of_each_task_whether_chance_chose_it() -> None:
    project = inbox(60)
    reader = Reader(ExportRun(project=project, filters={}))

    found = [one.task() for one in reader.documents(Progress(JobRun()))]

    assert {one.id for one in found if one.left_to_chance} == held(project)
    assert len(found) == 60
    # It hangs on the keys of this project, and is drawn anew where the file is read back.
    assert "left_to_chance" in COMPUTED


def test_a_declared_slice_is_of_the_hold_out_and_follows_its_share() -> None:
    question = QuestionFactory(project=ProjectFactory(overlap=1), name="intent", labels=["a", "b"])
    project, person = question.project, MembershipFactory(project=question.project)
    answered_tasks(project=project, answers=[{person: {"intent": "a"}} for _ in range(60)])
    change_project(project=project, slices=[{"name": "chance", "path": "task.left_to_chance"}])

    rebuild(project=project)

    def marked() -> set[int]:
        drain(project.pk)
        by_lot = SliceValue.objects.get(name="chance", value="left to chance").pk
        stored = StoredTask.objects.filter(project=project).values_list("pk", "body")
        return {pk for pk, body in stored if by_lot in body["s"]}

    before = held(project)
    assert marked() == before
    change_plan(project=project, by=UserFactory(), at=timezone.now(), exploration=0.5)

    assert before < held(project)
    assert marked() == held(project)
