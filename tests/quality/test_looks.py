"""Who looked at what: written once for each request, kept by the database, found by the lead."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.models import AuditEvent
from apps.projects.actions.protocols import switch_protocol
from apps.projects.models import Look, Membership, Project
from apps.quality.views.looks import PAGE
from apps.tasks.models import Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
    user_of,
)
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db
BACKEND = "apps.accounts.permissions.PasswordBackend"


@pytest.fixture
def lead() -> Membership:
    member: Membership = MembershipFactory(role="lead")
    QuestionFactory(project=member.project, name="intent")
    switch_protocol(project=member.project, is_on=True, by=user_of(member), at=timezone.now())
    return member


@pytest.fixture
def project(lead: Membership) -> Project:
    return lead.project


def as_(member: Membership, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user_of(member), backend=BACKEND)
    return client


def written() -> list[tuple[int | None, int | None, str, str]]:
    rows = Look.objects.order_by("pk")
    return [(one.person_id, one.task_id, one.what, one.route) for one in rows]


def read_case(project: Project, said: str = "praise") -> Task:
    return answered_task(
        project=project, answers={MembershipFactory(project=project): {"intent": said}}
    )


class TestWriting:
    def test_a_list_is_one_statement_and_says_of_which_cases_answers_were_seen(
        self, lead: Membership, project: Project
    ) -> None:
        read, unread = read_case(project), TaskFactory(project=project)
        client = as_(lead)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/p/{project.pk}/tasks/")

        assert sum("projects_look" in one["sql"] for one in asked) == 1
        me, route = user_of(lead).pk, "annotations:tasks"
        assert sorted(written(), key=lambda one: one[1] or 0) == [
            (me, read.pk, "answers", route),
            (me, unread.pk, "task", route),
        ]

    def test_what_is_lent_is_looked_at_by_page_and_by_program(self, project: Project) -> None:
        reader, task = MembershipFactory(project=project), TaskFactory(project=project)
        as_(reader).get(f"/p/{project.pk}/annotate/")
        as_(reader).post(f"/api/v1/projects/{project.pk}/next/")

        me = user_of(reader).pk
        assert (me, task.pk, "task", "annotations:annotate") in written()

    def test_a_project_without_a_protocol_writes_and_asks_nothing(self) -> None:
        reader = MembershipFactory(role="lead")
        QuestionFactory(project=reader.project, name="intent")
        read_case(reader.project)
        with CaptureQueriesContext(connection) as asked:
            for page in ("tasks", "annotate"):
                assert as_(reader).get(f"/p/{reader.project_id}/{page}/").status_code == 200

        assert not any("projects_look" in one["sql"] for one in asked)
        assert not written()

    def test_what_is_refused_is_no_look(self, project: Project) -> None:
        reader, task = MembershipFactory(project=project), read_case(project)
        assert as_(reader).get(f"/p/{project.pk}/tasks/{task.pk}/").status_code == 403
        assert not written()

    def test_who_decides_and_is_sent_on_has_seen_nothing_by_that(
        self, lead: Membership, project: Project
    ) -> None:
        people: list[Any] = [MembershipFactory(project=project) for _ in range(2)]
        task = conflict_between(
            project, {"intent": "praise"}, {"intent": "question"}, people=people
        ).task
        bench = f"/p/{project.pk}/conflicts/{task.pk}/"
        assert as_(lead).post(f"{bench}later/").status_code == 302
        assert not written()
        as_(lead).get(bench)
        assert written() == [(user_of(lead).pk, task.pk, "answers", "quality:adjudicate")]

    def test_what_cannot_be_written_is_not_shown(self, lead: Membership, project: Project) -> None:
        task = TaskFactory(project=project, data={"text": "The shadow"})
        client = as_(lead, raise_request_exception=False)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE projects_look ADD CHECK (false) NOT VALID")
        with transaction.atomic():
            answer = client.get(f"/p/{project.pk}/tasks/{task.pk}/")
            transaction.set_rollback(True)
        assert answer.status_code == 500
        assert b"The shadow" not in answer.content

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE projects_look SET what = 'task'",
            "DELETE FROM projects_look",
            "TRUNCATE projects_look",
        ],
    )
    def test_nobody_changes_or_takes_it_away(
        self, lead: Membership, project: Project, sql: str
    ) -> None:
        look(project, lead, TaskFactory(project=project))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                cursor.execute(sql)
        assert len(written()) == 1

    def test_the_time_is_the_databases(self, lead: Membership, project: Project) -> None:
        made = look(project, lead, TaskFactory(project=project), seen_at=timezone.now() - YEAR)
        made.refresh_from_db()
        assert made.seen_at > timezone.now() - timedelta(minutes=1)


YEAR = timedelta(days=365)


def look(project: Project, by: Membership, task: Task | None, **more: Any) -> Look:
    given: dict[str, Any] = {"what": "answers", "route": "annotations:task", **more}
    made: Look = Look.objects.create(
        project=project, person=user_of(by), task_id=task and task.pk, **given
    )
    return made


def page(lead: Membership, **given: Any) -> str:
    answer = as_(lead).get(f"/p/{lead.project_id}/looks/", given)
    assert answer.status_code == 200
    return answer.content.decode()


class TestFinding:
    def test_by_person_case_and_day(self, lead: Membership, project: Project) -> None:
        other = MembershipFactory(project=project, role="reviewer")
        task = TaskFactory(project=project, external_id="CT-1")
        look(project, lead, task)
        look(project, other, TaskFactory(project=project, external_id="CT-2"), what="task")
        look(project, other, None, what="export", route="exchange:download")

        assert [page(lead).count(f">{one}<") for one in ("CT-1", "CT-2", "all")] == [1, 1, 1]
        assert "CT-2" not in page(lead, person=user_of(lead).pk)
        # A file of all cases has this one in it.
        case = page(lead, case="CT-1")
        assert (case.count("<bdi>CT-1"), case.count("Download of an export")) == (1, 1)
        today = timezone.localdate()
        assert "<bdi>CT-1" in page(lead, since=today, until=today)
        assert "<bdi>CT-1" not in page(lead, until=today - timedelta(days=1))

    def test_where_something_is_wrong_nothing_is_shown_and_no_file_sent(
        self, lead: Membership, project: Project
    ) -> None:
        look(project, lead, TaskFactory(project=project, external_id="CT-1"))

        wrong = as_(lead).get(f"/p/{project.pk}/looks/", {"case": "CT-9"})

        assert wrong.status_code == 422
        text = wrong.content.decode()
        assert "There is no such case." in text
        assert "Correct what you ask for" in text
        assert "CT-1" not in text
        sent = as_(lead).get(f"/p/{project.pk}/looks/csv/", {"since": "yesterday"})
        assert sent.status_code == 404
        assert not AuditEvent.objects.filter(action="looks.downloaded").exists()

    def test_who_saw_answers_before_giving_their_own(
        self, lead: Membership, project: Project
    ) -> None:
        early, late = MembershipFactory(project=project), MembershipFactory(project=project)
        first, second = TaskFactory(project=project), TaskFactory(project=project)
        look(project, early, first)
        look(project, early, second, what="task")
        for task in (first, second):
            for person in (early, late):
                AnnotationFactory(
                    assignment=AssignmentFactory(task=task, annotator=person),
                    answers={"intent": "praise"},
                    submitted_at=timezone.now() + timedelta(hours=1),
                )
        AnnotationFactory(
            assignment=AssignmentFactory(task=TaskFactory(project=project), annotator=late),
            answers={"intent": "praise"},
            submitted_at=timezone.now() - timedelta(hours=1),
        )
        look(project, late, Task.objects.latest("pk"))

        shown = page(lead, before="on")
        assert shown.count(f"/tasks/{first.pk}/") == 1
        assert f"/tasks/{second.pk}/" not in shown
        assert f"/tasks/{Task.objects.latest('pk').pk}/" not in shown

    def test_a_page_leads_to_the_next_and_costs_the_same(
        self, lead: Membership, project: Project
    ) -> None:
        tasks = [TaskFactory(project=project) for _ in range(2)]
        look(project, lead, tasks[0])
        client, address = as_(lead), f"/p/{project.pk}/looks/"
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        rows = [
            Look(project=project, person=user_of(lead), task_id=tasks[1].pk, what="task", route="x")
            for _ in range(PAGE)
        ]
        # In one statement, and so at one time: the number tells them apart.
        Look.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as many:
            text = client.get(address).content.decode()
        assert len(many) == len(one) <= 8
        assert f"/tasks/{tasks[0].pk}/" not in text
        behind = page(lead, edge=unquote(text.partition("?edge=")[2].partition('"')[0]))
        assert behind.count(f"/tasks/{tasks[0].pk}/") == 1
        assert f"/tasks/{tasks[1].pk}/" not in behind

    def test_the_file_has_what_the_page_shows(self, lead: Membership, project: Project) -> None:
        task = TaskFactory(project=project, external_id="=CT")
        look(project, lead, task)
        look(project, MembershipFactory(project=project), task)
        address, asked = f"/p/{project.pk}/looks", {"person": user_of(lead).pk}
        answer = as_(lead).get(f"{address}/csv/", asked)
        [row] = csv.DictReader(io.StringIO(answer.getvalue().decode()))
        assert (row["email"], row["what"], row["task"]) == (
            user_of(lead).email,
            "answers",
            str(task.pk),
        )
        assert row["external_id"] == "'=CT"
        lines = as_(lead).get(f"{address}/jsonl/").getvalue().decode().splitlines()
        assert [json.loads(one)["task"] for one in lines] == [task.pk, task.pk]
