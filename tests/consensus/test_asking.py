"""One answer more where the consensus is not sure enough: who gets it, and who never does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.annotations.models import Question
from apps.consensus.actions import BadMethod, choose_method
from apps.consensus.models import Consensus, Method, Run
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.models import Adjudication, Conflict
from apps.tasks.actions import ask_for_one_more
from apps.tasks.models import QueueEntry, Task
from tests.consensus.choosing import answer, compute
from tests.consensus.factories import answered_question
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    TaskFactory,
    UserFactory,
    user_of,
)

pytestmark = pytest.mark.django_db


def with_a_bar(
    bar: float = 0.9, most: int = 3, name: str = "one_coin"
) -> tuple[Question, list[Membership]]:
    question, people, _, _ = answered_question()
    choose_method(
        question=question, aggregator=name, bar=bar, most=most, by=UserFactory(), at=timezone.now()
    )
    compute(question)
    return question, people


def asked_of(task: Task) -> tuple[int, str, bool]:
    entry = QueueEntry.objects.get(pk=task.pk)
    return entry.overlap, entry.state, entry.disputed_at is not None


def answered(question: Question, *said: tuple[Membership, str], overlap: int = 2) -> Task:
    task: Task = TaskFactory(project=question.project, queue__overlap=overlap)
    for who, label in said:
        more(task, who, label)
    return task


def more(task: Task, who: Membership, label: str) -> None:
    answer(task, who, label)
    drain(task.project_id)


def test_a_task_whose_answer_is_not_sure_enough_gets_one_more_up_to_the_most() -> None:
    question, people = with_a_bar(bar=0.99, most=3)
    task = answered(question, (people[0], "praise"), (people[1], "complaint"))
    row = Consensus.objects.get(task=task)
    assert row.probability is not None
    assert row.probability < 0.99
    assert asked_of(task) == (3, "open", True)
    # It is not ready to be a conflict while an answer is still to come.
    assert not Conflict.objects.filter(task=task).exists()

    more(task, people[3], "question")

    assert asked_of(task) == (3, "complete", True)
    assert Conflict.objects.filter(task=task, state="open").exists()


def test_a_task_that_is_sure_or_still_open_is_left_alone() -> None:
    question, people = with_a_bar(bar=0.9)

    sure = answered(question, (people[0], "praise"), (people[1], "praise"))
    waiting = answered(question, (people[0], "praise"), overlap=2)

    assert asked_of(sure) == (2, "complete", False)
    assert asked_of(waiting) == (2, "open", False)


def test_without_a_bar_nothing_is_asked_for() -> None:
    question, people = with_a_bar()
    choose_method(question=question, aggregator="one_coin", by=UserFactory(), at=timezone.now())

    task = answered(question, (people[0], "praise"), (people[1], "complaint"))

    assert asked_of(task) == (2, "complete", False)


def test_a_model_that_does_not_stand_asks_for_nothing() -> None:
    question, people = with_a_bar(bar=0.99)
    Method.objects.update(run=None)

    task = answered(question, (people[0], "praise"), (people[1], "complaint"))

    assert Consensus.objects.get(task=task).probability is None
    assert asked_of(task) == (2, "complete", False)


def test_a_decided_task_is_not_asked_about_again() -> None:
    question, people = with_a_bar(bar=0.99)
    task: Task = TaskFactory(project=question.project, queue__overlap=2)
    more(task, people[0], "praise")
    Adjudication.objects.create(
        project=question.project,
        task=task,
        answers={"intent": "praise"},
        outcome="decided",
        decided_by=UserFactory(),
        decided_at=timezone.now(),
    )

    more(task, people[1], "complaint")

    assert asked_of(task) == (2, "complete", False)


def test_what_is_asked_for_twice_at_once_is_one_answer() -> None:
    question, people = with_a_bar(bar=0.99, most=9)
    task = answered(question, (people[0], "praise"), (people[1], "complaint"))

    again = ask_for_one_more(task_ids=[task.pk], most=9, at=timezone.now())

    assert again == 0
    assert asked_of(task)[0] == 3


def test_a_bar_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    question, *_ = answered_question(tasks=3)
    monkeypatch.setattr("apps.consensus.aggregators.glad.Glad.tells_probability", False)

    def choose(aggregator: str, bar: float, most: int | None) -> None:
        choose_method(
            question=question,
            aggregator=aggregator,
            bar=bar,
            most=most,
            by=UserFactory(),
            at=timezone.now(),
        )

    with pytest.raises(BadMethod, match="says nothing of how probable"):
        choose("glad", 0.9, 5)
    with pytest.raises(BadMethod, match=r"from \.5 to below 1"):
        choose("one_coin", 1.0, 5)
    with pytest.raises(BadMethod, match="how many answers"):
        choose("one_coin", 0.9, None)
    assert not Method.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"bar": 0.4, "most": 3}, {"bar": 0.9}, {"most": 3}, {"bar": 1.0, "most": 3}]
)
def test_the_database_keeps_a_bar_with_its_most(wrong: dict[str, float]) -> None:
    question, *_ = answered_question(tasks=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Method.objects.create(question=question, aggregator="one_coin", **wrong)


def test_a_lead_sets_the_bar_and_sees_beforehand_what_it_saves() -> None:
    question, people = with_a_bar()
    run = Run.objects.get()
    assert [one["bar"] for one in run.checks["stopping"] if one["least"] == 1] == [
        *(0.8, 0.9, 0.95, 0.99)
    ]
    timed, *_ = (TaskFactory(project=question.project, queue__overlap=4) for _ in range(10))
    AnnotationFactory(
        assignment=AssignmentFactory(task=timed, annotator=people[0]),
        answers={"intent": "praise"},
        seconds=18.0,
    )
    QueueEntry.objects.filter(task=timed).update(handed=1, submitted=1)
    Project.objects.filter(pk=question.project_id).update(answer_cost=0.1)
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    address = f"/p/{question.project_id}/consensus/"

    page = " ".join(client.get(address).content.decode().split())
    asked = client.post(
        f"{address}choose/",
        {"question": "intent", "aggregator": "one_coin", "bar": "0.95", "most": "6"},
    )

    assert "How many answers does a task need?" in page
    to_come = "On the right, of the 39 answers that are still to come, at 18 s for one"
    assert f"{to_come} (the median of the newest), at 0.1 EUR." in page
    assert 'name="bar"' in page
    assert asked.status_code == 302
    assert Method.objects.values_list("bar", "most", "run").get() == (0.95, 6, run.pk)
    bad = client.post(
        f"{address}choose/", {"question": "intent", "aggregator": "one_coin", "bar": "0.2"}
    )
    assert bad.status_code == 422
    assert "Give a probability from .5 to below 1." in bad.content.decode()
