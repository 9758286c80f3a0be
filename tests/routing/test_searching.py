"""Settings are looked for on request, and used only where they are surely better."""

from __future__ import annotations

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
from apps.routing.learners.conformal import Error
from apps.routing.models import ModelRun, SettingsSearch
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    user_of,
)
from tests.routing.factories import WORDS, known, learn, message

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
        project=question.project, by=UserFactory(), question="intent", tries=4, **given
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


def test_too_few_to_choose_by_and_other_questions_are_refused_in_words() -> None:
    question = labelled(60)

    with pytest.raises(BadSearch, match="A search needs 40 answered tasks"):
        ask_for_search(project=question.project, by=UserFactory(), question="intent")
    with pytest.raises(BadSearch, match="No settings are looked for"):
        ask_for_search(project=question.project, by=UserFactory(), question="none", tries=0)
    assert not JobRun.objects.exists()
