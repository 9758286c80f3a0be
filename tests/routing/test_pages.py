"""The page of active learning: what it says, who may change it, what it costs."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.annotations.models import Gold
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.routing.learners.linear import train
from apps.routing.models import ModelRun, Plan, Rank
from apps.routing.views.confusing import labels_of_run
from apps.routing.views.curve import curve_of
from apps.tasks.models import QueueEntry, Task
from tests.clients import signed_in_as
from tests.factories import ProjectFactory
from tests.routing.factories import WORDS, learn, messages

pytestmark = pytest.mark.django_db


def address(project: Project, rest: str = "") -> str:
    return f"/p/{project.pk}/learning/{rest}"


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_without_a_question_it_says_what_models_learn() -> None:
    project = ProjectFactory()

    said = text_of(signed_in_as(project).get(address(project)))

    assert (
        "No question of this project asks for labels, for a number or for spans of a text" in said
    )


def test_before_there_are_answers_it_says_how_many_will_do() -> None:
    question, _, _ = messages(answered=12)

    said = text_of(signed_in_as(question.project).get(address(question.project)))

    assert "It begins by itself with 50 answered tasks. 38 more will do." in said


def test_it_says_how_good_the_model_is_and_what_comes_next_and_why() -> None:
    question, _, _ = messages(answered=160)
    learn(question.project, is_ranked=True)

    said = text_of(signed_in_as(question.project, "viewer").get(address(question.project)))

    run = ModelRun.objects.get()
    assert f"counted on {run.held_out} tasks that were left to chance" in said
    assert "Margin has put 40 of 40 waiting tasks in order" in said
    assert "The model thinks" in said
    assert "Save" not in said


def test_its_queries_do_not_grow() -> None:
    question, _, _ = messages(answered=100)
    client = signed_in_as(question.project)
    for _ in range(3):
        learn(question.project, is_ranked=True)

    with CaptureQueriesContext(connection) as asked:
        client.get(address(question.project))

    assert len(asked) <= 15, [one["sql"][:90] for one in asked]


def test_a_lead_changes_the_strategy_and_the_queue_is_looked_at_anew() -> None:
    question, _, _ = messages(answered=5)
    body = {"when": "always", "strategy": "random_order", "exploration": "0.2", "bar": "0.7"}

    answer = signed_in_as(question.project).post(address(question.project, "plan/"), body)

    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert (plan.strategy, plan.exploration, plan.bar) == ("random_order", 0.2, 0.7)
    assert not plan.is_suggesting
    assert JobRun.objects.get(kind="routing.learn").state == "queued"


@pytest.mark.parametrize(
    "wrong", [{"strategy": "label_errors"}, {"exploration": "0.9"}, {"bar": "x"}, {"when": "soon"}]
)
def test_what_is_wrong_is_said_beside_its_field(wrong: dict[str, str]) -> None:
    question, _, _ = messages(answered=2, waiting=1)
    body = {"when": "auto", "strategy": "margin", "exploration": "0.1", "bar": "0.5"}

    answer = signed_in_as(question.project).post(address(question.project, "plan/"), body | wrong)

    assert answer.status_code == 422
    assert "form-error" in answer.content.decode()
    assert not Plan.objects.exists()


def test_a_training_says_what_it_confuses_and_how_to_repeat_it() -> None:
    question, _, _ = messages(answered=160)
    learn(question.project, is_ranked=False)
    run = ModelRun.objects.get()

    said = text_of(
        signed_in_as(question.project).get(address(question.project, f"models/{run.pk}/"))
    )

    assert "Label by label" in said
    assert f"of {run.held_out} tasks that it had not seen" in said
    assert f"seed {run.parameters['seed']}" in said
    assert "Against known answers" not in said


def test_a_trainings_figures_have_limits_and_say_by_what_they_are_told(crossing: None) -> None:
    question, _, _ = messages(answered=160)
    learn(question.project, is_ranked=False)
    run = ModelRun.objects.get()
    client = signed_in_as(question.project)

    said = text_of(client.get(address(question.project, f"models/{run.pk}/")))

    found, crossed = run.figures["limits"], run.figures["crossed"]
    for name in ("macro_f1", "log_loss"):
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]
        assert found[name]["value"] == pytest.approx(run.figures[name])
    # The hold-out has no part in it, and each answer is foretold by a model that had not seen it.
    assert crossed["n"] == run.labelled - run.held_out
    assert crossed["value"] > 0.6
    assert sum(one["units"] for one in run.figures["reliability"]["bins"]) == run.held_out
    assert "Is it right as often as it says?" in said
    assert "cross-validation of what it learns from" in said
    assert f"{crossed['low']:.2f} to {crossed['high']:.2f}".replace("0.", ".") in said


def test_while_few_are_left_to_chance_cross_validation_stands_in_and_the_page_says_so(
    crossing: None,
) -> None:
    question, _, _ = messages(answered=50)
    learn(question.project, is_ranked=False)
    assert ModelRun.objects.get().held_out < 10

    said = text_of(signed_in_as(question.project).get(address(question.project)))

    assert "By cross-validation the model says what people say in" in said
    assert "Where a strategy chose these tasks, of all tasks it may be more or less" in said


def test_a_model_is_judged_by_known_answers_that_it_has_not_learned_from() -> None:
    question, _, waiting = messages(answered=160)
    told = {word: label for label, words in WORDS.items() for word in words}
    for task in waiting[:30]:
        label = next(told[word] for word in task.data["text"].split() if word in told)
        Gold.objects.create(task=task, answers={"intent": label}, source="test")
    lessons = Task.objects.exclude(pk__in=[task.pk for task in waiting]).order_by("pk")
    learn(question.project, is_ranked=False)
    plain = ModelRun.objects.latest("pk")
    for task in lessons:
        Gold.objects.create(task=task, answers={"intent": "praise"}, source="test")

    learn(question.project, is_ranked=False)

    gold = ModelRun.objects.latest("pk").figures["gold"]
    assert plain.figures["gold"]["accuracy"]["n"] == plain.figures["gold"]["known"] == 30
    assert plain.figures["gold"]["accuracy"]["value"] > 0.7
    # Of those answered only what is held out is new to it.
    assert (gold["known"], gold["accuracy"]["n"]) == (190, 30 + plain.held_out)
    client = signed_in_as(question.project)
    said = text_of(client.get(address(question.project, f"models/{plain.pk}/")))
    assert "30 of 30 that it has not learned from" in said


def test_each_label_is_found_meant_and_spared() -> None:
    question, _, _ = messages(answered=2)
    run = ModelRun(
        question=question,
        values=["praise", "complaint"],
        figures={"confusion": [[0, 0, 8], [0, 1, 2], [1, 0, 1], [1, 1, 5]]},
    )

    first, second = labels_of_run(run)

    assert [one.value for one in (first.found, first.meant, first.spared)] == [0.8, 8 / 9, 5 / 6]
    # Of two labels one is spared as often as the other is found.
    assert (second.spared, second.found) == (first.found, first.spared)


def test_a_task_says_why_it_stands_where_it_does() -> None:
    question, _, _ = messages()
    learn(question.project, is_ranked=True)
    rank = Rank.objects.filter(is_held_out=False).order_by("place").first()
    assert rank is not None

    client = signed_in_as(question.project)
    said = text_of(client.get(address(question.project, f"why/{rank.task_id}/")))

    assert f"Place {rank.place}" in said
    assert "Margin: where the model cannot decide between two labels" in said


def test_the_dashboard_is_told_that_a_strategy_chose_what_was_answered() -> None:
    question, _, _ = messages()
    client = signed_in_as(question.project, "viewer")
    assert text_of(client.get(address(question.project, "note/"))) == ""

    learn(question.project, is_ranked=True)
    assert "Margin chooses which tasks come first" in text_of(
        client.get(address(question.project, "note/"))
    )

    QueueEntry.objects.filter(state="open").update(state="withdrawn")
    assert text_of(client.get(address(question.project, "note/"))) == ""


def test_what_chance_chose_is_like_the_whole() -> None:
    question, _, _ = messages(answered=2)
    Plan.objects.create(project=question.project, strategy="random_order")
    learn(question.project, is_ranked=True)

    said = text_of(signed_in_as(question.project).get(address(question.project, "note/")))

    assert said == ""


@pytest.mark.proof
def test_a_model_that_learned_nothing_is_held_against_guessing() -> None:
    question, _, _ = messages(answered=260, telling=0.0)
    learn(question.project, is_ranked=False)

    said = text_of(signed_in_as(question.project).get(address(question.project)))

    assert "that it is better than this cannot be told" in said


@pytest.mark.proof
def test_trainings_of_as_many_tasks_are_one_point() -> None:
    question, _, _ = messages(answered=120)
    for _ in range(2):
        learn(question.project, is_ranked=False)
    runs = list(ModelRun.objects.order_by("-pk"))
    assert curve_of(runs) is None

    runs[1].labelled = 60
    curve = curve_of(runs)
    assert curve is not None
    assert [one["run"] for one in curve["points"]] == [runs[1], runs[0]]


def test_a_lead_sets_the_chosen_strategys_own_numbers() -> None:
    project = messages(answered=12)[0].project
    client = signed_in_as(project)
    body = {"when": "never", "strategy": "bald", "exploration": 0.1, "bar": 0.5}
    body |= {"setting-bald-members": 6, "setting-diverse_margin-breadth": 30}

    client.post(address(project, "plan/"), body)
    refused = client.post(address(project, "plan/"), body | {"setting-bald-members": 17})

    assert Plan.objects.get().parameters == {"members": 6}
    assert refused.status_code == 422
    assert "Ensure this value is less than or equal to 16" in text_of(refused)


def test_a_committee_has_as_many_members_as_the_lead_says() -> None:
    question, _, _ = messages(answered=60, waiting=12)
    Plan.objects.create(
        project=question.project,
        seed=1,
        strategy="committee_disagreement",
        parameters={"members": 3},
    )
    with patch("apps.routing.actions.teachers.train", wraps=train) as trained:
        learn(question.project, is_ranked=True)

    # Beside the model itself.
    assert trained.call_count == 1 + 3
