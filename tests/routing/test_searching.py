"""Settings are looked for on request, and used only where they are surely better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.routing.actions.searching import BadSearch, ask_for_search
from apps.routing.actions.sought import searchable
from apps.routing.learners.conformal import Error
from apps.routing.models import ModelRun, Plan, SettingsSearch
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    user_of,
)
from tests.routing.factories import WORDS, known, learn, message
from tests.routing.test_numbers_and_spans import letters as span_letters
from tests.routing.test_numbers_and_spans import page_of, wares
from tests.routing.test_sets import letters
from tests.routing.test_tables_and_pictures import payments

pytestmark = pytest.mark.django_db


def labelled(many: int = 500) -> Question:
    rng = np.random.default_rng(3)
    question: Question = QuestionFactory(
        project=ProjectFactory(overlap=1), name="intent", labels=list(WORDS)
    )
    said = [str(one) for one in rng.choice(list(WORDS), many)]
    known(question, [({"text": message(one, rng, sure=0.7)}, one) for one in said])
    return question


def searched(question: Question, **given: Any) -> SettingsSearch:
    autodiscover_modules("jobs")
    job = ask_for_search(
        project=question.project, by=UserFactory(), question=question.name, tries=4, **given
    )
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return SettingsSearch.objects.get(pk=job.result["search"])


@pytest.mark.proof
def test_each_try_is_kept_and_the_usual_settings_stay_where_nothing_is_surely_better() -> None:
    question = labelled()

    with patch("apps.routing.learners.search.Error.of") as of:
        of.return_value = Error(value=0.01, low=-0.01, high=0.03, n=20)
        kept = searched(question)
    learn(question.project, is_ranked=False)

    assert len(kept.trials) == 5
    assert kept.trials[0]["settings"]["alpha"] == 1e-5
    assert all(one["losses"] for one in kept.trials)
    assert kept.chosen_by + kept.judged_on < 0.2 * 500
    assert not kept.is_used
    client = Client()
    client.force_login(user_of(MembershipFactory(project=question.project, role="lead")))
    page = client.get(reverse("routing:learning", args=[question.project_id])).content.decode()
    assert "5 settings were tried" in page
    assert "Search settings" in page
    assert "alpha" in page
    assert ModelRun.objects.get().parameters["alpha"] == 1e-5


def test_what_is_surely_better_is_learned_with_from_then_on() -> None:
    question = labelled()
    kept = searched(question)
    best = kept.best | {"alpha": 3e-4, "seed": 12}
    SettingsSearch.objects.filter(pk=kept.pk).update(best=best, is_used=True)

    learn(question.project, is_ranked=False)

    used = ModelRun.objects.get().parameters
    assert used["alpha"] == 3e-4
    # The lots are the plan's, whatever was looked for.
    assert used["seed"] != 12


def held(question: Question) -> Question:
    """Three tenths are left to chance: enough to choose by and to judge on."""
    Plan.objects.create(project=question.project, exploration=0.3)
    return question


def of_sets() -> Question:
    return held(letters())


def of_trees() -> Question:
    """Settings are looked for once it is known that trees learn these numbers."""
    question = payments(is_bent=True, kind="number")
    learn(question.project, is_ranked=False)
    return question


def of_spans() -> Question:
    return held(span_letters())


@pytest.mark.parametrize(
    ("make", "learner", "name", "value", "words"),
    [
        (of_sets, "linear, each label", "alpha", 3e-4, "lose .100 nats an answer"),
        (of_trees, "boosted trees, a number", "leaves", 9, "are off by .100"),
        (of_spans, "linear, each word", "alpha", 3e-4, "lose .100 nats a word"),
    ],
)
def test_settings_of_every_model_are_looked_for_and_learned_with(
    make: Callable[[], Question], learner: str, name: str, value: float, words: str
) -> None:
    question = make()
    project = question.project
    kept = searched(question)

    assert kept.learner == learner
    assert len(kept.trials) == 5
    assert kept.chosen_by + kept.judged_on >= 40
    # As if it had surely been better, which few tries need not find.
    better = {
        "best": kept.best | {name: value},
        "saved": {"value": 0.1, "low": 0.05, "high": 0.2, "n": 30},
    }
    SettingsSearch.objects.filter(pk=kept.pk).update(is_used=True, **better)
    learn(project, is_ranked=False)

    run = ModelRun.objects.filter(question=question).latest("pk")
    assert (run.learner, run.parameters[name]) == (learner, value)
    page = page_of(question)
    assert f"the best {words} less than the usual (.050 to .200)" in page


def test_of_numbers_that_lines_learn_nothing_is_left_to_look_for() -> None:
    question = wares()
    learn(question.project, is_ranked=False)

    assert searchable(question.project_id) == []
    assert "Search settings" not in page_of(question)
    with pytest.raises(BadSearch, match="Of numbers they are where trees learn them"):
        ask_for_search(project=question.project, by=UserFactory(), question="price")


def test_too_few_to_choose_by_and_other_questions_are_refused_in_words() -> None:
    question = labelled(60)

    with pytest.raises(BadSearch, match="A search needs 40 answered tasks"):
        ask_for_search(project=question.project, by=UserFactory(), question="intent")
    with pytest.raises(BadSearch, match="No settings are looked for"):
        ask_for_search(project=question.project, by=UserFactory(), question="none", tries=0)
    assert not JobRun.objects.exists()
