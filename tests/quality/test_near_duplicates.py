"""Nearly equal texts of a project that are answered differently."""

from __future__ import annotations

from typing import Any

import pytest

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.quality.actions.answers_read import read_answers
from apps.quality.actions.findings import ask_for_checks
from apps.quality.actions.texts_read import read_texts
from apps.quality.models import CheckRun, Finding
from apps.tasks.models import Task
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task

pytestmark = pytest.mark.django_db
LETTER = "The parcel that you sent to me on Monday has not come yet and I would like it back"


@pytest.fixture
def project() -> Project:
    fields = [{"name": "text", "display": "text"}, {"name": "shot", "display": "image"}]
    project = ProjectFactory(fields=fields)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def person(project: Project) -> Membership:
    return MembershipFactory(project=project)


def said(project: Project, person: Membership, answer: str, text: Any, **data: Any) -> Task:
    return answered_task(
        project=project, answers={person: {"intent": answer}}, data={"text": text, **data}
    )


def found(project: Project) -> list[Finding]:
    run_job(ask_for_checks(project=project, by=None).pk)
    return list(Finding.objects.filter(project=project, kind="near_duplicates", state="open"))


def test_nearly_equal_texts_with_other_answers_are_one_finding(
    project: Project, person: Membership
) -> None:
    one = said(project, person, "complaint", LETTER)
    other = said(project, person, "question", f"{LETTER}, please")
    object_text = said(project, person, "praise", {"text": f"{LETTER}!", "lang": "en"})
    said(project, person, "praise", "Thank you, all is well and I am happy with what came today")

    [finding] = found(project)

    assert finding.tasks == [one.pk, other.pk, object_text.pk]
    assert finding.words.startswith(
        "3 tasks show nearly the same text and are answered differently"
    )
    assert finding.p is None


def test_equal_answers_are_no_finding_nor_are_the_very_same_texts(
    project: Project, person: Membership
) -> None:
    said(project, person, "complaint", LETTER)
    said(project, person, "complaint", f"{LETTER}, please")
    said(project, person, "praise", "It came. " * 9)
    said(project, person, "question", "It came. " * 9)

    assert found(project) == []
    assert Finding.objects.filter(kind="duplicates").count() == 1


def test_two_texts_that_are_each_answered_both_ways_do_not_differ_from_each_other(
    project: Project, person: Membership
) -> None:
    for text in (LETTER, f"{LETTER}, please"):
        for answer in ("complaint", "question"):
            said(project, person, answer, text)

    assert found(project) == []
    assert Finding.objects.filter(kind="duplicates").count() == 2


def test_texts_beside_different_pictures_are_not_compared(
    project: Project, person: Membership
) -> None:
    said(project, person, "complaint", LETTER, shot="a.png")
    said(project, person, "question", f"{LETTER}, please", shot="b.png")
    assert found(project) == []

    said(project, person, "praise", f"{LETTER} now", shot="a.png")
    assert [one.task_count for one in found(project)] == [2]


def test_too_many_texts_are_cut_off_and_that_is_said(
    project: Project, person: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.actions.texts_read.MOST_TEXTS", 2)
    monkeypatch.setattr("apps.quality.actions.texts_read.BATCH", 1)
    for number, answer in enumerate(("complaint", "question", "praise")):
        said(project, person, answer, f"{LETTER} {number}")

    assert [one.task_count for one in found(project)] == [2]
    assert "All texts but the first 2." in CheckRun.objects.get().left_out


def test_where_nothing_is_shown_in_words_nothing_is_read(django_assert_num_queries: Any) -> None:
    project = ProjectFactory(fields=[{"name": "shot", "display": "image"}])
    QuestionFactory(project=project, name="intent")
    answers = read_answers(project, is_independent=False)

    with django_assert_num_queries(0):
        assert read_texts(project, answers) == (None, [])
