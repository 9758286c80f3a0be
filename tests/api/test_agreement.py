"""Agreement by the API: all that the pages say, of now and of a past moment, in few queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.agreement.actions.drain import drain
from apps.agreement.actions.studies import make_due_studies
from apps.projects.models import Project
from tests.agreement.factories import alpha_of, fill
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db

LABELS = ["a", "b", "c"]
STUDIED = {"people", "merges", "influence", "causes", "needed"}


def table_of(error: float, tasks: int = 50) -> Any:
    rng = np.random.default_rng(6)
    truth, guess = rng.choice(LABELS, (tasks, 1)), rng.choice(LABELS, (tasks, 3))
    return np.where(rng.random(guess.shape) < error, guess, truth).tolist()


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="topic", labels=LABELS, goal=0.8)
    fill(project, table_of(0.2), "topic")
    drain(project.pk)
    return project


@pytest.fixture
def client(project: Project) -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role="viewer").user)
    return client


def ask(client: Client, where: Project, path: str = "", **query: Any) -> Any:
    return client.get(f"/api/v1/projects/{where.pk}/agreement/{path}", query)


def one_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    (one,) = answer.json()["questions"]
    found: dict[str, Any] = one
    return found


def test_what_was_not_found_out_yet_is_null_and_comes(project: Project, client: Client) -> None:
    include = ",".join([*STUDIED, "trust"])

    before = one_of(ask(client, project, include=include))
    make_due_studies()
    after = one_of(ask(client, project, include=include))

    assert {name: before[name] for name in STUDIED} == dict.fromkeys(STUDIED)
    assert all(after[name]["is_current"] for name in STUDIED)
    assert len(after["people"]["found"]["raters"]) == 3
    assert after["merges"]["found"]["merges"][0]["gain"]["value"] is not None
    assert after["influence"]["found"]["tasks"][0]["effect"] < 0
    assert sum(after["causes"]["found"]["expected"].values()) > 0
    assert next(scale["name"] for scale in after["trust"]["scales"]) == "Krippendorff"


def test_all_of_it_takes_a_dozen_queries(project: Project, client: Client) -> None:
    make_due_studies()
    include = "labels,pairs,slices,distribution,by_name,trust,people,merges,influence,causes,needed"
    ask(client, project, include=include)

    with CaptureQueriesContext(connection) as queries:
        answer = ask(client, project, include=include)

    assert answer.status_code == 200
    assert len(queries) <= 10, [q["sql"][:120] for q in queries]


def test_needed_is_for_the_aim_that_is_asked_for(project: Project, client: Client) -> None:
    make_due_studies()

    wide, narrow = (
        one_of(ask(client, project, include="needed", width=width))["needed"]["found"]
        for width in (0.2, 0.1)
    )
    apart = one_of(ask(client, project, include="needed", difference=0.1))["needed"]["found"]

    assert narrow["tasks"] == pytest.approx(4 * wide["tasks"], abs=4)
    assert narrow["aim"] == {"width": 0.1}
    assert apart["aim"] == {"difference": 0.1}
    assert "cost" not in narrow


def test_a_past_moment_has_the_figures_of_then(project: Project, client: Client) -> None:
    now, old = timezone.now(), timezone.now() - timedelta(days=99)

    today = one_of(ask(client, project, as_of=now.isoformat(), include="labels,trust"))
    before = one_of(ask(client, project, as_of=old.isoformat()))

    assert today["measures"][0]["value"] == pytest.approx(alpha_of(table_of(0.2), "nominal"))
    assert len(today["labels"]) == 3
    assert before["measures"][0]["undefined_reason"]["code"] == "no_overlap"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"include": "no"}, "include"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2026-01-01T00:00:00Z", "include": "people"}, "as_of"),
        ({"include": "needed", "width": "0"}, "width"),
    ],
)
def test_what_cannot_be_had_is_refused_with_its_name(
    project: Project, client: Client, query: dict[str, str], field: str
) -> None:
    answer = ask(client, project, **query)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_two_periods_and_two_projects_are_compared(project: Project, client: Client) -> None:
    other = ProjectFactory()
    QuestionFactory(project=other, name="topic", labels=LABELS)
    fill(other, table_of(0.7), "topic")
    drain(other.pk)
    hidden = ask(client, project, "compare/", question="topic", project=other.pk)
    person = MembershipFactory(project=other, role="viewer").user
    MembershipFactory(project=project, user=person, role="viewer")
    both = Client()
    both.force_login(person)

    found = ask(both, project, "compare/", question="topic", project=other.pk).json()
    split = timezone.now() - timedelta(days=1)
    periods = {"first_until": split.isoformat(), "second_after": split.isoformat()}
    empty = ask(client, project, "compare/", question="topic", **periods).json()
    unclear = ask(client, project, "compare/", question="topic")

    assert hidden.status_code == 404
    expected = alpha_of(table_of(0.2), "nominal") - alpha_of(table_of(0.7), "nominal")
    assert found["value"] == pytest.approx(expected)
    assert found["low"] > 0
    assert found["first"]["label"] == "Krippendorff's alpha"
    assert empty["undefined_reason"]["code"] == "one_undefined"
    assert empty["second"]["value"] == pytest.approx(alpha_of(table_of(0.2), "nominal"))
    assert unclear.status_code == 400
