"""Models of questions that ask for several labels, or for a point of a scale, in the same job."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.kinds import kinds
from apps.annotations.models import Question, Suggestion
from apps.consensus.actions.refresh import refresh_consensus
from apps.consensus.models import Consensus
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.models import Membership
from apps.routing.actions.features import keep_features
from apps.routing.actions.learnable import all_to_learn
from apps.routing.actions.learning import due_projects
from apps.routing.actions.plans import change_plan, plan_of
from apps.routing.actions.sets import train_on_sets
from apps.routing.models import ModelRun, Rank, Ranking
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)
from tests.routing.factories import FILLER, learn

pytestmark = pytest.mark.django_db

TOPICS = {"delivery": ("late", "parcel"), "refund": ("money", "back"), "fault": ("broken", "dead")}
LABELS = [*({"value": one} for one in TOPICS), {"value": "nothing", "exclusive": True}]


def text_of(topics: list[str], rng: np.random.Generator) -> str:
    words = [str(word) for one in topics for word in TOPICS.get(one, ())]
    return " ".join([*words, *rng.choice(FILLER, 4)])


def topics_of(rng: np.random.Generator) -> list[str]:
    found = [one for one in TOPICS if rng.random() < 0.4]
    return found or ["nothing"]


def letters(*, answered: int = 200, waiting: int = 40, **config: Any) -> Question:
    """Letters about any of three topics, or about nothing."""
    rng = np.random.default_rng(1)
    project = ProjectFactory(overlap=1)
    question: Question = QuestionFactory(
        project=project, name="topics", kind="multi_choice", config={"labels": LABELS, **config}
    )
    person = MembershipFactory(project=project)
    said = [topics_of(rng) for _ in range(answered)]
    made = answered_tasks(
        project=project,
        answers=[{person: {"topics": topics}} for topics in said],
        more=[{"data": {"text": text_of(topics, rng)}} for topics in said],
    )
    refresh_consensus(project=project, task_ids=[task.pk for task in made])
    for _ in range(waiting):
        TaskFactory(project=project, data={"text": text_of(topics_of(rng), rng)})
    return question


def test_a_model_of_sets_is_judged_by_whole_sets_and_by_each_label() -> None:
    question = letters()

    told = learn(question.project, is_ranked=False)

    run = ModelRun.objects.get()
    assert told["models"] == 1
    assert run.values == [*TOPICS, "nothing"]
    assert run.accuracy["n"] == run.held_out > 0
    assert run.accuracy["value"] > 0.7
    assert [one["label"] for one in run.figures["each"]] == [0, 1, 2, 3]
    assert run.figures["each"][0]["recall"]["value"] > 0.7


def test_what_it_proposes_is_an_answer_that_the_question_takes() -> None:
    question = letters(waiting=120)

    told = learn(question.project, is_ranked=True)

    assert told["suggested"] > 20
    for one in Suggestion.objects.all():
        said = one.answers["topics"]
        assert kinds["multi_choice"].clean(said, question.config) == said
        data = Task.objects.get(pk=one.task_id).data["text"].split()
        told_of = {topic for topic, words in TOPICS.items() if words[0] in data}
        if one.score is not None and one.score > 0.95:
            assert set(said) == (told_of or {"nothing"})


def test_at_most_so_many_labels_are_proposed() -> None:
    question = letters(waiting=120, max=1)

    learn(question.project, is_ranked=True)

    assert {len(one.answers["topics"]) for one in Suggestion.objects.all()} == {1}


def test_the_least_sure_come_first_each_with_the_labels_in_doubt() -> None:
    question = letters()
    project = question.project

    told = learn(project, is_ranked=True)

    ranking = Ranking.objects.get()
    assert told["ranked"] == ranking.ranked == 40
    assert ranking.run == ModelRun.objects.get()
    for one in Rank.objects.all():
        doubts = [abs(p - 0.5) for _, p in one.thought]
        assert doubts == sorted(doubts)
        assert doubts
    plan = plan_of(project)
    again = train_on_sets(
        question=question,
        features=keep_features(project, Progress(JobRun())),
        held=plan.exploration,
        seed=plan.seed,
    )
    assert again is not None
    chosen = Rank.objects.filter(is_held_out=False).order_by("place").values_list("pk", flat=True)
    sure = again.chances_of(np.array(chosen))[:, 0]
    assert sure.tolist() == sorted(sure.tolist())


def test_a_strategy_that_asks_for_more_than_probabilities_is_not_led_by_sets() -> None:
    question = letters()
    change_plan(project=question.project, by=UserFactory(), at=timezone.now(), strategy="core_set")

    told = learn(question.project)

    assert told["models"] == 1
    assert told["ranked"] == 0


def test_one_label_of_several_leads_before_sets() -> None:
    question = letters(answered=0, waiting=0)
    project = question.project
    QuestionFactory(project=project, name="tone", labels=["calm", "loud"])
    person: Membership = MembershipFactory(project=project)
    rng = np.random.default_rng(2)
    answers, more = [], []
    for _ in range(80):
        said, tone = topics_of(rng), str(rng.choice(["calm", "loud"]))
        answers.append({person: {"topics": said, "tone": tone}})
        more.append({"data": {"text": f"{text_of(said, rng)} {tone}"}})
    made = answered_tasks(project=project, answers=answers, more=more)
    refresh_consensus(project=project, task_ids=[task.pk for task in made])
    TaskFactory(project=project, data={"text": "late parcel calm"})

    told = learn(project, is_ranked=True)

    assert told["models"] == 2
    assert Ranking.objects.get().run.question.name == "tone"


def test_the_job_is_due_anew_only_when_enough_is_new() -> None:
    question = letters(answered=60)
    project = question.project
    later = timezone.now() + timedelta(minutes=5)
    assert due_projects(at=later) == [project]

    learn(project)

    assert due_projects(at=later) == []


def test_labels_that_were_retired_teach_nothing() -> None:
    question = letters()
    Consensus.objects.filter(question=question, value__contains=["refund"]).update(
        value=["refund", "gone"]
    )

    learn(question.project, is_ranked=False)

    run = ModelRun.objects.get()
    assert 30 <= run.labelled < 200


def test_questions_of_very_many_labels_are_left_out() -> None:
    project = ProjectFactory()
    labels = [{"value": f"label {i}"} for i in range(101)]
    QuestionFactory(project=project, name="many", kind="multi_choice", config={"labels": labels})
    QuestionFactory(project=project, name="few", kind="multi_choice", config={"labels": LABELS})
    QuestionFactory(project=project, name="one")

    assert [one.name for one in all_to_learn(project.pk)] == ["one", "few"]


def test_the_page_shows_its_labels_and_says_what_right_means() -> None:
    question = letters(answered=300)
    learn(question.project, is_ranked=True)
    client = Client()
    client.force_login(MembershipFactory(project=question.project, role="lead").user)

    page = client.get(reverse("routing:learning", args=[question.project_id])).content.decode()
    run = ModelRun.objects.get()
    of_run = client.get(reverse("routing:model", args=[question.project_id, run.pk]))

    assert "All labels of a task must be right for that" in page
    assert "delivery" in of_run.content.decode()
    assert of_run.context["labels"][0].found.n > 0


# --- points of a scale -----------------------------------------------------------------------------


def rated(*, answered: int = 120, waiting: int = 60) -> Question:
    words = {1: "awful", 2: "poor", 3: "fair", 4: "good", 5: "superb"}
    rng = np.random.default_rng(3)
    project = ProjectFactory(overlap=1)
    question: Question = QuestionFactory(
        project=project, name="stars", kind="rating", config={"min": 1, "max": 5}
    )
    person = MembershipFactory(project=project)
    stars = rng.integers(1, 6, answered).tolist()
    texts = [f"{words[one]} {' '.join(rng.choice(FILLER, 4))}" for one in stars]
    made = answered_tasks(
        project=project,
        answers=[{person: {"stars": one}} for one in stars],
        more=[{"data": {"text": text}} for text in texts],
    )
    refresh_consensus(project=project, task_ids=[task.pk for task in made])
    for _ in range(waiting):
        text = f"{words[int(rng.integers(1, 6))]} {' '.join(rng.choice(FILLER, 4))}"
        TaskFactory(project=project, data={"text": text})
    return question


def test_ratings_are_learned_and_proposed_as_numbers() -> None:
    question = rated()

    told = learn(question.project, is_ranked=True)

    run = ModelRun.objects.get()
    assert run.values == ["1", "2", "3", "4", "5"]
    assert run.accuracy["value"] > 0.8
    assert told["suggested"] > 10
    assert {type(one.answers["stars"]) for one in Suggestion.objects.all()} == {int}
    assert any(one.thought for one in Rank.objects.all())


def test_what_lies_between_two_points_teaches_neither() -> None:
    question = rated()
    Consensus.objects.filter(question=question, value=3).update(value=3.5)

    learn(question.project, is_ranked=False)

    assert ModelRun.objects.get().labelled < 120
