"""What became of agreement with each version of the guideline."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.agreement.actions.drain import drain
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import held_against
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Study
from apps.annotations.models import Question
from apps.projects.models import Guideline, Project
from tests.agreement.test_periods import LABELS, days_ago, given, noisy
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="intent", labels=LABELS, goal=0.8)


def versions(project: Project, *days: float) -> None:
    for number, day in enumerate(days, 1):
        Guideline.objects.create(
            project=project, number=number, text=f"# v{number}", created_at=days_ago(day)
        )
    Project.objects.filter(pk=project.pk).update(guideline_version=len(days))


def studied(project: Project) -> list[dict[str, Any]]:
    drain(project.pk)
    make_due_studies()
    found: list[dict[str, Any]] = Study.objects.get(part="guideline").body["versions"]
    return found


def page(project: Project, role: str = "lead", status: int = 200) -> str:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role=role)))
    answer = client.get(reverse("agreement:guideline_effect", args=[project.pk]))
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_each_version_is_held_against_the_time_before_it(
    project: Project, question: Question
) -> None:
    versions(project, 30, 10)
    given(project, noisy(60, 0.6), 20)
    given(project, noisy(60, 0.05, seed=4), 5)

    second, first = studied(project)

    held = held_against(question, Period(days_ago(10), None), Period(days_ago(30), days_ago(10)))
    assert second["number"] == 2
    assert second["difference"]["value"] == pytest.approx(held.value)
    assert second["difference"]["low"] > 0
    assert (second["before"]["units"], second["after"]["units"]) == (60, 60)
    # Other people, and other tasks: it is said beside the figure.
    assert (second["people"], second["tasks"]) == (
        {"both": 0, "new": 3},
        {"both": 0, "new": 60},
    )
    assert first["before"]["value"] is None
    assert first["after"]["value"] == second["before"]["value"]
    told = page(project)
    assert "Agreement is higher since, by" in told
    assert "3 new annotators, 60 new tasks" in told
    assert "a hint and no proof" in told
    assert "Nothing to hold it against." in told


def test_without_enough_answers_it_says_so_and_no_more(
    project: Project, question: Question
) -> None:
    versions(project, 30, 1)
    given(project, noisy(20, 0.2), 20)

    second, _ = studied(project)

    assert second["after"]["value"] is None
    told = page(project)
    assert "Not enough answers since." in told
    assert "Agreement is" not in told


@pytest.mark.proof
def test_a_difference_that_chance_makes_is_no_effect(project: Project, question: Question) -> None:
    versions(project, 30, 10)
    given(project, noisy(30, 0.3), 20)
    given(project, noisy(30, 0.3, seed=9), 5)
    studied(project)

    assert "No difference that chance would not make" in page(project)


def test_who_answers_in_both_times_is_not_new(project: Project, question: Question) -> None:
    versions(project, 10)
    given(project, noisy(12, 0.3), 20, 5)

    (only,) = studied(project)

    assert (only["people"], only["tasks"]) == ({"both": 0, "new": 2}, {"both": 12, "new": 0})


def test_before_anything_is_worked_out_the_versions_are_there(
    project: Project, question: Question
) -> None:
    versions(project, 3)

    told = page(project, "reviewer")

    assert "v1" in told
    assert "It is worked out in the background" in told


def test_without_a_guideline_there_is_nothing(project: Project, question: Question) -> None:
    given(project, noisy(6, 0.3), 2)
    drain(project.pk)
    make_due_studies()

    assert Study.objects.get(part="guideline").body == {}
    assert "There is no version to look at yet." in page(project)


def test_only_leads_and_reviewers_read_it(project: Project, question: Question) -> None:
    page(project, "annotator", 403)
    page(project, "viewer", 403)


def test_it_asks_a_fixed_number_of_queries(project: Project, question: Question) -> None:
    versions(project, 9, 8, 7, 6)
    for place in range(3):
        QuestionFactory(project=project, name=f"more{place}", labels=LABELS)
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role="lead")))
    address = reverse("agreement:guideline_effect", args=[project.pk])
    client.get(address)

    with CaptureQueriesContext(connection) as found:
        client.get(address)

    assert len(found) <= 7
