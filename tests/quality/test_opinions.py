"""What models thought of labels: kept as a whole, read beside the labels that tasks have now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.annotations.models import Question
from apps.consensus.actions.opinions import Thought, keep_opinions
from apps.consensus.actions.refresh import refresh_consensus
from apps.consensus.models import Opinion, OpinionRun
from apps.core.jobs import run_job
from apps.projects.models import Membership
from apps.quality.actions.answers_read import read_answers
from apps.quality.actions.findings import ask_for_checks
from apps.quality.actions.opinions_read import read_opinions
from apps.quality.models import Adjudication, CheckRun, Finding
from apps.tasks.models import Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
    user_of,
)

pytestmark = pytest.mark.django_db
VALUES = ("praise", "complaint")
TITLES = {"labels": [{"value": "praise", "title": "Praise!"}, {"value": "complaint"}]}


@pytest.fixture
def question() -> Question:
    return QuestionFactory(project=ProjectFactory(), name="intent", config=TITLES)


@pytest.fixture
def person(question: Question) -> Membership:
    return MembershipFactory(project=question.project)


def answered(person: Membership, labels: str, *, known: bool = True) -> list[Task]:
    """A task for each letter: p is praise, c a complaint."""
    by = {"p": "praise", "c": "complaint"}
    tasks = [
        answered_task(project=person.project, answers={person: {"intent": by[one]}})
        for one in labels
    ]
    if known:
        refresh_consensus(project=person.project, task_ids=[task.pk for task in tasks])
    return tasks


def thought(tasks: list[Task], labels: str, said: str, **more: Any) -> Thought:
    """`said` has what the model reads, rather surely."""
    place = {"p": 0, "c": 1}
    return Thought(
        tasks=np.array([task.pk for task in tasks]),
        label=np.array([place[one] for one in labels]),
        said=np.array([[0.95, 0.05] if one == "p" else [0.1, 0.9] for one in said], np.float32),
        values=VALUES,
        folds=5,
        labelled=len(tasks),
        seconds=0.5,
        **more,
    )


def keep(question: Question, given: Thought) -> OpinionRun:
    return keep_opinions(question=question, thought=given, model_run=7, at=timezone.now())


def run(question: Question) -> None:
    run_job(ask_for_checks(project=question.project, by=None).pk)


def test_labels_that_the_model_does_not_believe_are_one_finding(
    question: Question, person: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.consensus.actions.opinions.AT_ONCE", 50)
    labels, said = "p" * 60 + "c" * 60, "p" * 58 + "cc" + "c" * 60
    tasks = answered(person, labels)
    keep(question, thought(tasks, labels, said))

    run(question)

    one = Finding.objects.get(kind="likely_wrong")
    assert sorted(one.tasks) == [tasks[58].pk, tasks[59].pk]
    assert (one.p, one.annotators, one.question) == (None, [], question)
    assert one.words.endswith("as they are labelled): Praise! as complaint (2).")
    assert Opinion.objects.count() == 120
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    page = client.get(f"/p/{question.project_id}/checks/").content.decode()
    assert page.count("<bdi>Praise!</bdi>, likely <b><bdi>complaint</bdi></b>") == 2
    answer = client.get(f"/api/v1/projects/{question.project_id}/findings/")
    [row] = answer.json()["results"][0]["likely"][:1]
    assert (row["task"], row["label"], row["likely"]) == (tasks[58].pk, "praise", "complaint")
    assert row["of_likely"] == pytest.approx(0.9)


def test_it_stays_the_same_finding_when_other_labels_are_likely_wrong(
    question: Question, person: Membership
) -> None:
    labels = "p" * 60 + "c" * 60
    tasks = answered(person, labels)
    for said in ("p" * 58 + "cc" + "c" * 60, "c" + "p" * 59 + "c" * 60):
        keep(question, thought(tasks, labels, said))
        run(question)

    one = Finding.objects.get(kind="likely_wrong")
    assert one.tasks == [tasks[0].pk]


def test_opinions_are_replaced_as_a_whole(question: Question, person: Membership) -> None:
    tasks = answered(person, "pc")
    keep(question, thought(tasks, "pc", "pc"))
    keep(question, thought(tasks[1:], "c", "p"))

    [one] = Opinion.objects.all()
    assert (one.task, one.label) == (tasks[1], 1)
    assert np.frombuffer(one.said, "<f4").tolist() == pytest.approx([0.95, 0.05])
    run = OpinionRun.objects.get()
    assert (run.tasks, run.values, run.model_run) == (1, list(VALUES), 7)


def test_a_task_that_is_gone_or_of_another_project_has_no_opinion(
    question: Question, person: Membership
) -> None:
    [there, erased] = answered(person, "pp")
    Task.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    other = answered_task(
        project=(elsewhere := MembershipFactory()).project, answers={elsewhere: {"intent": "x"}}
    )

    keep(question, thought([there, erased, other], "ppp", "ppp"))

    assert [one.task for one in Opinion.objects.all()] == [there]


def test_an_opinion_of_a_label_that_has_changed_since_is_not_read(
    question: Question, person: Membership
) -> None:
    labels = "pppc"
    same, changed, decided, unknown = tasks = [
        *answered(person, "ppp"),
        *answered(person, "c", known=False),
    ]
    keep(question, thought(tasks, labels, "pppp"))
    for task, now in ((changed, "complaint"), (decided, "praise")):
        Adjudication.objects.create(
            project=question.project,
            task=task,
            outcome="decided",
            answers={"intent": now},
            decided_by=UserFactory(),
        )

    answers = read_answers(question.project, is_independent=False)
    [found], left_out = read_opinions(question.project, answers)

    assert answers.tasks[found.task].tolist() == [same.pk, decided.pk]
    assert found.is_decided.tolist() == [False, True]
    assert left_out == ["intent: a model judges labels where 100 are known."]
    assert unknown.pk not in answers.tasks[found.task]


def test_a_model_that_reads_hardly_anything_as_it_is_labelled_is_said_and_judges_nothing(
    question: Question, person: Membership
) -> None:
    labels = "p" * 60 + "c" * 60
    keep(question, thought(answered(person, labels), labels, "pc" * 60))

    run(question)

    assert not Finding.objects.filter(kind="likely_wrong").exists()
    assert (
        "intent: a model reads 50% of the tasks as they are labelled. It judges labels from 80% on."
        in CheckRun.objects.get().left_out
    )


def test_a_task_that_came_in_after_the_others_were_read_is_counted_and_waits(
    question: Question, person: Membership
) -> None:
    first = answered(person, "p")
    answers = read_answers(question.project, is_independent=False)
    keep(question, thought([*first, *answered(person, "p")], "pp", "pp"))

    [found], _ = read_opinions(question.project, answers)

    assert found.task.tolist() == [0, -1]


def test_without_opinions_nothing_more_is_asked(
    question: Question, person: Membership, django_assert_num_queries: Any
) -> None:
    answered(person, "p")
    answers = read_answers(question.project, is_independent=False)

    with django_assert_num_queries(1):
        assert read_opinions(question.project, answers) == ((), [])


def test_the_database_keeps_no_second_opinion_and_none_of_what_was_learned_from(
    question: Question, person: Membership
) -> None:
    tasks = answered(person, "p")
    run = keep(question, thought(tasks, "p", "p"))

    with pytest.raises(IntegrityError, match="one_opinion_per_run_and_task"), transaction.atomic():
        Opinion.objects.create(run=run, task=tasks[0], label=0, said=b"")
    with (
        pytest.raises(IntegrityError, match="opinions_are_of_what_was_not_learned"),
        transaction.atomic(),
    ):
        OpinionRun.objects.update(folds=1)
