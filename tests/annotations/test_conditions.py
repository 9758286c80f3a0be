"""Questions that are asked only after certain answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from apps.agreement.actions.fold import fold_tasks
from apps.agreement.actions.reading import Book, bodies_of
from apps.annotations.actions.answers import BadAnswers, clean_answers
from apps.annotations.actions.conditions import asked_names
from apps.annotations.actions.projects import create_project
from apps.annotations.actions.questions import set_questions
from apps.annotations.models import Question
from apps.projects.actions import BadProject
from apps.projects.models import Project
from tests.annotations.annotating import send, signed_in, take
from tests.factories import (
    MembershipFactory,
    TaskFactory,
    UserFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db

LANGUAGE: dict[str, Any] = {
    "name": "lang",
    "kind": "choice",
    "config": {"labels": ["de", "en", "none"]},
}
TOPICS: dict[str, Any] = {
    "name": "topics", "kind": "multi_choice", "config": {"labels": ["price", "time"]},
    "ask_if": {"question": "lang", "is": ["de", "en"]},
}  # fmt: skip
STARS: dict[str, Any] = {
    "name": "stars", "kind": "rating", "config": {"min": 1, "max": 5},
    "ask_if": {"question": "topics", "is": ["price"]},
}  # fmt: skip
WHY: dict[str, Any] = {
    "name": "why", "kind": "text", "is_required": False,
    "ask_if": {"question": "stars", "is": [1, 2]},
}  # fmt: skip
ALL = [LANGUAGE, TOPICS, STARS, WHY]


def a_project(questions=ALL, **more) -> Project:
    made = create_project(
        by=UserFactory(), at=timezone.now(), name="P", questions=questions, **more
    )
    return Project.objects.get(pk=made.pk)


def asked_of(project):
    return list(Question.objects.filter(project=project).asked())


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, "lang"),
        ({"lang": "none"}, "lang"),
        ({"lang": "de"}, "lang topics"),
        ({"lang": "de", "topics": ["time"]}, "lang topics"),
        ({"lang": "de", "topics": ["price", "time"], "stars": 3}, "lang topics stars"),
        ({"lang": "de", "topics": ["price"], "stars": 2}, "lang topics stars why"),
        # What is behind a question that is not asked is not asked either.
        ({"lang": "none", "topics": ["price"], "stars": 2}, "lang"),
    ],
)
def test_a_chain_of_conditions(answers, asked):
    questions = {one["name"]: SimpleNamespace(ask_if=one.get("ask_if")) for one in ALL}
    assert asked_names(questions, answers) == set(asked.split())
    turned = dict(reversed(questions.items()))
    assert asked_names(turned, answers) == set(asked.split())


@pytest.mark.parametrize(
    ("place", "ask_if", "path"),
    [
        (0, {"question": "topics", "is": ["price"]}, "questions.0.ask_if.question"),
        (1, {"question": "topics", "is": ["price"]}, "questions.1.ask_if.question"),
        (1, {"question": "nobody", "is": ["x"]}, "questions.1.ask_if.question"),
        (1, {"question": "lang", "is": ["fr"]}, "questions.1.ask_if.is.0"),
        (2, {"question": "topics", "is": [["price"]]}, "questions.2.ask_if.is"),
        (3, {"question": "stars", "is": [2, 9]}, "questions.3.ask_if.is.1"),
        (1, {"question": "lang", "is": []}, "questions.1.ask_if.is"),
        (1, {"question": "lang"}, "questions.1.ask_if.is"),
        (1, {"question": 5, "is": ["de"]}, "questions.1.ask_if.question"),
        (1, ["lang"], "questions.1.ask_if"),
        (1, {"question": "lang", "is": ["de"], "or": 1}, "questions.1.ask_if"),
    ],
)
def test_a_condition_that_cannot_be_met_is_refused_at_its_place(place, ask_if, path):
    questions = [dict(one) for one in ALL]
    questions[place]["ask_if"] = ask_if
    with pytest.raises(BadProject) as error:
        a_project(questions)
    assert path in error.value.errors


def test_no_condition_is_how_a_form_says_none():
    project = a_project([LANGUAGE | {"ask_if": {"question": "", "is": []}}])
    assert asked_of(project)[0].ask_if is None


def test_an_answer_to_what_was_not_asked_is_refused_and_nothing_is_missing():
    questions = asked_of(a_project())
    assert clean_answers(questions=questions, answers={"lang": "none"}) == {"lang": "none"}
    with pytest.raises(BadAnswers) as error:
        clean_answers(questions=questions, answers={"lang": "none", "topics": ["price"]})
    assert error.value.errors == {
        "topics": "This is asked only if 'lang' is de, en, so it has no answer here."
    }
    with pytest.raises(BadAnswers) as error:
        clean_answers(questions=questions, answers={"lang": "de"})
    assert error.value.errors == {"topics": "Answer this question."}


def test_a_draft_keeps_what_is_not_asked_any_more():
    answers = {"lang": "none", "topics": ["price"], "stars": 1}
    kept = clean_answers(questions=asked_of(a_project()), answers=answers, is_draft=True)
    assert kept == answers


def test_the_page_refuses_it_as_well():
    project = a_project()
    TaskFactory(project=project)
    annotator = MembershipFactory(project=project)
    client = signed_in(annotator)
    assignment = take(client, project)["assignment"]["id"]
    body = {"id": "5b0f3a8e-6a0f-4e41-9f0e-0d7c7f6a3b11", "assignment": assignment}
    refused = send(client, project, "submit", **body, answers={"lang": "none", "stars": 3})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["stars"])
    taken = send(client, project, "submit", **body, answers={"lang": "none"})
    assert taken.status_code == 200


def test_what_was_not_asked_is_no_missing_value_in_the_ledger():
    """Only where two were asked is there something to agree about."""
    project = a_project(overlap=2)
    ana, ben = (MembershipFactory(project=project) for _ in "ab")
    both, one, none = (
        answered_task(project=project, answers={ana: a, ben: b})
        for a, b in (
            ({"lang": "de", "topics": ["time"]}, {"lang": "en", "topics": ["time"]}),
            ({"lang": "de", "topics": ["time"]}, {"lang": "none"}),
            ({"lang": "none"}, {"lang": "none"}),
        )
    )
    book = Book.of(project)
    fold_tasks(book=book, task_ids=[both.pk, one.pk, none.pk])
    topics = str(Question.objects.get(name="topics").pk)
    bodies = bodies_of(book, [both.pk, one.pk, none.pk])
    counted = [len(bodies[task.pk]["q"].get(topics, [])) for task in (both, one, none)]
    assert counted == [2, 1, 0]


def test_a_default_is_checked_and_begins_the_form():
    with pytest.raises(BadProject) as error:
        a_project([LANGUAGE | {"default": "fr"}])
    assert list(error.value.errors) == ["questions.0.default"]
    project = a_project([LANGUAGE | {"default": "en"}, TOPICS])
    TaskFactory(project=project)
    client = signed_in(MembershipFactory(project=project))
    html = take(client, project)["html"]
    assert 'value="en" data-key="2" checked' in html


def test_the_same_questions_again_make_no_new_version_of_an_older_one():
    project = a_project([LANGUAGE])
    version = project.question_sets.get()
    version.questions = [
        {k: v for k, v in one.items() if k not in ("ask_if", "default")}
        for one in version.questions
    ]
    version.save()
    again = set_questions(project=project, questions=[LANGUAGE], by=None, at=timezone.now())
    assert again.number == 1
