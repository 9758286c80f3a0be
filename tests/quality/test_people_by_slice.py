"""Who is good at what kind of task: in the report, on both pages and by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.accounts.actions import create_token
from apps.agreement.actions.drain import drain
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.quality.actions.people import ask_for_people
from apps.quality.models import PersonReport
from apps.tasks.models import Task
from tests.agreement.factories import tell
from tests.bulk import answered_tasks
from tests.clients import signed_in
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    user_of,
)

pytestmark = pytest.mark.django_db
WORDS = ("praise", "complaint", "question")


@pytest.fixture
def people() -> list[Membership]:
    """Three are always right; the last takes a third of what is German for praise."""
    project: Project = ProjectFactory(slices=[{"name": "language", "path": "meta.language"}])
    QuestionFactory(project=project, name="intent", title="What?")
    people: list[Membership] = [
        MembershipFactory(project=project, user=UserFactory(name=name))
        for name in ("Ada", "Bo", "Cy", "Di")
    ]
    answers = []
    for i in range(120):
        word = WORDS[i % 3]
        last = "praise" if i % 2 and word == "complaint" else word
        said = [word, word, word, last]
        answers.append({one: {"intent": each} for one, each in zip(people, said, strict=True)})
    tasks = answered_tasks(project=project, answers=answers)
    for i, task in enumerate(tasks):
        Task.objects.filter(pk=task.pk).update(meta={"language": "de" if i % 2 else "fr"})
    tell(project, *tasks)
    drain(project.pk)
    run_job(ask_for_people(project=project, by=None).pk)
    return people


def lead(people: list[Membership]) -> Membership:
    made: Membership = MembershipFactory(project=people[0].project, role="lead")
    return made


def page(people: list[Membership], name: str, *keys: int, **query: str) -> Any:
    address = reverse(f"quality:{name}", args=[people[0].project_id, *keys])
    return signed_in(lead(people)).get(address, query)


def test_the_report_tells_what_somebody_is_good_at(people: list[Membership]) -> None:
    good, turned = (
        PersonReport.objects.get(pk=one.pk).body["questions"]["intent"]["slices"]["language"]
        for one in (people[0], people[3])
    )

    assert [one["found"]["value"] for one in good] == [1, 1]
    assert {(one["met"], one["found"]["value"]) for one in turned} == {(60, 1), (60, 0.6667)}


def test_both_pages_show_it(people: list[Membership]) -> None:
    matrix = page(people, "who_for_what", by="language").context["matrix"]
    own = page(people, "annotator", people[3].pk)

    assert set(matrix["names"]) == {"de", "fr"}
    german = matrix["names"].index("de")
    row = next(each for each in matrix["rows"] if each["member"] == people[3])
    assert row["cells"][german]["text"] == "67"
    assert "of 60 answers" in row["cells"][german]["told"]
    (slice_,) = own.context["slices"]
    assert {(one["name"], one["met"]) for one in slice_["rows"]} == {("de", 60), ("fr", 60)}
    labels = page(people, "who_for_what", by="nothing").context["matrix"]["names"]
    assert set(labels) == set(WORDS)


def test_the_api_says_the_same(people: list[Membership]) -> None:
    _, secret = create_token(user=user_of(lead(people)), name="x", at=timezone.now())
    client = Client(headers={"authorization": f"Token {secret}"})

    address = f"/api/v1/projects/{people[0].project_id}/annotators/{people[3].pk}/"
    (told,) = client.get(address).json()["questions"]

    found = {(one["slice"], one["of"]): (one["n"], one["value"]) for one in told["slices"]}
    assert found == {("language", "de"): (60, 0.6667), ("language", "fr"): (60, 1)}
