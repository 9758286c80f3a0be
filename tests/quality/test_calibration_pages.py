"""The pages of calibration sessions: what each person sees, and when."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Gold
from apps.comments.models import Comment, Thread
from apps.projects.actions import publish_guideline
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, Calibration
from apps.tasks.models import Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)
from tests.quality.calibrating import answer, begun, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=2, is_blind=False)
    QuestionFactory(project=project, name="intent", title="What is wanted?")
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [
        MembershipFactory(project=project, user=UserFactory(name=name))
        for name in ("Ada", "Boleslav")
    ]


@pytest.fixture
def tasks(project: Project) -> list[Task]:
    return [TaskFactory(project=project) for _ in range(2)]


@pytest.fixture
def session(project: Project, people: list[Membership], tasks: list[Task]) -> Calibration:
    session = begun(project, tasks)
    answer(people[0], "praise", "praise")
    answer(people[1], "praise", "question")
    return session


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(user_of(member))
    return client


def as_role(project: Project, role: str) -> Client:
    return client_of(MembershipFactory(project=project, role=role))


def told(answer_: Any, status: int = 200) -> str:
    assert answer_.status_code == status, answer_.status_code
    return " ".join(answer_.content.decode().split())


def bench(session: Calibration, task: Task) -> str:
    return reverse("quality:calibration_task", args=[session.project_id, session.number, task.pk])


def page_of(session: Calibration) -> str:
    return reverse("quality:calibration", args=[session.project_id, session.number])


def test_a_lead_begins_one_and_sees_what_is_missing(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    client = as_role(project, "lead")
    address = reverse("quality:calibrations", args=[project.pk])
    assert "No session yet" in told(client.get(address))
    assert "Choose another way" in told(client.post(address, {"number": 3, "way": "disputed"}), 422)

    page = told(client.post(address, {"number": 1, "way": "random"}, follow=True))

    assert "0 of 2 are through." in page
    assert "Ada" in page
    found = Calibration.objects.get()
    assert (found.task_count, found.picked) == (
        1,
        "Drawn at random, of tasks that nobody has answered yet",
    )


def test_a_search_picks_tasks(project: Project, people: list[Membership]) -> None:
    wanted = TaskFactory(project=project, data={"text": "A lost parcel"})
    TaskFactory(project=project, data={"text": "Thanks"})
    address = reverse("quality:calibrations", args=[project.pk])

    as_role(project, "lead").post(address, {"number": 5, "way": "filter", "q": "parcel"})

    found = Calibration.objects.get()
    assert (found.task_count, found.picked) == (1, "Drawn at random from a search: “parcel”")
    assert wanted.calibrations.count() == 1


def test_while_people_answer_nobody_sees_answers_here(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    session = begun(project, tasks)
    answer(people[0], "praise")

    for role in ("lead", "reviewer", "viewer"):
        client = as_role(project, role)
        assert "praise" not in told(client.get(page_of(session)))
        assert client.get(bench(session, tasks[0])).status_code == 404
    assert client_of(people[0]).get(page_of(session)).status_code == 404


def test_once_all_are_through_leads_see_and_annotators_wait(
    session: Calibration, project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    answer_ = as_role(project, "reviewer").get(page_of(session))

    assert "Everybody is through." in told(answer_)
    shown = [(row["one"].task, row["one"].spread) for row in answer_.context["tasks"]]
    assert shown == [(tasks[1], 1.0), (tasks[0], 0.0)]
    assert client_of(people[0]).get(page_of(session)).status_code == 404
    assert client_of(people[0]).get(bench(session, tasks[0])).status_code == 404


@pytest.mark.parametrize("is_blind", [False, True])
def test_in_the_discussion_all_see_all_answers_by_name_unless_it_is_blind(
    is_blind: bool, session: Calibration, people: list[Membership], tasks: list[Task]
) -> None:
    Project.objects.filter(pk=session.project_id).update(is_blind=is_blind)
    opened(session)

    page = told(client_of(people[0]).get(bench(session, tasks[1])))

    assert "praise" in page
    assert "question" in page
    assert ("Boleslav" in page) is not is_blind
    assert ("Names hidden" in page) is is_blind
    assert "Decide" not in page
    assert "Who is through" not in told(client_of(people[0]).get(page_of(session)))


def test_what_is_said_shows_to_all(
    session: Calibration, project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    opened(session)
    address = reverse("quality:calibration_say", args=[project.pk, 1, tasks[1].pk])

    assert "Write something." in told(client_of(people[0]).post(address, {"text": " "}), 422)
    client_of(people[0]).post(address, {"text": "It asks for the parcel."})

    assert Thread.objects.get().session == session.round
    assert "It asks for the parcel." in told(client_of(people[1]).get(bench(session, tasks[1])))
    thread = reverse("comments:thread", args=[project.pk, Thread.objects.get().pk])
    client_of(people[1]).post(thread, {"text": "So it does."})
    assert Comment.objects.count() == 2


def test_nothing_is_said_before_the_discussion_is_open(
    session: Calibration, project: Project, tasks: list[Task]
) -> None:
    address = reverse("quality:calibration_say", args=[project.pk, 1, tasks[1].pk])

    page = told(as_role(project, "lead").post(address, {"text": "Early"}), 409)

    assert "Open the discussion first" in page
    assert not Thread.objects.exists()


def test_a_decision_is_known_from_then_on_and_the_next_task_opens(
    session: Calibration, project: Project, tasks: list[Task]
) -> None:
    opened(session)
    client = as_role(project, "reviewer")
    given = client.get(bench(session, tasks[1])).context["table"].given
    key = next(key for key, said in given.items() if said == {"intent": "question"})

    missing = told(client.post(bench(session, tasks[1]), {}), 422)
    answer_ = client.post(bench(session, tasks[1]), {"take.intent": key, "reason": "It asks."})

    assert "Choose an answer, or write your own." in missing
    assert answer_.headers["Location"] == bench(session, tasks[0])
    assert Gold.objects.get().answers == {"intent": "question"}
    assert Adjudication.objects.get().sources == {"intent": key}
    assert "“It asks.”" in told(client.get(bench(session, tasks[1])))
    late = told(client.post(bench(session, tasks[1]), {"take.intent": key}), 409)
    assert "Somebody else decided this task meanwhile" in late


def test_a_second_session_is_held_against_the_first(
    session: Calibration, project: Project, people: list[Membership]
) -> None:
    opened(session)
    second = begun(project, [TaskFactory(project=project) for _ in range(3)])
    for who in people:
        answer(who, "praise", "question", "complaint")

    page = told(as_role(project, "lead").get(page_of(second)))

    assert "Against calibration 1" in page
    assert "2, 3" in page


def test_the_annotator_is_told_what_it_is(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    begun(project, tasks)

    page = told(client_of(people[0]).get(reverse("annotations:annotate", args=[project.pk])))

    assert "2 tasks that everybody answers, each alone; then you discuss them together." in page
    assert "This is task 1." in page


def test_pages_ask_a_fixed_number_of_queries(
    session: Calibration, project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    opened(session)
    client = as_role(project, "lead")

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        return len(found)

    few = [queries(one) for one in (page_of(session), bench(session, tasks[0]))]
    second = begun(project, [TaskFactory(project=project) for _ in range(9)])
    more: list[Membership] = [MembershipFactory(project=project) for _ in range(3)]
    for who in (*people, *more):
        answer(who, *(["praise", "question", "complaint"] * 3))
    opened(second)
    task = second.project.tasks.last()
    assert task is not None
    many = [queries(one) for one in (page_of(second), bench(second, task))]

    assert many[1] == few[1]
    # The one before it, and two periods of the question.
    assert many[0] - few[0] <= 5
    assert max(few) <= 16, few


def test_a_new_version_of_the_guideline_asks_for_a_session(
    project: Project, people: list[Membership], tasks: list[Task]
) -> None:
    lead = MembershipFactory(project=project, role="lead")

    def publish(text: str) -> None:
        project.refresh_from_db()
        publish_guideline(project=project, by=user_of(lead), at=timezone.now(), text=text)

    def said(who: Membership) -> str:
        address = reverse("projects:guideline", args=[project.pk])
        return " ".join(client_of(who).get(address).content.decode().split())

    publish("# Praise")
    assert "Nobody has been calibrated by v1 yet." in said(lead)
    assert "calibrated" not in said(people[0])
    project.refresh_from_db()
    session = begun(project, tasks)
    assert "Calibration 1 went by v1, which stands." in said(lead)
    publish("# Praise, and thanks")
    assert "Calibration 1, by v1, is being answered. v2 came after it began." in said(lead)
    opened(session)
    assert "Nobody has been calibrated by v2 yet; the last session went by v1." in said(lead)
