"""What is known of who marks something: label by label, thing by thing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.quality.actions.gold import set_gold
from apps.quality.actions.people import ask_for_people
from apps.quality.models import PeopleRun, PersonReport
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.clients import signed_in
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db
LABELS = [{"value": each, "title": each.title()} for each in ("drug", "dose")]


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(fields=[{"name": "text", "title": "Text", "display": "text"}])
    QuestionFactory(
        project=project,
        name="found",
        title="Found?",
        kind="span",
        config={"field": "text", "labels": LABELS},
    )
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [
        MembershipFactory(project=project, user=UserFactory(name=name))
        for name in ("Ada", "Bo", "Cy", "Di")
    ]


def span(label: str, start: int, end: int) -> dict[str, Any]:
    return {"id": f"{label}{start}", "label": label, "parts": [[start, end]]}


def work(project: Project, people: list[Membership], number: int = 40) -> list[Task]:
    """A drug and a dose in each text. The last misses every second dose, and calls every fourth
    drug one; every tenth time they mark something more."""
    answers = []
    for n in range(number):
        all_ = [span("drug", 0, 4), span("dose", 5, 9)]
        mine = [span("dose" if n % 4 == 0 else "drug", 0, 4)]
        mine += [] if n % 2 else [span("dose", 5, 9)]
        mine += [span("drug", 11, 12)] if n % 10 == 0 else []
        said = [all_, all_, all_, mine]
        answers.append({who: {"found": one} for who, one in zip(people, said, strict=True)})
    return answered_tasks(project=project, answers=answers)


def reported(project: Project) -> PeopleRun:
    run_job(ask_for_people(project=project, by=None).pk)
    return PeopleRun.objects.get(project=project)


def of(member: Membership) -> dict[str, Any]:
    found: dict[str, Any] = PersonReport.objects.get(pk=member.pk).body["questions"]["found"]
    return found


def test_each_label_is_found_or_missed_thing_by_thing(
    project: Project, people: list[Membership]
) -> None:
    work(project, people)

    run = reported(project)

    told = run.questions["found"]
    assert told["words"] == ["not marked", "Drug", "Dose"]
    assert not any(one.startswith("found:") for one in run.left_out)
    good, other = of(people[0]), of(people[3])
    # 40 drugs, 40 doses, and four times what the last alone has marked.
    assert (good["agree"]["n"], good["agree"]["value"]) == (84, 1)
    assert other["agree"]["n"] == 84
    found = {row["label"]: row["found"]["value"] for row in other["labels"]}
    assert found == {0: 0, 1: 0.75, 2: 0.5}
    confused = {(one["shown"], one["says"]): one["times"] for one in other["confused"]}
    assert confused == {(2, 0): 20, (1, 2): 10, (0, 1): 4}
    # The things of one task are not independent: no test says so.
    assert "q" not in other["stand"]
    assert not any("q" in row for row in other["labels"])


def test_known_answers_come_first(project: Project, people: list[Membership]) -> None:
    """Everybody but the last is wrong about the dose."""
    for task in work(project, people):
        mine = [span("drug", 0, 4)]
        set_gold(task=task, answers={"found": mine}, source="file", at=timezone.now())

    reported(project)

    labels = {row["label"]: row for row in of(people[0])["labels"]}
    assert labels[0]["found"]["value"] == pytest.approx(4 / 44, abs=1e-3)
    assert labels[1]["found"]["value"] == 1


def test_the_page_speaks_of_things(project: Project, people: list[Membership]) -> None:
    work(project, people)
    reported(project)
    lead = signed_in(MembershipFactory(project=project, role="lead"))

    page = lead.get(reverse("quality:annotator", args=[project.pk, people[3].pk]))

    told = " ".join(page.content.decode().split())
    assert "of 84 things are as most of the others say" in told
    assert 'Shown <bdi class="strong">Dose</bdi>, says <bdi class="strong">not marked</bdi>' in told


def test_two_are_not_enough_to_hold_somebody_against(project: Project) -> None:
    pair: list[Membership] = [MembershipFactory(project=project) for _ in range(2)]
    one = [span("drug", 0, 4)]
    answered_tasks(project=project, answers=[{who: {"found": one} for who in pair}] * 3)

    assert "found" not in reported(project).questions


def test_many_things_of_one_task_are_no_habit(project: Project, people: list[Membership]) -> None:
    """Ones own page would tell what the others said about that task."""
    all_ = [span("drug", 10 * n, 10 * n + 4) for n in range(25)]
    said = {who: {"found": all_} for who in people[:3]} | {people[3]: {"found": []}}
    answered_tasks(project=project, answers=[said])
    reported(project)
    assert of(people[3])["confused"][0]["n"] == 25

    mine = signed_in(people[3]).get(reverse("quality:my_work", args=[project.pk]))

    assert "Worth a second look" not in mine.content.decode()
