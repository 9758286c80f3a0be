"""Two strategies put one queue in order, each by its share, beside what is left to chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from apps.routing.actions.plans import BadPlan, change_plan, offered_beside, plan_of
from apps.routing.models import Endpoint, Plan, Rank, Ranking
from apps.routing.strategies import strategies
from tests.clients import signed_in_as
from tests.factories import ProjectFactory, UserFactory
from tests.routing.factories import learn, messages
from tests.routing.test_begun import begun, order_of
from tests.routing.test_pages import address, text_of

pytestmark = pytest.mark.django_db


def test_each_chooses_its_share_and_each_task_says_which_chose_it() -> None:
    question, _, tasks = messages(waiting=60)
    project = question.project
    Plan.objects.create(
        project=project, when="always", beside="core_set", beside_share=0.4, exploration=0.1
    )

    assert learn(project)["ranked"] == len(tasks)

    ranking = Ranking.objects.get()
    assert (ranking.strategy, ranking.beside, ranking.beside_share) == ("margin", "core_set", 0.4)
    free = Rank.objects.filter(is_held_out=False).order_by("place")
    is_second = np.array([one.is_beside for one in free])
    # At each place the share is kept, not only in the end.
    so_far = np.cumsum(is_second) / np.arange(1, is_second.size + 1)
    assert np.all(np.abs(so_far[9:] - 0.4) <= 1 / np.arange(10, is_second.size + 1))
    assert not Rank.objects.filter(is_held_out=True, is_beside=True).exists()
    client = signed_in_as(project)
    said = text_of(client.get(address(project)))
    assert "Margin has put 60 of 60 waiting tasks in order" in said
    assert "40 % of them Core-set chose" in said
    for rank in (free.filter(is_beside=True)[0], free.filter(is_beside=False)[0]):
        why = text_of(client.get(f"/p/{project.pk}/learning/why/{rank.task_id}/"))
        assert f"{strategies[rank.strategy].label}: " in why


def test_without_a_model_two_that_ask_none_put_tasks_in_order() -> None:
    question, _, tasks = messages(answered=0)
    Plan.objects.create(
        project=question.project, strategy="random_order", beside="typical_first", beside_share=0.5
    )

    assert learn(question.project, is_ranked=True)["ranked"] == len(tasks)
    assert Rank.objects.filter(is_beside=True).count() > 0.3 * len(tasks)


def test_what_is_begun_goes_on_by_the_first_alone() -> None:
    question, _, _ = messages(answered=0, waiting=6)
    agreed, split = begun(question, ("praise",) * 3, ("praise", "question"))
    Plan.objects.create(
        project=question.project, strategy="most_disputed", beside="core_set", exploration=0
    )

    learn(question.project, is_ranked=True)

    assert order_of(question)[:2] == [split.pk, agreed.pk]


@pytest.mark.parametrize("second", [one.name for one in offered_beside() if one.name != "margin"])
@pytest.mark.proof
def test_each_that_is_offered_can_stand_beside_another(second: str) -> None:
    question, _, tasks = messages()
    Plan.objects.create(project=question.project, when="always", beside=second, seed=3)

    assert learn(question.project)["ranked"] == len(tasks)


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"beside": "margin"}, "beside", "Beside this strategy use none, or one of"),
        ({"beside": "most_disputed"}, "beside", "use none, or one of"),
        ({"beside": "label_errors"}, "beside", "use none, or one of"),
        ({"beside": "nothing"}, "beside", "use none, or one of"),
        (
            {"strategy": "annotator_aware", "beside": "core_set"},
            "beside",
            "gives each person a list of their own",
        ),
        (
            {"beside": "core_set", "endpoint": "ours"},
            "beside",
            "which a model over HTTP does not give",
        ),
        ({"beside": "core_set", "beside_share": 1.0}, "beside_share", "from .05 to .95"),
        ({"beside": "core_set", "beside_share": 0.0}, "beside_share", "from .05 to .95"),
    ],
)
def test_what_cannot_stand_together_is_refused_in_words(
    given: dict[str, Any], field: str, words: str
) -> None:
    project = ProjectFactory()
    Endpoint.objects.create(project=project, name="ours", url="http://127.0.0.1:9")

    with pytest.raises(BadPlan) as refused:
        change_plan(project=project, by=UserFactory(), at=timezone.now(), **given)

    assert words in refused.value.errors[field]
    assert not Plan.objects.exists()


def test_a_lead_sets_a_second_and_takes_it_back_on_the_page() -> None:
    question, _, _ = messages(answered=0, waiting=1)
    project = question.project
    client = signed_in_as(project)
    asked = {"when": "auto", "strategy": "margin", "exploration": "0.1", "bar": "0.7"}

    def save(**more: str) -> Any:
        return client.post(f"/p/{project.pk}/learning/plan/", asked | more, follow=True)

    save(beside="core_set", beside_share="0.25")
    kept = plan_of(project)
    assert (kept.beside, kept.beside_share) == ("core_set", 0.25)

    refused = save(beside="margin")
    assert "Beside this strategy use none" in text_of(refused)
    assert plan_of(project).beside == "core_set"

    save(beside="")
    assert plan_of(project).beside == ""
