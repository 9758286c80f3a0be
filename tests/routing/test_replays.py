"""Strategies compared on a project's own answers: limits, what it finds, and the plan that follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.routing.actions import replaying
from apps.routing.actions.replaying import BadReplay, ask_for_replay, replayed_of
from apps.routing.learners.replay import Replayed
from apps.routing.learners.saving import best_of, saved
from apps.routing.models import Endpoint, Plan, Replay
from apps.tasks.models import QueueEntry
from tests.clients import signed_in_as
from tests.factories import MembershipFactory, ProjectFactory, user_of
from tests.routing.factories import messages
from tests.routing.test_map import count_queries
from tests.routing.test_pages import text_of

pytestmark = pytest.mark.django_db


def address(question: Question, rest: str = "") -> str:
    return f"/p/{question.project_id}/learning/replays/{rest}"


def run(question: Question, chosen: list[str], seeds: int = 2) -> JobRun:
    autodiscover_modules("jobs")
    lead = user_of(MembershipFactory(project=question.project, role="lead"))
    job = ask_for_replay(
        project=question.project, by=lead, question="intent", chosen=chosen, seeds=seeds
    )
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_it_compares_on_what_is_labelled_and_changes_nothing_else() -> None:
    question, _, _ = messages(answered=240, waiting=5)
    before = list(QueueEntry.objects.order_by("pk").values_list("priority", "level"))

    job = run(question, ["margin", "diverse_margin"])

    assert job.state == "done", job.error
    kept = Replay.objects.get()
    assert kept.strategies == ["random_order", "margin", "diverse_margin"]
    found = replayed_of(kept)
    assert {rows.shape for rows in found.accuracy.values()} == {(2, len(found.sizes))}
    # All began alike.
    assert len({tuple(rows[:, 0]) for rows in found.accuracy.values()}) == 1
    assert found.accuracy["margin"][:, -1].mean() > 0.5
    assert kept.offered + kept.tested == 240
    assert list(QueueEntry.objects.order_by("pk").values_list("priority", "level")) == before
    said = text_of(signed_in_as(question.project).get(address(question)))
    assert "Margin" in said
    assert "on a third of all labelled tasks" in said


@pytest.mark.proof
def test_models_are_judged_on_tasks_left_to_chance_where_there_are_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replaying, "LEAST_TESTED", 40)
    question, _, _ = messages(answered=240, waiting=2)
    Plan.objects.create(project=question.project, seed=3, exploration=0.3)

    run(question, ["margin"])

    kept = Replay.objects.get()
    assert 40 < kept.tested < 110
    assert kept.figures["left_out"] == []


@pytest.mark.proof
def test_of_many_labelled_tasks_some_are_taken_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replaying, "MOST_OFFERED", 100)
    monkeypatch.setattr(replaying, "MOST_TESTED", 50)
    question, _, _ = messages(answered=240, waiting=2)

    run(question, ["margin"])

    kept = Replay.objects.get()
    assert (kept.offered, kept.tested) == (100, 50)
    assert "100 were taken, by lot" in " ".join(kept.figures["left_out"])
    assert kept.last == 66


@pytest.mark.proof
def test_when_the_time_is_over_what_has_ended_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "MOST_SECONDS", 0)
    question, _, _ = messages(answered=240, waiting=2)

    run(question, ["margin"], seeds=3)

    kept = Replay.objects.get()
    assert kept.seeds == 1
    assert "1 of 3 seeds had been tried" in " ".join(kept.figures["left_out"])
    # One repetition has no interval, and shows all the same.
    said = text_of(signed_in_as(question.project).get(address(question)))
    assert "No strategy is surely better here" in said


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"chosen": []}, "strategies"), ({"chosen": ["margin"] * 2}, "strategies"),
     ({"chosen": ["nothing"]}, "strategies"), ({"chosen": ["random_order"]}, "strategies"),
     ({"chosen": ["bald"]}, "strategies"), ({"seeds": 1}, "seeds"), ({"seeds": 11}, "seeds"),
     ({"question": "other"}, "question"),
     ({"chosen": ["margin", "entropy", "badge", "core_set", "least_confident"]}, "strategies")],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(asked: dict[str, Any], field: str) -> None:
    question, person, _ = messages(answered=200, waiting=2)
    given: dict[str, Any] = {"question": "intent", "chosen": ["margin"], "seeds": 2} | asked

    with pytest.raises(BadReplay) as bad:
        ask_for_replay(project=question.project, by=user_of(person), **given)

    assert set(bad.value.errors) == {field}
    assert not JobRun.objects.filter(kind="routing.replay").exists()


def test_with_few_labels_it_says_how_many_it_needs() -> None:
    question, _, _ = messages(answered=20, waiting=2)
    body = {"question": "intent", "strategies": ["margin"], "seeds": "2"}

    answer = signed_in_as(question.project).post(address(question, "ask/"), body)

    assert answer.status_code == 422
    assert "A comparison needs 200 labelled tasks; there are 20." in text_of(answer)


def test_a_lead_asks_by_the_page() -> None:
    question, _, _ = messages(answered=200, waiting=2)
    body = {"question": "intent", "strategies": ["margin", "entropy"], "seeds": "2"}

    assert signed_in_as(question.project).post(address(question, "ask/"), body).status_code == 302

    job = JobRun.objects.get(kind="routing.replay")
    assert job.arguments["chosen"] == ["margin", "entropy"]


def kept_by(question: Question) -> Replay:
    curves = {"random_order": [[0.5, 0.6, 0.7]] * 3, "margin": [[0.5, 0.7, 0.8], [0.5, 0.7, 0.9]]}
    curves["margin"].append([0.5, 0.7, 0.85])
    kept: Replay = Replay.objects.create(
        project=question.project,
        question=question,
        strategies=list(curves),
        seeds=3,
        start=100,
        batch=100,
        last=300,
        offered=1_000,
        tested=500,
        figures={"sizes": [100, 200, 300], "accuracy": curves, "left_out": []},
        seconds=1,
    )
    return kept


def test_the_winner_becomes_the_plan_by_one_button() -> None:
    question, _, _ = messages(answered=5, waiting=2)
    Plan.objects.create(project=question.project, strategy="random_order", exploration=0.2)
    kept, client = kept_by(question), signed_in_as(question.project)

    said = text_of(client.get(address(question, f"{kept.pk}/")))
    assert "Margin would have been as good with 200 labels as Random with 300." in said
    assert "Use Margin from now on" in said
    answer = client.post(address(question, f"{kept.pk}/adopt/"), {"strategy": "margin"})

    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert (plan.strategy, plan.exploration, plan.question) == ("margin", 0.2, question)
    assert JobRun.objects.filter(kind="routing.learn", state="queued").exists()


def test_a_winner_that_was_the_second_strategy_becomes_the_only_one() -> None:
    question, _, _ = messages(answered=2, waiting=2)
    Plan.objects.create(project=question.project, strategy="random_order", beside="margin")
    kept = kept_by(question)

    answer = signed_in_as(question.project).post(
        address(question, f"{kept.pk}/adopt/"), {"strategy": "margin"}
    )

    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert (plan.strategy, plan.beside) == ("margin", "")


def test_a_winner_that_cannot_be_followed_is_refused_in_words() -> None:
    question, _, _ = messages(answered=2, waiting=2)
    project = question.project
    own = Endpoint.objects.create(project=project, name="ours", url="http://127.0.0.1:9")
    Plan.objects.create(project=project, endpoint=own)
    kept = kept_by(question)
    kept.strategies = ["core_set", "random_order"]
    kept.figures["accuracy"]["core_set"] = kept.figures["accuracy"]["margin"]
    kept.save()

    answer = signed_in_as(project).post(
        address(question, f"{kept.pk}/adopt/"), {"strategy": "core_set"}, follow=True
    )

    assert "which a model over HTTP does not give" in text_of(answer)
    assert Plan.objects.get().strategy == "margin"


def test_what_was_not_compared_cannot_be_adopted() -> None:
    question, _, _ = messages(answered=2, waiting=2)
    kept = kept_by(question)

    answer = signed_in_as(question.project).post(
        address(question, f"{kept.pk}/adopt/"), {"strategy": "entropy"}
    )

    assert answer.status_code == 404
    assert not Plan.objects.exists()


def test_the_best_of_many_that_are_alike_is_none() -> None:
    """Of 4 strategies that are all as good as chance one is called best in about 2.5 % of the cases
    (one side of 95 %), not in 10 %."""
    rng, found = np.random.default_rng(5), 0
    for _ in range(1_000):
        curves = {name: rng.normal(0.7, 0.02, (5, 4)) for name in ("a", "b", "c", "d", "base")}
        replayed = Replayed(sizes=(1, 2, 3, 4), accuracy=curves, base="base", tested=9)
        found += best_of(replayed) is not None

    assert found < 50


def test_a_strategy_that_never_gets_there_saves_nothing() -> None:
    curves = {"base": np.array([[0.5, 0.8]] * 2), "worse": np.array([[0.5, 0.6]] * 2)}
    replayed = Replayed(sizes=(10, 20), accuracy=curves, base="base", tested=9)

    assert saved(replayed, "worse").value == 0


def test_a_comparison_has_more_labels_at_its_end() -> None:
    question, _, _ = messages(answered=2, waiting=1)
    kept = kept_by(question)
    kept.last = kept.start
    with pytest.raises(IntegrityError, match="more_labels"), transaction.atomic():
        kept.save()


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_it_is_for_leads(role: str) -> None:
    project = ProjectFactory()

    answer = signed_in_as(project, role).get(f"/p/{project.pk}/learning/replays/")

    assert answer.status_code == 403


def test_its_queries_do_not_grow() -> None:
    question, _, _ = messages(answered=5, waiting=2)
    for _ in range(4):
        kept_by(question)

    assert count_queries(signed_in_as(question.project), address(question)) <= 11
