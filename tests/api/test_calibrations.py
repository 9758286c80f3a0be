"""Calibration sessions by the API."""

from __future__ import annotations

import pytest

from apps.projects.models import Project
from apps.quality.models import Calibration
from tests.api.team import Team, make_team
from tests.factories import MembershipFactory, TaskFactory
from tests.quality.calibrating import answer, begun, opened

pytestmark = pytest.mark.django_db


def test_a_lead_begins_a_session_reads_how_far_it_is_and_opens_it(team: Team) -> None:
    tasks = [TaskFactory(project=team.project) for _ in range(2)]

    made = team.lead.post(team.path("calibrations/"), {"tasks": [one.pk for one in tasks]})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["number"], body["task_count"], body["picked"]) == (1, 2, "Named one by one")
    assert (body["is_laid_open"], body["tasks"], body["agreement"]) == (False, [], {})
    mine = team.members["annotator"]
    assert body["progress"] == [
        {"annotator": mine.pk, "name": mine.display_name, "done": 0, "total": 2}
    ]
    assert team.lead.post(team.path("calibrations/"), {}).status_code == 409
    assert team.annotator.get(team.path("calibrations/")).json()["results"] == []
    assert team.annotator.get(team.path("calibrations/1/")).status_code == 404

    said = team.annotator.post(team.path("next/"), {}).json()
    assert said["is_calibration"] is True

    opened_ = team.lead.post(team.path("calibrations/1/open/"), {}).json()
    assert opened_["opened_at"] is not None
    assert len(opened_["tasks"]) == 2
    told = team.annotator.get(team.path("calibrations/1/")).json()
    assert told["progress"] == []
    assert [
        row["number"] for row in team.annotator.get(team.path("calibrations/")).json()["results"]
    ] == [1]


@pytest.mark.parametrize("is_blind", [True, False])
def test_answers_come_with_names_unless_the_project_is_blind(is_blind: bool) -> None:
    team = make_team(is_blind=is_blind)
    other = MembershipFactory(project=team.project)
    session = begun(team.project, [TaskFactory(project=team.project) for _ in range(2)])
    answer(team.members["annotator"], "praise", "praise")
    answer(other, "praise", "question")
    opened(session)

    told = team.annotator.get(team.path("calibrations/1/")).json()

    assert [row["spread"] for row in told["tasks"]] == [1.0, 0.0]
    assert told["tasks"][0]["differs"] == {"intent": 1.0}
    names = {one["annotator"] for row in told["tasks"] for one in row["answers"]}
    assert (names == {None}) is is_blind
    assert told["agreement"]["intent"]["units"] == 2


def test_tasks_are_picked_by_number(team: Team) -> None:
    for _ in range(3):
        TaskFactory(project=Project.objects.get(pk=team.project.pk))

    made = team.lead.post(team.path("calibrations/"), {"number": 2})

    assert made.json()["task_count"] == 2
    assert Calibration.objects.get().picked.startswith("Drawn at random")
    refused = team.lead.post(team.path("calibrations/"), {"number": 101})
    assert refused.status_code == 400
