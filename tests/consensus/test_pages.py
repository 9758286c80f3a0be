"""The page of consensus: who may see and change it, what it says, what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.consensus.actions import choose_method, start_computing
from apps.consensus.models import Method
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Project
from tests.clients import signed_in_as
from tests.consensus.factories import answered_question, make_gold
from tests.factories import ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db


def address(project: Project, rest: str = "") -> str:
    return f"/p/{project.pk}/consensus/{rest}"


def computed(question: Question, aggregator: str) -> None:
    choose_method(question=question, aggregator=aggregator, by=None, at=timezone.now())
    autodiscover_modules("jobs")
    run_job(start_computing(project=question.project, questions=[question], by=None).pk)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_project_without_questions_says_so() -> None:
    project = ProjectFactory()

    assert "No question yet" in text_of(signed_in_as(project).get(address(project)))


def test_a_lead_chooses_a_method_and_a_job_computes_it() -> None:
    question, *_ = answered_question(tasks=3)
    lead = signed_in_as(question.project)

    asked = lead.post(
        address(question.project, "choose/"), {"question": "intent", "aggregator": "mace"}
    )

    assert asked.status_code == 302
    assert Method.objects.get().aggregator == "mace"
    assert JobRun.objects.get().kind == "consensus.compute"
    page = text_of(lead.get(asked["Location"]))
    assert "Computing the consensus" in page
    assert "until MACE has learned" in page


@pytest.mark.parametrize(
    ("aggregator", "says"),
    [("medoid", "does not take answers"), ("", "Choose one of the methods."), ("x", "no method")],
)
def test_what_is_no_method_for_it_is_refused_in_words(aggregator: str, says: str) -> None:
    question, *_ = answered_question(tasks=3)
    lead = signed_in_as(question.project)

    asked = lead.post(
        address(question.project, "choose/"), {"question": "intent", "aggregator": aggregator}
    )

    assert asked.status_code == 422
    assert says in text_of(asked)
    assert not Method.objects.exists()


def test_the_verdict_says_when_the_model_does_not_stand() -> None:
    question, _, tasks, truth = answered_question(tasks=12)
    computed(question, "one_coin")
    method = Method.objects.get()
    assert method.run is not None
    lead = signed_in_as(question.project)

    page = text_of(lead.get(address(question.project)))

    assert "One coin per annotator decides." in page
    assert "Mark some gold." in page
    make_gold(tasks, truth)
    computed(question, "one_coin")
    assert "12 gold tasks" in text_of(lead.get(address(question.project)))


def test_a_job_is_followed_and_stopped() -> None:
    question, *_ = answered_question(tasks=3)
    lead = signed_in_as(question.project)
    lead.post(address(question.project, "compute/"), {"question": "intent"})
    job = JobRun.objects.get()

    assert "Computing the consensus" in text_of(
        lead.get(address(job_project(job), f"job/{job.pk}/"))
    )
    lead.post(address(question.project, f"job/{job.pk}/cancel/"))

    job.refresh_from_db()
    assert job.state == "cancelled"
    ended = lead.get(address(question.project, f"job/{job.pk}/"))
    assert ended["HX-Refresh"] == "true"
    other = ProjectFactory()
    assert signed_in_as(other).get(address(other, f"job/{job.pk}/")).status_code == 404


def job_project(job: JobRun) -> Project:
    return Project.objects.get(pk=job.arguments["project_id"])


def test_the_page_costs_the_same_whatever_the_number_of_questions_and_people() -> None:
    def queries(question: Question) -> int:
        client = signed_in_as(question.project)
        client.get(address(question.project))
        with CaptureQueriesContext(connection) as found:
            assert client.get(address(question.project)).status_code == 200
        return len(found)

    small, *_ = answered_question(tasks=3, skills=(0.9, 0.8))
    computed(small, "mace")
    large, *_ = answered_question(tasks=6, skills=(0.9,) * 7)
    for _ in range(4):
        QuestionFactory(project=large.project)
    computed(large, "mace")

    assert queries(large) == queries(small) <= 16


def test_who_only_looks_sees_no_buttons_and_a_stranger_question_is_not_there() -> None:
    question, *_ = answered_question(tasks=3)
    viewer = signed_in_as(question.project, "viewer")

    page = text_of(viewer.get(address(question.project)))

    assert "Majority vote" in page
    assert "Use this method" not in page
    assert viewer.get(address(question.project, "?question=none")).status_code == 404
