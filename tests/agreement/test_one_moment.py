"""Figures while answers are folded: what one of them reads is of one moment, whatever comes between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.agreement.actions.drain import drain
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in, held_against
from apps.agreement.actions.raters import compute_rater_reports
from apps.agreement.actions.reports import make_report
from apps.agreement.actions.studies import study
from apps.agreement.models import ALL, CodedValue, RaterReport, Report, Study
from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.core.locks import held
from apps.core.models import JobRun
from apps.projects.models import Project
from tests.agreement.factories import fill
from tests.factories import ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture
def project() -> Project:
    return ProjectFactory()


@pytest.fixture
def question(project: Project) -> Question:
    """Two labels were given and folded; a third waits to be folded."""
    question = QuestionFactory(project=project, name="intent", labels=["a", "b", "c"])
    fill(project, [["a", "a"], ["b", "a"], ["b", "b"]] * 4)
    drain(project.pk)
    fill(project, [["c", "c"], ["c", "b"]])
    return question


@contextmanager
def folded_between(project: Project) -> Iterator[None]:
    """All that waits is folded by another connection, once what codes there are has been read."""
    done: list[bool] = []

    def fold() -> None:
        drain(project.pk)
        connection.close()

    def after_codes(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        found = execute(sql, *more)
        if not done and sql.startswith("SELECT") and 'FROM "agreement_codedvalue"' in sql:
            done.append(True)
            other = threading.Thread(target=fold)
            other.start()
            other.join(30)
        return found

    with connection.execute_wrapper(after_codes):
        yield
    assert done
    assert CodedValue.objects.filter(question__project=project).count() == 3


def units(body: dict[str, Any]) -> int:
    found: int = body["measures"][0]["units"]
    return found


def test_two_periods(project: Project, question: Question) -> None:
    with folded_between(project):
        found = held_against(question, Period(until=timezone.now()), Period(until=NOW))

    assert found.first.units == 14


def test_a_period(project: Project, question: Question) -> None:
    with folded_between(project):
        body = figures_in(question, Period(until=timezone.now()))

    assert units(body) == 14


def test_a_report_is_of_before_and_the_next_one_is_due(
    project: Project, question: Question
) -> None:
    with folded_between(project):
        made = make_report(question=question, slice_id=ALL, at=timezone.now())

    assert units(made.body) == 12
    assert {row["value"]: row["answers"] for row in made.body["distribution"]}["c"] == 0


def test_figures_by_name(project: Project, question: Question) -> None:
    with folded_between(project):
        compute_rater_reports(Progress(JobRun()), project.pk)

    assert {one.answers for one in RaterReport.objects.filter(question=question)} == {24}


def test_a_study(project: Project, question: Question) -> None:
    report = Report.objects.get(question=question, slice_id=ALL)

    with folded_between(project):
        assert study(report=report, at=timezone.now())

    assert Study.objects.filter(question=question).exists()


def test_a_study_that_another_makes_is_left_to_it(project: Project, question: Question) -> None:
    report = Report.objects.get(question=question, slice_id=ALL)
    told: list[bool] = []

    def other() -> None:
        told.append(study(report=report, at=timezone.now()))
        connection.close()

    with held("agreement.study", question.pk) as is_ours:
        assert is_ours
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(30)

    assert told == [False]
    assert study(report=report, at=timezone.now())
