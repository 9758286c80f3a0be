"""What a decision is worth, and the order that follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.models import Question
from apps.consensus.models import Consensus
from apps.consensus.signals import JUDGED_ANEW
from apps.core import outbox
from apps.projects.models import Project
from apps.quality.actions import adjudicate, take_back
from apps.quality.actions.worth import CONSUMER, dispute_of, doubt_anew, worth_of
from apps.quality.models import Conflict, ConflictOrder, Outcome
from tests.factories import ProjectFactory, QuestionFactory, UserFactory
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="topic", title="Topic?")
    return Project.objects.get(pk=project.pk)


def topics(project: Project, *labels: str) -> Conflict:
    return conflict_between(project, *({"topic": label} for label in labels))


def now(conflict: Conflict) -> Conflict:
    return Conflict.objects.get(pk=conflict.pk)


def order(project: Project, by: ConflictOrder = ConflictOrder.VALUE) -> list[int]:
    waiting = Conflict.objects.filter(project=project).open().worst_first(by)
    return list(waiting.values_list("pk", flat=True))


def decide(conflict: Conflict, label: str = "praise") -> Any:
    return adjudicate(
        task=conflict.task,
        by=UserFactory(),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"topic": label},
        sources={},
        reason="",
        follows=None,
    )


def test_the_doubt_is_the_share_that_says_otherwise(project: Project) -> None:
    split = topics(project, "praise", "complaint")
    near = topics(project, "praise", "praise", "praise", "question")

    assert now(split).doubt == pytest.approx(1 / 2)
    assert now(near).doubt == pytest.approx(1 / 4)
    assert order(project) == [split.pk, near.pk]


def test_where_a_model_knows_the_probability_that_is_the_doubt(project: Project) -> None:
    split = topics(project, "praise", "complaint")
    near = topics(project, "praise", "praise", "question")
    Consensus.objects.filter(task=split.task).update(probability=0.97)
    Consensus.objects.filter(task=near.task).update(probability=0.6)
    outbox.publish(event=JUDGED_ANEW, scope_id=project.pk, subject_ids=[project.pk])

    doubt_anew(project.pk)

    assert now(split).doubt == pytest.approx(0.03)
    assert order(project) == [near.pk, split.pk]
    assert CONSUMER not in [consumer for consumer, _ in outbox.waiting()]


def test_what_is_not_news_is_not_computed(project: Project) -> None:
    split = topics(project, "praise", "complaint")
    Consensus.objects.filter(task=split.task).update(probability=0.97)

    doubt_anew(project.pk)

    assert now(split).doubt == pytest.approx(1 / 2)


def test_a_dispute_that_many_have_goes_first(project: Project) -> None:
    alone = topics(project, "praise", "question")
    many = [topics(project, *pair) for pair in (("praise", "complaint"), ("complaint", "praise"))]

    assert now(many[0]).dispute == now(many[1]).dispute != now(alone).dispute
    assert [now(one).alike for one in many] == [2, 2]
    assert now(many[0]).worth == pytest.approx(worth_of(0.5, others=1, decided=0)) == 1.0
    assert now(alone).worth == 0.5
    assert order(project) == [many[0].pk, many[1].pk, alone.pk]
    assert order(project, ConflictOrder.DISTANCE) == sorted(order(project))


def test_each_decision_makes_the_next_of_its_kind_worth_less(project: Project) -> None:
    first, second, third = (topics(project, "praise", "complaint") for _ in range(3))
    before = now(second).worth

    word = decide(first)

    assert now(second).worth == pytest.approx(worth_of(0.5, others=1, decided=1))
    assert now(second).worth < before

    take_back(task=first.task, by=UserFactory(), at=timezone.now(), follows=word.pk)

    assert now(second).worth == now(third).worth == now(first).worth == pytest.approx(before)


def test_others_are_written_anew_only_when_their_number_has_changed_enough(
    project: Project,
) -> None:
    many = [topics(project, "praise", "complaint") for _ in range(9)]

    # The first was told of 2, 3, 4, 5 (not 5 more than a quarter above 4), 6, 8 and so on.
    told = now(many[0]).alike

    assert abs(len(many) - told) <= told / 4
    assert now(many[-1]).alike == 9


def test_the_order_of_answers_says_nothing_about_the_dispute(project: Project) -> None:
    question = Question.objects.get(project=project)
    over = {"topic": 1.0}

    ab = dispute_of(over, [{"topic": "praise"}, {"topic": "complaint"}], [question])
    ba = dispute_of(over, [{"topic": "complaint"}, {"topic": "praise"}], [question])
    aab = dispute_of(over, [{"topic": "praise"}, *[{"topic": "complaint"}] * 2], [question])

    assert ab == ba == aab
    assert ab != dispute_of(over, [{"topic": "praise"}, {"topic": "question"}], [question])
    assert dispute_of({}, [], [question]) == b""


def test_of_sets_only_what_differs_is_in_dispute() -> None:
    project = ProjectFactory()
    labels = [{"value": each, "title": each} for each in "abc"]
    question = QuestionFactory(
        project=project, name="tags", kind="multi_choice", config={"labels": labels}
    )
    over = {"tags": 0.5}

    one = dispute_of(over, [{"tags": ["a", "b"]}, {"tags": ["a"]}], [question])
    other = dispute_of(over, [{"tags": ["b", "c"]}, {"tags": ["c"]}], [question])

    assert one == other != dispute_of(over, [{"tags": ["a", "c"]}, {"tags": ["a"]}], [question])


def test_a_step_through_the_queue_meets_each_conflict_once(project: Project) -> None:
    for labels in (["praise", "complaint"], ["praise", "praise", "complaint"], ["a", "b", "c"]):
        for _ in range(2):
            topics(project, *labels)
    waiting = Conflict.objects.filter(project=project).open()
    for by in ConflictOrder:
        met = [waiting.worst_first(by).get(pk=order(project, by)[0])]
        while behind := waiting.behind(met[-1], by).worst_first(by).first():
            met.append(behind)

        assert [one.pk for one in met] == order(project, by)
        assert list(waiting.before(met[2], by).least_first(by)) == [met[1], met[0]]
