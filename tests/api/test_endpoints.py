"""Models of a project's own by the API."""

from __future__ import annotations

from typing import Any

import pytest

from apps.core.models import JobRun
from apps.routing.models import Endpoint
from tests.api.team import Team

pytestmark = pytest.mark.django_db
URL = "http://10.0.0.5:9090"
GIVEN = {"name": "Ours", "url": URL, "user": "concord", "password": "geheim", "is_taught": True}


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    settings.MODELS_FROM = [URL]


def test_a_program_adds_one_and_nobody_reads_its_password(team: Team) -> None:
    made = team.lead.post(team.path("endpoints/"), GIVEN)

    assert made.status_code == 201, made.content
    row = made.json()
    assert row["our_address"] == "http://testserver"
    assert (row["name"], row["has_password"], row["suggests_as"]) == ("Ours", True, "endpoint Ours")
    assert row["standing"] == "It has not been asked yet."
    one = team.path(f"endpoints/{row['id']}/")
    for answer in (made, team.lead.get(team.path("endpoints/")), team.lead.get(one)):
        assert "geheim" not in answer.content.decode()
        assert Endpoint.objects.get().sealed not in answer.content.decode()


def test_a_program_changes_asks_and_removes_it(team: Team) -> None:
    one = team.path(f"endpoints/{team.lead.post(team.path('endpoints/'), GIVEN).json()['id']}/")

    assert team.lead("patch", one, {"is_paused": True}).json()["is_paused"]
    assert not team.lead("patch", one, {"is_paused": False}).json()["is_paused"]
    asked = team.lead.post(f"{one}do/", {"deed": "suggest", "count": 20})
    assert asked.status_code == 202
    assert JobRun.objects.get(pk=asked.json()["id"]).arguments["count"] == 20
    assert team.lead.post(team.path("queue/"), {"endpoint": "Ours"}).status_code == 202
    assert team.lead.get(team.path("queue/")).json()["plan"]["endpoint"] == "Ours"
    assert team.lead("delete", one).status_code == 204
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"url": "http://10.0.0.9"}, "url", "CONCORD_MODELS_FROM"),
        ({"questions": ["mood"]}, "questions", "There is no question 'mood'"),
        ({"user": ""}, "user", "goes with the password"),
    ],
)
def test_what_is_refused_is_refused_at_its_place(
    team: Team, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    answer = team.lead.post(team.path("endpoints/"), GIVEN | wrong)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert sentence in answer.json()["errors"][0]["message"]
    assert not Endpoint.objects.exists()
