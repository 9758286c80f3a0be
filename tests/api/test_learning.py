"""The order of the queue by the API."""

from __future__ import annotations

import pytest
from django.utils.module_loading import autodiscover_modules

from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.routing.models import ModelRun, Plan, Rank, Ranking
from tests.api.team import Team
from tests.factories import TaskFactory
from tests.routing.factories import learn, messages

pytestmark = pytest.mark.django_db


def test_a_program_puts_the_queue_in_order_and_reads_it(team: Team) -> None:
    tasks = TaskFactory.create_batch(3, project=team.project)

    asked = team.lead.post(
        team.path("queue/"),
        {"strategy": "random_order", "exploration": 0.2, "beside": "typical_first"},
    )

    assert asked.status_code == 202
    autodiscover_modules("jobs")
    run_job(JobRun.objects.get(pk=asked.json()["id"]).pk)
    shown = team.lead.get(team.path("queue/")).json()
    assert (shown["plan"]["strategy"], shown["plan"]["exploration"]) == ("random_order", 0.2)
    assert (shown["plan"]["beside"], shown["plan"]["beside_share"]) == ("typical_first", 0.3)
    assert (shown["ranking"]["beside"], shown["ranking"]["beside_share"]) == ("typical_first", 0.3)
    assert shown["ranking"]["ranked"] == 3
    assert {one["task"] for one in shown["next"]} == {task.pk for task in tasks}
    assert [one["place"] for one in shown["next"]] == [1, 2, 3]


def test_leads_alone_are_told_to_whom_a_task_was_offered(team: Team) -> None:
    who = team.members["annotator"].pk
    task = TaskFactory(project=team.project)
    ranking = Ranking.objects.create(
        project=team.project,
        strategy="annotator_aware",
        exploration=0.1,
        seed=1,
        generation=1,
        waiting=1,
        candidates=1,
        ranked=1,
        last_task=task.pk,
        seconds=1,
    )
    Rank.objects.create(
        task=task, ranking=ranking, place=1, is_held_out=False, offered=[[who, 0.5]]
    )

    told = [
        getattr(team, role).get(team.path("queue/")).json()["next"] for role in ("lead", "viewer")
    ]

    assert [rows[0]["offered"] for rows in told] == [[{"annotator": who, "bits": 0.5}], None]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"question": "nobody"}, "question"),
        ({"strategy": "margin", "parameters": {"depth": 3}}, "strategy"),
        ({"parameters": {"x": "y"}}, "strategy"),
        ({"strategy": "margin", "beside": "margin"}, "beside"),
    ],
)
def test_what_cannot_be_followed_is_refused_at_its_place(
    team: Team, wrong: dict[str, object], place: str
) -> None:
    answer = team.lead.post(team.path("queue/"), wrong)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == place
    assert not Plan.objects.exists()


def test_trainings_are_listed_with_their_figures(team: Team) -> None:
    question, _, _ = messages(answered=120)
    learn(question.project, is_ranked=False)
    ModelRun.objects.update(project=team.project)

    rows = team.lead.get(team.path("models/")).json()["results"]

    assert [row["labelled"] for row in rows] == [120]
    assert rows[0]["accuracy"]["n"] == rows[0]["held_out"]
    assert [one["rule"] for one in rows[0]["advice"]["reasons"]] == ["stabilized", "little_to_gain"]
    assert rows[0]["pseudo"] is None
    assert team.lead.get(team.path("models/?question=other")).json()["results"] == []


def test_a_search_for_settings_that_cannot_be_made_says_why(team: Team) -> None:
    answer = team.lead.post(team.path("searches/"), {"question": "intent"})

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_search")
    assert "40 answered tasks that were left to chance" in answer.json()["detail"]
    assert team.lead.post(team.path("searches/"), {"question": "x", "tries": 0}).status_code == 400
    assert team.lead.get(team.path("searches/")).json()["results"] == []
