"""Odd marks in the answers of a project: read beside what tasks show, one batch after the other."""

from __future__ import annotations

from typing import Any

import pytest

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.quality.actions.answers_noted import note_oddities
from apps.quality.actions.answers_read import read_answers
from apps.quality.actions.findings import ask_for_checks
from apps.quality.models import Finding
from apps.tasks.models import Task
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task

pytestmark = pytest.mark.django_db
CUT = "a span that begins or ends inside a word"


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    config = {"field": "text", "labels": ["person", "place"]}
    QuestionFactory(project=project, name="names", kind="span", config=config)
    return project


@pytest.fixture
def person(project: Project) -> Membership:
    return MembershipFactory(project=project)


def marked(project: Project, person: Membership, *parts: list[int], **data: Any) -> Task:
    spans = [{"id": f"s{i}", "label": "person", "parts": [part]} for i, part in enumerate(parts)]
    return answered_task(
        project=project, answers={person: {"names": spans}}, data={"text": "Ada Lovelace", **data}
    )


def test_answers_that_cut_words_are_one_finding_with_their_tasks(
    project: Project, person: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.actions.answers_noted.BATCH", 2)
    marked(project, person, [0, 3])
    cut = [marked(project, person, [0, 6], [4, 7]) for _ in range(3)]
    blank = marked(project, person, [3, 4])

    job = ask_for_checks(project=project, by=None)
    run_job(job.pk)

    found = {one.words: one for one in Finding.objects.filter(project=project, kind="odd_marks")}
    assert set(found) == {f"3 answers have {CUT}.", "1 answer has a span of white space only."}
    one = found[f"3 answers have {CUT}."]
    assert (one.tasks, one.p, one.annotators) == ([task.pk for task in cut], None, [])
    assert one.question is not None
    assert one.question.name == "names"
    assert found["1 answer has a span of white space only."].tasks == [blank.pk]


def test_it_stays_the_same_finding_when_more_answers_have_it(
    project: Project, person: Membership
) -> None:
    for _ in range(2):
        marked(project, person, [0, 6])
        run_job(ask_for_checks(project=project, by=None).pk)

    one = Finding.objects.get(project=project)
    assert (one.words, one.task_count) == (f"2 answers have {CUT}.", 2)


def test_a_task_that_came_in_after_the_others_were_read_waits(
    project: Project, person: Membership
) -> None:
    first = marked(project, person, [0, 6])
    tasks = read_answers(project, is_independent=False).tasks
    marked(project, person, [0, 6])

    [noted] = note_oddities(project, tasks)

    assert [tasks[place] for place in noted.task] == [first.pk]


def test_where_no_kind_marks_anything_no_answer_is_read(
    django_assert_num_queries: Any,
) -> None:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")
    answered_task(
        project=project, answers={MembershipFactory(project=project): {"intent": "praise"}}
    )
    tasks = read_answers(project, is_independent=False).tasks

    with django_assert_num_queries(1):
        assert note_oddities(project, tasks) == ()
