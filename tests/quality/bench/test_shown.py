"""What the bench shows, and what it keeps from whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.projects.actions import publish_guideline
from apps.projects.models import Project
from apps.quality.models import Adjudication
from apps.tasks.models import QueueEntry
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
)
from tests.quality.bench.deciding import decide, topics, url
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db


def test_blind_no_name_reaches_the_page(browser: Client, project: Project) -> None:
    people = [MembershipFactory(project=project, user__name=f"Secret{n}") for n in range(3)]
    people.append(MembershipFactory(project=project, is_external=True, external_name="Secret9"))
    conflict = topics(project, "praise", "praise", "complaint", "praise", people=people)

    answer = browser.get(url("adjudicate", project, conflict))

    assert "Secret" not in answer.content.decode()
    assert all(column.names == [] for column in answer.context["table"].columns)
    assert "Names hidden" in answer.content.decode()


def test_open_projects_show_names_of_externals_too(browser: Client, project: Project) -> None:
    Project.objects.update(is_blind=False)
    people = [
        MembershipFactory(project=project, user__name="Amina"),
        MembershipFactory(project=project, is_external=True, external_name="worker 7"),
    ]
    conflict = topics(project, "praise", "complaint", people=people)

    columns = browser.get(url("adjudicate", project, conflict)).context["table"].columns

    assert [column.names for column in columns] == [["Amina"], ["worker 7"]]
    assert [column.letter for column in columns] == ["A", "B"]


def test_meta_and_undeclared_fields_stay_away(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    task = conflict.task
    task.data = {"text": "shown", "inner": "undeclared-value"}
    task.meta = {"author": "meta-value"}
    task.save()

    page = browser.get(url("adjudicate", project, conflict)).content.decode()

    assert "shown" in page
    assert "undeclared-value" not in page
    assert "meta-value" not in page


def test_rows_that_agree_are_decided_already(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", labels=["calm", "loud"])
    conflict = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "calm"}
    )

    table = browser.get(url("adjudicate", project, conflict)).context["table"]

    topic, tone = table.rows
    assert (topic.is_open, topic.pick) == (True, None)
    assert (tone.is_open, tone.pick.value) == (False, "calm")
    assert table.current == "topic"


def test_to_leave_an_optional_question_open_is_an_answer(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", labels=["calm", "loud"], is_required=False)
    conflict = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint"}
    )
    silent = str(Annotation.objects.get(answers__topic="complaint").key)

    table = browser.get(url("adjudicate", project, conflict)).context["table"]
    assert table.open_names == {"topic", "tone"}
    decide(browser, project, conflict, **{"take.topic": silent, "take.tone": silent})

    assert Adjudication.objects.get().answers == {"topic": "complaint"}


def test_many_answers_share_columns(browser: Client, project: Project) -> None:
    conflict = topics(project, *["praise"] * 6, *["complaint"] * 3)

    columns = browser.get(url("adjudicate", project, conflict)).context["table"].columns

    assert [(column.letter, len(column.given)) for column in columns] == [("A", 6), ("B", 3)]
    assert "6 people" in browser.get(url("adjudicate", project, conflict)).content.decode()


def test_no_column_wears_a_letter_that_works_something_else(
    browser: Client, project: Project
) -> None:
    conflict = topics(project, *["praise"] * 4, *["complaint"] * 4)

    columns = browser.get(url("adjudicate", project, conflict)).context["table"].columns

    letters = {column.letter for column in columns}
    assert len(letters) == 8
    assert not letters & set("EGJKLMRX")


def test_majority_and_tie_are_told(browser: Client, project: Project) -> None:
    clear = topics(project, "praise", "praise", "complaint")
    tie = topics(project, "praise", "complaint")

    clear_page = browser.get(url("adjudicate", project, clear)).content.decode()
    tie_page = browser.get(url("adjudicate", project, tie)).content.decode()

    assert "Majority" in clear_page
    assert "2 of 3" in clear_page
    assert "Tie" in tie_page
    assert "1 of 2 each" in tie_page


def test_notes_stand_under_their_answers(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    QueueEntry.objects.filter(task=conflict.task).update(overlap=3)
    AnnotationFactory(
        assignment=AssignmentFactory(task=conflict.task),
        answers={"topic": "question"},
        note="I was <b>unsure</b>",
    )

    page = browser.get(url("adjudicate", project, conflict)).content.decode()

    assert "I was &lt;b&gt;unsure&lt;/b&gt;" in page
    assert "asks the lead" not in page


def test_a_note_that_asks_the_lead_says_so(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    QueueEntry.objects.filter(task=conflict.task).update(overlap=3)
    AnnotationFactory(
        assignment=AssignmentFactory(task=conflict.task),
        answers={"topic": "question"},
        note="Is irony praise?",
        note_kind="question",
    )

    page = browser.get(url("adjudicate", project, conflict)).content.decode()

    assert "“Is irony praise?”" in page
    assert "asks the lead" in page


def test_a_page_costs_the_same_queries_whatever_the_queue(
    browser: Client, project: Project, django_assert_num_queries: Any
) -> None:
    conflict = topics(project, "praise", "complaint")
    for _ in range(4):
        topics(project, "praise", "complaint", "question")
    publish_guideline(project=project, text="Be kind.", by=None, at=timezone.now())
    browser.get(url("adjudicate", project, conflict))

    with django_assert_num_queries(17):
        browser.get(url("adjudicate", project, conflict))
    for _ in range(4):
        topics(project, "praise", "complaint", *["question"] * 8)
    with django_assert_num_queries(17):
        browser.get(url("adjudicate", project, conflict))


def test_the_list_costs_the_same_queries_whatever_its_length(
    browser: Client, project: Project, django_assert_num_queries: Any
) -> None:
    topics(project, "praise", "complaint")
    with django_assert_num_queries(8):
        browser.get(url("list", project))
    for _ in range(3):
        topics(project, "praise", "complaint", "question")
    with django_assert_num_queries(8):
        browser.get(url("list", project))


def test_thirty_nine_answers_are_few_columns(browser: Client, project: Project) -> None:
    conflict = topics(project, *["praise"] * 25, *["complaint"] * 14)

    table = browser.get(url("adjudicate", project, conflict)).context["table"]

    assert [len(column.given) for column in table.columns] == [25, 14]
    decide(browser, project, conflict, **{"take.topic": table.columns[0].key})
    assert Adjudication.objects.get().answers == {"topic": "praise"}
    assert len(Adjudication.objects.get().saw) == 39
