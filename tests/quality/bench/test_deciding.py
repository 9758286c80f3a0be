"""What a decision leaves behind, and what is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.quality.actions import adjudicate
from apps.quality.models import Adjudication, Outcome
from apps.tasks.models import QueueEntry
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    UserFactory,
)
from tests.quality.bench.deciding import decide, key_of, saw, topics, url

pytestmark = pytest.mark.django_db


def test_a_decision_takes_an_answer_and_shows_the_next(browser: Client, project: Project) -> None:
    worst = topics(project, "praise", "complaint", "question")
    following = topics(project, "praise", "praise", "complaint")

    answer = decide(
        browser,
        project,
        worst,
        **{"take.topic": key_of(worst, "complaint"), "reason": "It says so."},
    )

    assert answer.headers["Location"] == url("adjudicate", project, following)
    decision = Adjudication.objects.get()
    assert decision.answers == {"topic": "complaint"}
    assert decision.sources == {"topic": key_of(worst, "complaint")}
    assert (decision.reason, decision.outcome) == ("It says so.", "decided")
    assert len(decision.saw) == 3


def test_after_the_last_conflict_comes_the_empty_page(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")

    answer = decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    assert answer.headers["Location"] == url("conflicts", project)
    page = browser.get(url("conflicts", project)).content.decode()
    assert "1 decided" in page
    assert "Take my last decision back" in page


def test_an_own_answer_has_no_source(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")

    decide(browser, project, conflict, **{"take.topic": "own", "own.topic": '"question"'})

    decision = Adjudication.objects.get()
    assert decision.answers == {"topic": "question"}
    assert decision.sources == {"topic": None}


def test_none_right_needs_a_reason(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")

    refused = decide(browser, project, conflict, none_right="on", reason="  ")
    assert refused.status_code == 422
    assert "Say why no answer can be right." in refused.content.decode()
    decide(browser, project, conflict, none_right="on", reason="Two messages in one.")

    decision = Adjudication.objects.get()
    assert (decision.outcome, decision.answers) == (Outcome.NONE_RIGHT, {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose an answer, or write your own."),
        ({"take.topic": "own", "own.topic": "{"}, "did not arrive whole"),
        ({"take.topic": "own", "own.topic": '"nonsense"'}, "is not one of the labels"),
        ({"take.topic": "own", "own.topic": "[[[[1]]]]"}, "is not one of the labels"),
        ({"take.topic": "own", "own.topic": "\ud800"}, "did not arrive whole"),
        ({"take.topic": "a1c0c0de-0000-4000-8000-000000000000"}, "changed meanwhile"),
    ],
)
def test_what_is_wrong_is_told_in_its_row(
    browser: Client, project: Project, fields: dict[str, str], message: str
) -> None:
    conflict = topics(project, "praise", "complaint")
    data = {"saw": saw(conflict), "reason": "my words", "follows": "", **fields}
    if "\ud800" in data.values():  # a client that sends what is no UTF-8
        data["own.topic"] = "\x00"

    answer = browser.post(url("decide", project, conflict), data)

    assert answer.status_code == 422
    assert message in answer.context["table"].rows[0].error
    assert "my words" in answer.content.decode()
    assert not Adjudication.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"follows": "x"},
        {"follows": "99999999999999999999"},
        {"saw": "1,2;drop"},
        {"saw": "9" * 30},
        {"reason": "x" * 5001},
        {"reason": "a\x00b"},
    ],
)
def test_hostile_fields_are_refused(
    browser: Client, project: Project, fields: dict[str, str]
) -> None:
    conflict = topics(project, "praise", "complaint")

    answer = decide(
        browser, project, conflict, **{"take.topic": key_of(conflict, "praise"), **fields}
    )

    assert answer.status_code == 422
    assert not Adjudication.objects.exists()


def test_who_comes_second_sees_the_decision_that_stands(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    adjudicate(
        task=conflict.task,
        by=UserFactory(name="Berta"),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"topic": "praise"},
        sources={},
        reason="first",
        follows=None,
    )

    answer = decide(browser, project, conflict, **{"take.topic": key_of(conflict, "complaint")})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else decided this task meanwhile" in page
    assert "Berta" in page
    assert Adjudication.objects.count() == 1
    again = decide(
        browser,
        project,
        conflict,
        **{"take.topic": key_of(conflict, "complaint"), "follows": answer.context["head"].pk},
    )
    assert again.status_code == 302
    assert Adjudication.objects.heads().get().answers == {"topic": "complaint"}


def test_an_answer_that_came_meanwhile_is_looked_at_first(
    browser: Client, project: Project
) -> None:
    conflict = topics(project, "praise", "complaint")
    before = saw(conflict)
    QueueEntry.objects.filter(task=conflict.task).update(overlap=3, state="open")
    AnnotationFactory(
        assignment=AssignmentFactory(task=conflict.task), answers={"topic": "question"}
    )

    answer = decide(
        browser, project, conflict, **{"take.topic": key_of(conflict, "praise"), "saw": before}
    )

    assert answer.status_code == 409
    assert "An answer came in or was changed meanwhile" in answer.content.decode()
    assert len(answer.context["table"].columns) == 3
    assert not Adjudication.objects.exists()


def test_a_retired_label_can_still_be_taken(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    question = Question.objects.get(name="topic")
    for label in question.config["labels"]:
        label["retired"] = label["value"] == "praise"
    question.save()

    decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    assert Adjudication.objects.get().answers == {"topic": "praise"}
