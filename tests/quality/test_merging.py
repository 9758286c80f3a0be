"""What the bench has settled before somebody looks: agreed parts, the majority, those with skill."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, Conflict, PersonReport
from tests.consensus.choosing import choose, compute
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db

LABELS = [{"value": each, "title": each} for each in ("drug", "dose")]


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(
        is_blind=False, fields=[{"name": "text", "title": "Text", "display": "text"}]
    )
    QuestionFactory(
        project=project,
        name="found",
        title="Found?",
        kind="span",
        config={"field": "text", "labels": LABELS},
    )
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def browser(project: Project) -> Client:
    member = MembershipFactory(project=project, role="reviewer")
    client = Client()
    client.force_login(member.user)
    return client


def span(label: str, start: int, end: int) -> dict[str, Any]:
    return {"label": label, "parts": [[start, end]]}


AGREED, BOTH, ALONE = span("drug", 0, 3), span("dose", 4, 6), span("drug", 7, 9)


def marked(project: Project, people: list[Membership] | None = None) -> Conflict:
    return conflict_between(
        project,
        {"found": [{"id": "a1", **AGREED}, {"id": "a2", **BOTH}]},
        {"found": [{"id": "b1", **AGREED}, {"id": "b2", **BOTH}]},
        {"found": [{"id": "c1", **AGREED}, {"id": "c2", **ALONE}]},
        people=people,
    )


def page(browser: Client, conflict: Conflict, merge: str = "") -> Any:
    address = reverse("quality:adjudicate", args=[conflict.project_id, conflict.task_id])
    return browser.get(address, {"merge": merge} if merge else {})


def row(answer: Any) -> Any:
    return answer.context["table"].rows[0]


def versions(answer: Any) -> list[list[tuple[str, list[dict[str, Any]], bool]]]:
    return [
        [(one.keys, one.value, one.is_settled) for one in part.versions]
        for part in row(answer).parts
    ]


def test_agreed_parts_are_merged_and_the_others_are_to_be_decided(
    browser: Client, project: Project
) -> None:
    answer = page(browser, marked(project))

    assert row(answer).agreed_parts == [AGREED]
    assert versions(answer) == [
        [("a b", [BOTH], False), ("c", [], False)],
        [("a b", [], False), ("c", [ALONE], False)],
    ]
    assert row(answer).pick is None
    text = answer.content.decode()
    assert "1 agreed, 2 in dispute" in text
    assert json.loads(_attribute(text, "data-agreed")) == [AGREED]


def _attribute(text: str, name: str) -> str:
    found = re.search(f'{name}="([^"]*)"', text)
    assert found
    return found[1].replace("&quot;", '"')


def test_the_majority_settles_the_rest_and_stays_chosen(browser: Client, project: Project) -> None:
    one = marked(project)

    answer = page(browser, one, "majority")

    assert row(answer).pick.value == [AGREED, BOTH]
    assert row(page(browser, one)).pick.value == [AGREED, BOTH]
    assert row(page(browser, one, "all")).pick is None
    assert row(page(browser, one, "nonsense")).pick is None


def test_what_the_majority_settled_is_decided_by_one_press(
    browser: Client, project: Project
) -> None:
    one = marked(project)
    text = page(browser, one, "majority").content.decode()
    own = _attribute(text.split('name="own.found"')[1], "value")
    saw = _attribute(text.split('name="saw"')[1], "value")

    answer = browser.post(
        reverse("quality:decide", args=[project.pk, one.task_id]),
        {"take.found": "own", "own.found": own, "saw": saw, "follows": "", "reason": ""},
    )

    assert answer.status_code == 302
    decided = Adjudication.objects.get().answers["found"]
    assert [{n: each for n, each in x.items() if n != "id"} for x in decided] == [AGREED, BOTH]
    assert len({x["id"] for x in decided}) == 2


def test_by_skill_those_count_more_who_say_more_often_what_stands(
    browser: Client, project: Project
) -> None:
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(3)]
    one = marked(project, people)
    for person, skill in zip(people, (0.1, 0.1, 0.99), strict=True):
        told = {"questions": {"found": {"agree": {"value": skill}}}}
        PersonReport.objects.create(annotator=person, project=project, summary=told, body={})

    assert row(page(browser, one, "skill")).pick.value == [AGREED, ALONE]
    PersonReport.objects.filter(annotator=people[2]).delete()
    assert row(page(browser, one, "skill")).pick is None


def test_what_a_model_of_annotators_believes_counts(browser: Client, project: Project) -> None:
    """Of what was marked no report tells who is right; the method of consensus does."""
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(3)]
    question = Question.objects.get(project=project)
    one = marked(project, people)
    assert row(page(browser, one, "skill")).pick is None
    assert "skill is known yet" in page(browser, one).content.decode()
    for at in range(12):
        here, there = ([{"id": "a", **span("drug", 10 * n + at, 10 * n + at + 4)}] for n in (0, 2))
        said = zip(people, (here, here, there), strict=True)
        answered_task(project=project, answers={who: {"found": value} for who, value in said})
    choose(question, "matched_skill")

    compute(question)

    assert row(page(browser, one)).pick.value == [AGREED, BOTH]
    assert "skill is known yet" not in page(browser, one).content.decode()


def test_plain_questions_are_settled_too() -> None:
    project: Project = QuestionFactory(name="topic", title="Topic?").project
    lead = MembershipFactory(project=project, role="lead")
    client = Client()
    client.force_login(lead.user)
    two = conflict_between(project, *({"topic": one} for one in ("praise", "praise", "question")))
    tie = conflict_between(project, {"topic": "praise"}, {"topic": "question"})

    assert row(page(client, two)).pick is None
    assert row(page(client, two, "majority")).pick.value == "praise"
    assert row(page(client, tie, "majority")).pick is None
    # Of three who count alike two are less than four fifths.
    assert row(page(client, two, "skill")).pick is None


def test_a_decision_that_stands_comes_before_what_would_be_settled(
    browser: Client, project: Project
) -> None:
    one = marked(project)
    test_what_the_majority_settled_is_decided_by_one_press(browser, project)
    other = Adjudication.objects.get()
    text = page(browser, Conflict.objects.get(task=other.task_id), "all").content.decode()

    assert 'name="take.found" value="own" data-own-take checked' in text
    assert one.task_id != other.task_id


def test_the_bench_asks_two_queries_more_by_skill(
    browser: Client, project: Project, django_assert_num_queries: Any
) -> None:
    one = marked(project)
    page(browser, one, "majority")
    with django_assert_num_queries(16):
        page(browser, one)
    page(browser, one, "skill")

    with django_assert_num_queries(18):
        page(browser, one)
