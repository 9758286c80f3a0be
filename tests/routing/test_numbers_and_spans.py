"""Models of questions that ask for a number, or for spans of a text, in the same job."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Question, Suggestion
from apps.routing.actions.learning import due_projects
from apps.routing.actions.plans import change_plan
from apps.routing.models import ModelRun, Rank, Ranking
from apps.routing.strategies.lots import held_out
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)
from tests.routing.factories import FILLER, known, learn

pytestmark = pytest.mark.django_db

PRICES = {"boots": 80.0, "shirt": 20.0, "coat": 60.0, "hat": 10.0}


def wares(*, telling: bool = True, waiting: int = 60, **config: Any) -> Question:
    """Things with their prices; of what is "old" the price is anybody's guess."""
    rng = np.random.default_rng(4)
    question: Question = QuestionFactory(
        project=ProjectFactory(overlap=1),
        name="price",
        kind="number",
        config={"min": 0, "max": 200, "step": 1, **config},
    )
    rows = []
    for at in range(800):
        name, is_old = str(rng.choice(list(PRICES))), at % 2 == 0
        price = PRICES[name] + (rng.normal() * 25 if is_old else rng.normal())
        price = price if telling else rng.uniform(0, 200)
        text = f"{'old' if is_old else 'new'} {name} {' '.join(rng.choice(FILLER, 3))}"
        rows.append(({"text": text}, max(0, round(price))))
    known(question, rows)
    for at in range(waiting):
        text = f"{'old' if at % 2 else 'new'} {rng.choice(list(PRICES))} {rng.choice(FILLER)}"
        TaskFactory(project=question.project, data={"text": text})
    return question


def page_of(question: Question, name: str = "learning", **more: Any) -> str:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    address = reverse(f"routing:{name}", kwargs={"project_id": question.project_id, **more})
    return " ".join(client.get(address).content.decode().split())


def test_numbers_are_learned_judged_put_in_order_and_proposed() -> None:
    question = wares()
    later = timezone.now() + timedelta(minutes=5)
    assert due_projects(at=later) == [question.project]

    told = learn(question.project, is_ranked=True)

    run = ModelRun.objects.get()
    assert told["models"] == 1
    assert run.learner == "linear, a number"
    assert run.figures["error"]["n"] == run.held_out > 0
    assert run.figures["saved"]["low"] > 0
    assert run.figures["has_spread"]
    # The least sure come first: those whose limits are widest.
    ranks = Rank.objects.filter(is_held_out=False).order_by("place").select_related("task")
    is_old = ["old" in rank.task.data["text"] for rank in ranks]
    assert np.mean(is_old[:20]) > 0.75
    assert np.mean(is_old[-20:]) < 0.25
    assert ranks[0].thought[0][1] == 0.9
    # What is foretold within a twentieth of the scale is proposed, and nothing else.
    proposed = Suggestion.objects.select_related("task")
    assert told["suggested"] == len(proposed) > 10
    near, is_new = [], []
    for one in proposed:
        words = one.task.data["text"].split()
        is_new.append(words[0] == "new")
        assert type(one.answers["price"]) is int
        assert one.score is not None
        assert one.score >= 0.7
        near.append(abs(one.answers["price"] - PRICES[words[1]]) <= 10)
    assert np.mean(is_new) > 0.8
    assert np.mean(near) > 0.5
    assert due_projects(at=later) == []
    page = page_of(question)
    assert "The model is wrong by" in page
    assert "less than always saying the median" in page
    assert "Its limits are meant to hold 90 % of the answers, and held" in page
    assert "in order: where the limits of what the model expects are widest." in page
    assert re.search(r"The model expects \S+ to \S+, with 90 % certainty\.", page)
    assert "Wrong by" in page_of(question, "model", model_id=run.pk)


def test_a_model_of_numbers_that_is_no_better_than_the_median_proposes_nothing() -> None:
    question = wares(telling=False)
    change_plan(project=question.project, by=UserFactory(), at=timezone.now(), bar=0.0)

    told = learn(question.project, is_ranked=True)

    assert told["ranked"] == Ranking.objects.get().ranked == 60
    assert told["suggested"] == 0
    assert "so nothing is proposed" in page_of(question)


def test_an_open_scale_takes_its_range_from_the_answers() -> None:
    question = wares(min=None, max=None, step=None)
    change_plan(project=question.project, by=UserFactory(), at=timezone.now(), bar=0.4)

    learn(question.project, is_ranked=True)

    # A twentieth of what was answered, which is about 0 to 140.
    said = [one.task.data["text"] for one in Suggestion.objects.select_related("task")]
    assert len(said) > 10
    assert np.mean([text.startswith("new") for text in said]) > 0.8


# --- spans -----------------------------------------------------------------------------------------

NAMES = [f"{a}{b}" for a in ("Mar", "An", "Jo", "El", "Kat") for b in ("ia", "na", "rik", "sen")]


def letter(rng: np.random.Generator, *, is_telling: bool = True) -> tuple[dict[str, Any], Any]:
    """A name stands after "Dear"; without telling words anything may be marked."""
    start = " ".join(rng.choice(FILLER, int(rng.integers(1, 5))))
    name = str(rng.choice(NAMES)) + str(rng.choice(list("aeiou"))) * int(rng.integers(0, 3))
    text = f"{start} dear {name} {' '.join(rng.choice(FILLER, 4))}"
    at = text.index(name)
    if not is_telling:
        word = str(rng.choice(text.split()))
        at, name = text.index(word), word
    return {"text": text}, [{"id": "s1", "label": "Name", "parts": [[at, at + len(name)]]}]


def letters(*, is_telling: bool = True, waiting: int = 60) -> Question:
    rng = np.random.default_rng(6)
    question: Question = QuestionFactory(
        project=ProjectFactory(overlap=1),
        name="names",
        kind="span",
        config={"field": "text", "labels": [{"value": "Name"}]},
    )
    known(question, [letter(rng, is_telling=is_telling) for _ in range(300)])
    for _ in range(waiting):
        TaskFactory(project=question.project, data=letter(rng)[0])
    return question


def test_spans_are_learned_judged_put_in_order_and_proposed() -> None:
    question = letters()

    told = learn(question.project, is_ranked=True)

    run = ModelRun.objects.get()
    assert run.learner == "linear, each word"
    assert run.figures["f1"]["n"] == run.held_out > 0
    assert run.figures["f1"]["low"] > 0.8
    assert run.figures["gained"]["low"] > 0
    assert told["ranked"] == 60
    assert told["suggested"] > 30
    for one in Suggestion.objects.select_related("task"):
        text, (span,) = one.task.data["text"], one.answers["names"]
        ((start, end),) = span["parts"]
        assert text[:start].endswith("dear ")
        assert text[end] == " "
    # The tasks left to chance get none.
    keys = np.array(list(Suggestion.objects.values_list("task_id", flat=True)))
    assert not held_out(keys, run.seed, 0.1).any()
    page = page_of(question)
    assert "The model marks what people mark with an F1 of" in page
    assert "more than marking again what was marked before" in page
    assert "in order: where the model is least sure of a word." in page
    assert re.search(r"The model is least sure of “\w+” \(", page)


def test_spans_that_nothing_tells_are_learned_and_not_proposed() -> None:
    question = letters(is_telling=False)
    change_plan(project=question.project, by=UserFactory(), at=timezone.now(), bar=0.3)

    told = learn(question.project, is_ranked=True)

    assert (told["models"], told["ranked"], told["suggested"]) == (1, 60, 0)
    page = page_of(question)
    assert "nothing is proposed" in page or "sure enough of no span" in page
