"""The plan of labels by the API."""

from __future__ import annotations

import pytest

from apps.quality.models import PlannedLabel
from tests.api.team import Team

pytestmark = pytest.mark.django_db
ROW = {"question": "intent", "label": "praise", "share": 0.3, "number": None}


def test_a_program_sets_and_reads_the_plan(team: Team) -> None:
    path = team.path("label-plan/")
    [kept] = team.lead("put", path, {"labels": [ROW]}).json()["labels"]

    assert {name: kept[name] for name in ROW} == ROW
    assert team.lead.get(path).json()["labels"] == [kept]
    assert team.reviewer.get(path).status_code == 403
    assert team.lead("put", path, {"labels": []}).json() == {"labels": []}


def test_a_plan_that_cannot_be_kept_is_refused_with_its_place(team: Team) -> None:
    path = team.path("label-plan/")
    bad = {"question": "intent", "label": "praise", "number": 3}
    answer = team.lead("put", path, {"labels": [bad, {**ROW, "label": "x"}]})

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_label_plan"
    assert [error["field"] for error in answer.json()["errors"]] == ["1.label"]
    assert not PlannedLabel.objects.exists()
    for wrong in ({"share": "a"}, {"number": 1.5}, {"number": -1}, {"share": True}, {"more": 1}):
        answer = team.lead("put", path, {"labels": [{**ROW, **wrong}]})
        assert answer.status_code == 400
