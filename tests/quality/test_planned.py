"""The plan of labels: set as one table, held against what is there, and what would help."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.annotations.models import Question
from apps.consensus.actions.refresh import refresh_consensus
from apps.core.jobs import run_job
from apps.core.models import AuditEvent, JobRun
from apps.projects.models import Membership, Project
from apps.quality.actions.planned import BadLabelPlan, PlanSpec, plan_of_labels, set_label_plan
from apps.quality.models import Finding, PlannedLabel
from tests.bulk import answered_tasks
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)

pytestmark = pytest.mark.django_db
LABELS = [{"value": "praise", "title": "Praise!"}, {"value": "fraud"}, {"value": "other"}]


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    return QuestionFactory(project=project, name="intent", config={"labels": LABELS})


@pytest.fixture
def lead(project: Project) -> Client:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role="lead")))
    return client


def labelled(question: Question, **numbers: int) -> None:
    person: Membership = MembershipFactory(project=question.project)
    answers = [
        {person: {"intent": label}} for label, number in numbers.items() for _ in range(number)
    ]
    tasks = answered_tasks(project=question.project, answers=answers)
    refresh_consensus(project=question.project, task_ids=[task.pk for task in tasks])


def keep(project: Project, *specs: PlanSpec) -> list[PlannedLabel]:
    return set_label_plan(project=project, specs=specs, by=UserFactory(), at=timezone.now())


def share(label: str, of: float) -> PlanSpec:
    return PlanSpec("intent", label, share=of)


def run(project: Project) -> None:
    run_job(JobRun.objects.filter(kind="quality.checks").latest("pk").pk)


def test_a_label_that_falls_short_is_found_and_stays_one_finding(question: Question) -> None:
    labelled(question, praise=58, fraud=2)
    keep(question.project, share("fraud", 0.2), share("praise", 0.5))
    run(question.project)
    first = Finding.objects.get(kind="label_plan")
    labelled(question, praise=20)
    keep(question.project, share("fraud", 0.2), share("praise", 0.5))
    run(question.project)

    one = Finding.objects.get(kind="label_plan")
    assert one.pk == first.pk
    assert first.words.startswith("fraud: 2 of 60 labelled tasks, 3.3%")
    assert one.words.startswith("fraud: 2 of 80 labelled tasks, 2.5%")
    assert (one.tasks, one.annotators, one.question) == ([], [], question)
    assert one.p is not None
    assert one.p < 0.001


def test_it_is_gone_when_there_is_enough_or_when_it_is_planned_no_more(question: Question) -> None:
    labelled(question, praise=58, fraud=2)
    keep(question.project, share("fraud", 0.2))
    run(question.project)
    keep(question.project, share("fraud", 0.02))
    run(question.project)

    assert Finding.objects.get(kind="label_plan").state == "gone"


def test_a_number_is_of_all_tasks_of_the_project(question: Question) -> None:
    labelled(question, praise=50, fraud=10)
    for _ in range(20):
        TaskFactory(project=question.project)
    keep(question.project, PlanSpec("intent", "fraud", number=60))
    run(question.project)

    one = Finding.objects.get(kind="label_plan")
    assert "of all 80 some" in one.words
    assert one.words.endswith("The plan wants 60.")


def test_a_label_that_nobody_gave_or_that_is_retired_since(question: Question) -> None:
    labelled(question, praise=60)
    keep(question.project, share("fraud", 0.2), share("other", 0.2))
    question.config = {"labels": [*LABELS[:2], {"value": "other", "retired": True}]}
    question.config = question.behaviour.clean_config(question.config)
    question.save()
    run(question.project)

    [one] = Finding.objects.filter(kind="label_plan")
    assert one.words.startswith("fraud: 0 of 60")


def test_a_plan_is_set_as_one_table(question: Question) -> None:
    keep(question.project, share("praise", 0.3), share("fraud", 0.1))
    rows = keep(question.project, PlanSpec("intent", "other", number=20))

    assert [(row.label, row.share, row.number) for row in rows] == [("other", None, 20)]
    assert plan_of_labels(question.project) == rows
    told = AuditEvent.objects.filter(action="label_plan.changed").latest("pk")
    assert told.detail["labels"] == 1


def test_faults_are_said_by_their_place_and_nothing_is_half_done(question: Question) -> None:
    QuestionFactory(project=question.project, name="why", kind="text", config={})
    keep(question.project, share("praise", 0.3))
    bad = (
        PlanSpec("why", "x", share=0.1),
        share("anger", 0.1),
        share("praise", 0.6),
        share("praise", 0.1),
        PlanSpec("intent", "other"),
        PlanSpec("intent", "other", share=0.1, number=3),
        share("other", 0.0),
        share("other", float("nan")),
        PlanSpec("intent", "other", number=0),
        share("fraud", 0.5),
    )
    with pytest.raises(BadLabelPlan) as refused:
        keep(question.project, *bad)

    assert refused.value.errors == {
        "0.question": "No question 'why' asks for one label. Those that do: intent.",
        "1.label": "'anger' is no label of intent.",
        "3.label": "This label is planned twice.",
        "4.share": "Give a share or a number, one of both.",
        "5.share": "Give a share or a number, one of both.",
        "6.share": "A share lies above 0 and is at most 1.",
        "7.share": "A share lies above 0 and is at most 1.",
        "8.number": "A number is 1 to 2,147,483,647.",
        "9.share": "The shares of intent come to more than 100 %.",
    }
    assert [row.share for row in plan_of_labels(question.project)] == [0.3]
    with pytest.raises(BadLabelPlan, match="at most 1,000 labels"):
        keep(question.project, *[share("praise", 0.1)] * 1_001)


def test_the_database_keeps_a_label_once_with_a_share_or_a_number(question: Question) -> None:
    PlannedLabel.objects.create(question=question, label="a", share=0.5)
    for bad in (
        {"label": "a", "number": 3},
        {"label": "b"},
        {"label": "b", "share": 0.5, "number": 3},
        {"label": "b", "share": 0},
        {"label": "b", "share": 1.1},
        {"label": "b", "number": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlannedLabel.objects.create(question=question, **bad)


# --- The page --------------------------------------------------------------------------------


def sent(client: Client, question: Question, *texts: str) -> Any:
    data = {f"{question.pk}-{place}": text for place, text in enumerate(texts)}
    address = reverse("quality:label_plan", args=[question.project_id])
    return client.post(address, data, follow=True)


def words_in(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_lead_plans_and_the_page_of_checks_says_what_is_scarce_and_what_helps(
    question: Question, lead: Client
) -> None:
    labelled(question, praise=58, fraud=2)

    saved = words_in(sent(lead, question, "", "20 %", "1"))
    assert "Saved. The answers are checked now." in saved
    assert 'value="20 %"' in saved
    assert 'value="1"' in saved
    assert "58 <span" in saved
    assert "60 labelled tasks" in saved
    run(question.project)
    page = words_in(lead.get(reverse("quality:checks", args=[question.project_id])))
    assert "fraud: 2 of 60 labelled tasks" in page
    assert reverse("routing:learning", args=[question.project_id]) in page
    assert reverse("quality:label_plan", args=[question.project_id]) in page
    assert 'value="send"' not in page
    assert 'value="dismiss"' in page

    sent(lead, question, "", "", "")
    assert plan_of_labels(question.project) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0 %", "A share is above 0 and at most 100 %."),
        ("101 %", "A share is above 0 and at most 100 %."),
        ("nan %", "A share is above 0 and at most 100 %."),
        ("x %", "A share is above 0 and at most 100 %."),
        ("0", "Write a share, such as 10 %, or a whole number of tasks."),
        ("-3", "Write a share, such as 10 %, or a whole number of tasks."),
        ("1.5", "Write a share, such as 10 %, or a whole number of tasks."),
        ("²", "Write a share, such as 10 %, or a whole number of tasks."),
        ("9" * 20, "Write a share, such as 10 %, or a whole number of tasks."),
    ],
)
def test_what_cannot_be_read_is_said_beside_it_and_what_was_written_stays(
    question: Question, lead: Client, text: str, told: str
) -> None:
    answer = sent(lead, question, "10 %", text)

    assert answer.status_code == 422
    assert told in words_in(answer)
    assert f'value="{text}"' in words_in(answer)
    assert 'value="10 %"' in words_in(answer)
    assert not PlannedLabel.objects.exists()


def test_shares_that_come_to_more_than_all_are_said_beside_the_last(
    question: Question, lead: Client
) -> None:
    answer = sent(lead, question, "60 %", "", "50%")

    assert answer.status_code == 422
    assert "The shares of intent come to more than 100 %." in words_in(answer)
    assert f'id="plan-{question.pk}-2-error"' in words_in(answer)


def test_without_a_question_of_labels_the_page_says_so(project: Project, lead: Client) -> None:
    QuestionFactory(project=project, name="why", kind="text", config={})

    page = words_in(lead.get(reverse("quality:label_plan", args=[project.pk])))

    assert "No question to plan for" in page


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_the_plan_is_for_leads_alone(question: Question, role: str) -> None:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role=role)))

    assert client.get(reverse("quality:label_plan", args=[question.project_id])).status_code == 403


def test_the_page_asks_the_same_of_few_questions_and_of_many(
    question: Question, lead: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            address = reverse("quality:label_plan", args=[question.project_id])
            assert lead.get(address).status_code == 200
        return len(found)

    keep(question.project, share("praise", 0.1))
    few = queries()
    for place in range(5):
        QuestionFactory(project=question.project, name=f"q{place}", config={"labels": LABELS})
    keep(question.project, share("praise", 0.1), PlanSpec("q3", "fraud", number=4))

    assert queries() == few
    assert few <= 11
