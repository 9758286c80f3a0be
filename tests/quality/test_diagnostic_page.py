"""The page of sensitivity and specificity."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Gold
from apps.projects.models import Membership, Project
from apps.quality.actions.gold import set_gold
from apps.quality.models import Adjudication
from apps.tasks.models import QueueEntry
from tests.clients import signed_in
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
    user_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    found: Project = QuestionFactory(name="topic", title="Topic?").project
    return found


@pytest.fixture
def lead(project: Project) -> Client:
    return signed_in(MembershipFactory(project=project, role="lead"))


def url(project: Project) -> str:
    return reverse("quality:diagnostic", args=[project.pk])


def case(project: Project, truth: str, said: dict[Membership, str], **more: Any) -> None:
    answers = {who: {"topic": label} for who, label in said.items()}
    task = answered_task(project=project, answers=answers, **more)
    set_gold(task=task, answers={"topic": truth}, source="pathology", at=timezone.now())


def read(project: Project) -> tuple[Membership, Membership]:
    """Three complaints and two others, read by two people."""
    ada, bo = (MembershipFactory(project=project) for _ in range(2))
    for truth, first, second in (
        ("complaint", "complaint", "complaint"),
        ("complaint", "complaint", "praise"),
        ("complaint", "question", "complaint"),
        ("praise", "praise", "praise"),
        ("question", "question", "complaint"),
    ):
        case(project, truth, {ada: first, bo: second})
    return ada, bo


def tables(answer: Any) -> dict[int, tuple[Any, Any]]:
    return {
        one.member.pk: (one.accuracy.sensitivity, one.accuracy.specificity)
        for one in answer.context["report"].readers
    }


def test_each_annotator_is_held_against_the_reference(lead: Client, project: Project) -> None:
    ada, bo = read(project)

    answer = lead.get(url(project), {"finding": "complaint"})

    found = tables(answer)
    assert [round(one.value, 3) for one in found[ada.pk]] == [0.667, 1.0]
    assert [round(one.value, 3) for one in found[bo.pk]] == [0.667, 0.5]
    assert [one.n for one in found[ada.pk]] == [3, 2]
    assert "in 3 of 5 tasks of the reference; 5 were read" in answer.content.decode()


def test_without_a_choice_the_rarest_label_is_the_finding(lead: Client, project: Project) -> None:
    read(project)

    report = lead.get(url(project)).context["report"]

    assert report.finding.values == ["question"]


def test_several_labels_can_be_one_finding(lead: Client, project: Project) -> None:
    ada, _ = read(project)

    found = tables(lead.get(url(project), {"finding": ["praise", "question"]}))

    assert [round(one.value, 3) for one in found[ada.pk]] == [1.0, 0.667]


def test_numbers_count_from_a_value_on(project: Project) -> None:
    QuestionFactory(
        project=project, name="score", title="Score", kind="rating", config={"min": 1, "max": 5}
    )
    who = MembershipFactory(project=project)
    for truth, said in ((5, 4), (4, 2), (1, 1)):
        task = answered_task(project=project, answers={who: {"topic": "praise", "score": said}})
        set_gold(task=task, answers={"score": truth}, source="x", at=timezone.now())
    client = signed_in(MembershipFactory(project=project, role="lead"))

    found = tables(client.get(url(project), {"question": "score", "least": "3.5"}))

    assert [round(one.value, 3) for one in found[who.pk]] == [0.5, 1.0]


def test_it_says_where_people_are_held_against_themselves(lead: Client, project: Project) -> None:
    read(project)
    Gold.objects.filter(pk=Gold.objects.earliest("pk").pk).update(source="decision 7")

    text = lead.get(url(project)).content.decode()

    assert "1 of 5 tasks of this reference were made of the annotators" in text


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "nobody", "finding": "x" * 900, "reference": "heaven"},
        {"least": "NaN"},
        {"least": "1e999"},
        {"reference": "decided"},
    ],
)
def test_an_address_that_makes_no_sense_shows_a_page(
    lead: Client, project: Project, asked: dict[str, Any]
) -> None:
    read(project)

    assert lead.get(url(project), asked).status_code == 200


def test_what_is_missing_is_said(lead: Client, project: Project) -> None:
    assert "There is no reference yet" in lead.get(url(project)).content.decode()
    task = TaskFactory(project=project)
    set_gold(task=task, answers={"topic": "praise"}, source="x", at=timezone.now())
    assert "Nobody has read these tasks yet" in lead.get(url(project)).content.decode()


def test_where_nothing_is_known_decisions_are_the_reference(lead: Client, project: Project) -> None:
    member = MembershipFactory(project=project)
    task = answered_task(project=project, answers={member: {"topic": "praise"}})
    Adjudication.objects.create(
        project=project,
        task=task,
        outcome="decided",
        answers={"topic": "praise"},
        decided_by=user_of(member),
    )
    shown = lead.get(url(project)).content.decode()
    assert '<option value="decided" selected>' in shown
    assert member.display_name in shown
    assert (
        "There is no reference yet"
        in lead.get(url(project), {"reference": "known"}).content.decode()
    )


def test_the_file_has_a_row_for_each_annotator(lead: Client, project: Project) -> None:
    ada, _ = read(project)
    Membership.objects.filter(pk=ada.pk).update(external_name="=cmd", user=None)

    answer = lead.get(url(project), {"finding": "complaint", "format": "csv"})

    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("annotator,cases,sensitivity,")
    assert len(lines) == 3
    assert any(line.startswith("'=cmd,5,0.6666") for line in lines)


@pytest.mark.parametrize(("role", "status"), [("lead", 200), ("reviewer", 403), ("viewer", 403)])
def test_leads_alone_see_it(project: Project, role: str, status: int) -> None:
    client = signed_in(MembershipFactory(project=project, role=role))

    assert client.get(url(project)).status_code == status


def test_it_costs_the_same_queries_however_many_read(
    lead: Client, project: Project, django_assert_num_queries: Any
) -> None:
    read(project)
    lead.get(url(project))
    with django_assert_num_queries(7):
        lead.get(url(project))
    read(project)

    with django_assert_num_queries(7):
        lead.get(url(project))


def test_the_report_to_print_has_agreement_and_accuracy_on_one_page(
    lead: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    ada, bo = read(project)
    asked = {"question": "topic", "reference": "known", "finding": ["complaint", "question"]}
    page = lead.get(url(project), asked).content.decode()
    link = re.search(r'href="([^"]*/report/[^"]*)"', page)
    assert link is not None

    with django_assert_max_num_queries(30):
        answer = lead.get(html.unescape(link[1]))

    told = " ".join(answer.content.decode().split())
    assert "complaint or question" in told
    assert "Known answers: 5 cases, 4 with the finding; 5 were read" in told
    assert "The project has no protocol." in told
    assert answer.context["between"].cases == 5
    (pair,) = answer.context["between"].pairs
    assert pair.agreement.value == 0.8
    assert [one.accuracy.sensitivity.n for one in answer.context["report"].readers] == [4, 4]
    assert ada.display_name in told
    assert bo.display_name in told


def test_who_read_a_case_twice_is_counted_once(lead: Client, project: Project) -> None:
    """A file may bring second rounds of the same person."""
    ada, _ = read(project)
    task = ada.assignments.earliest("pk").task
    QueueEntry.objects.filter(task=task).update(overlap=3, state="open")
    AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=ada, round=1),
        answers={"topic": "praise"},
    )

    answer = lead.get(reverse("quality:reader_report", args=[project.pk]), {"finding": "complaint"})

    assert answer.status_code == 200
    assert answer.context["between"].cases == 5


def test_without_a_reference_the_report_says_what_is_missing(
    lead: Client, project: Project
) -> None:
    answer = lead.get(reverse("quality:reader_report", args=[project.pk]))

    assert "There is nothing to report yet" in answer.content.decode()
