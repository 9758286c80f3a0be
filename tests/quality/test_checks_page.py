"""The page of checks: what it says, and what a lead does on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Membership, Project
from apps.quality.models import CheckRun, Conflict, Finding
from apps.tasks.models import Task
from tests.clients import signed_in_as
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent", title="What is wanted?")
    return project


@pytest.fixture
def lead(project: Project) -> Client:
    return signed_in_as(project, "lead")


def page(client: Client, project: Project, state: str = "") -> str:
    query = {"state": state} if state else {}
    answer = client.get(reverse("quality:checks", args=[project.pk]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def judge(client: Client, finding: Finding, move: str, **body: str) -> str:
    address = reverse("quality:finding", args=[finding.project_id, finding.pk])
    answer = client.post(address, {"move": move, **body}, follow=True)
    return " ".join(answer.content.decode().split())


def differing(project: Project, people: list[Membership]) -> list[Task]:
    return [
        answered_task(
            project=project,
            answers={person: {"intent": word} for person in people},
            data={"text": "The very same"},
        )
        for word in ("praise", "complaint")
    ]


def finding_of(project: Project, task: Task, number: int = 0, **given: Any) -> Finding:
    return Finding.objects.create(
        project=project,
        key=str(number).encode(),
        task_count=1,
        **{"tasks": [task.pk], "kind": "too_fast", "words": "{person} takes 1.0 s.", **given},
    )


def test_before_the_first_run_it_says_what_will_be_checked(project: Project, lead: Client) -> None:
    told = page(lead, project)

    assert "The answers have not been checked yet." in told
    assert "Same mistakes" in told
    assert "No run yet" in told


def test_a_lead_runs_the_checks_and_sends_what_they_find(project: Project, lead: Client) -> None:
    tasks = differing(project, [MembershipFactory(project=project)])
    address = reverse("quality:checks_run", args=[project.pk])
    for _ in range(2):
        assert "Checking the answers" in lead.post(address, follow=True).content.decode()
    job = JobRun.objects.get(kind="quality.checks")
    assert job.requested_by is not None
    fragment = reverse("quality:checks_job", args=[project.pk])
    assert lead.get(fragment).headers.get("HX-Refresh") is None
    run_job(job.pk)
    assert lead.get(fragment).headers["HX-Refresh"] == "true"

    told = page(lead, project)
    assert "1 finding to look at." in told
    assert "2 tasks show the same and are answered differently: " in told
    assert told.count("The very same") == 2
    told = judge(lead, Finding.objects.get(), "send")

    assert "2 tasks wait on the bench." in told
    assert "Nothing in the answers looks wrong." in told
    assert set(Conflict.objects.open().values_list("task_id", flat=True)) == {
        task.pk for task in tasks
    }
    bench = lead.get(reverse("quality:adjudicate", args=[project.pk, tasks[0].pk])).content.decode()
    assert "A lead asks whether these answers are right" in bench
    assert "a lead asks" in lead.get(reverse("quality:list", args=[project.pk])).content.decode()
    assert "Taken back." in judge(lead, Finding.objects.get(), "reopen", state="sent")
    assert not Conflict.objects.open().exists()


def test_a_finding_is_dismissed_with_a_reason_which_is_kept(project: Project, lead: Client) -> None:
    person = MembershipFactory(project=project, user=UserFactory(name="Ada Quick"))
    task = answered_task(project=project, answers={person: {"intent": "praise"}})
    one = finding_of(project, task, annotators=[person.pk], p=0.004)
    told = page(lead, project)
    assert "Ada Quick takes 1.0 s." in told
    assert "1 in 250 by chance" in told

    assert "Say why it is nothing" in judge(lead, one, "dismiss")
    told = judge(lead, one, "dismiss", reason="She knows\0 these by heart.", state="dismissed")

    assert "Dismissed. It stays so" in told
    assert "“She knows these by heart.”" in told
    assert "is dismissed by now" in judge(lead, one, "send")
    judge(lead, one, "reopen")
    one.refresh_from_db()
    assert (one.state, one.reason, one.decided_by) == ("open", "", None)


@pytest.mark.parametrize("move", ["gone", "", "x"])
def test_there_are_three_moves(project: Project, lead: Client, move: str) -> None:
    task = answered_task(project=project, answers={})
    address = reverse("quality:finding", args=[project.pk, finding_of(project, task).pk])

    assert lead.post(address, {"move": move}).status_code == 404


def test_a_finding_of_another_project_is_not_there(project: Project, lead: Client) -> None:
    other = ProjectFactory()
    one = finding_of(other, answered_task(project=other, answers={}))
    address = reverse("quality:finding", args=[project.pk, one.pk])

    assert lead.post(address, {"move": "dismiss", "reason": "x"}).status_code == 404
    one.refresh_from_db()
    assert one.state == "open"


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_findings_are_for_leads_alone(project: Project, role: str) -> None:
    answer = signed_in_as(project, role).get(reverse("quality:checks", args=[project.pk]))

    assert answer.status_code == 403


def test_what_is_not_there_any_more_is_left_out(project: Project, lead: Client) -> None:
    task = answered_task(project=project, answers={})
    finding_of(project, task, annotators=[0], tasks=[task.pk, 10**12], kind="too_fast")
    finding_of(project, task, 1, kind="a_check_whose_file_is_gone", words="Old words.")

    told = page(lead, project)

    assert "Somebody takes 1.0 s." in told
    assert "Old words." not in told


def test_a_run_that_failed_and_what_was_left_out_are_said(project: Project, lead: Client) -> None:
    CheckRun.objects.create(
        project=project,
        made_at=timezone.now(),
        seconds=1,
        answers=1_234,
        last_annotation=0,
        question_version=1,
        left_out=["why: such answers can be compared, not counted."],
    )
    JobRun.objects.create(
        kind="quality.checks",
        queue="compute",
        scope=project.scope,
        state="failed",
        ended_at=timezone.now(),
        error="It broke.",
    )

    told = page(lead, project)

    assert "The last run failed." in told
    assert "It broke." in told
    assert "1,234 answers" in told
    assert "such answers can be compared" in told


def test_the_page_asks_the_same_of_few_findings_and_of_many(project: Project, lead: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            page(lead, project)
        return len(found)

    person = MembershipFactory(project=project)
    task = answered_task(project=project, answers={person: {"intent": "praise"}})
    finding_of(project, task, annotators=[person.pk])
    page(lead, project)
    few = queries()
    for number in range(1, 120):
        other = answered_task(project=project, answers={}) if number < 20 else task
        finding_of(project, other, number, annotators=[person.pk], p=0.01)

    assert queries() == few
    assert few <= 14
    assert "20 more, less sure, are left out here" in page(lead, project)
