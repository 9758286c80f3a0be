"""The protocol and signatures by programs: a token alone signs nothing."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.utils import timezone

from apps.core.models import AuditEvent
from apps.projects.actions.protocols import switch_protocol
from apps.projects.models import Amendment, Signature
from tests.api.team import Team
from tests.factories import AnnotationFactory, AssignmentFactory, TaskFactory, user_of

pytestmark = pytest.mark.django_db
PASSWORD = "seven long words 42"
READ = "I have read this case myself"


@pytest.fixture
def regulated(team: Team) -> Team:
    for who in ("lead", "annotator"):
        person = user_of(team.members[who])
        person.set_password(PASSWORD)
        person.save()
    lead = user_of(team.members["lead"])
    switch_protocol(project=team.project, is_on=True, by=lead, at=timezone.now())
    return team


def read_case(team: Team) -> int:
    lent = AssignmentFactory(
        task=TaskFactory(project=team.project), annotator=team.members["annotator"]
    )
    given: Any = AnnotationFactory(assignment=lent, answers={"intent": "praise"})
    return int(given.pk)


def signing(team: Team, **more: Any) -> dict[str, Any]:
    waiting = team.annotator.get(team.path("signatures/waiting/")).json()["waiting"]
    subjects = [{name: one[name] for name in ("kind", "id", "digest")} for one in waiting]
    return {"subjects": subjects, "meaning": READ, "password": PASSWORD, **more}


def test_what_waits_is_signed_with_the_password(regulated: Team) -> None:
    given = read_case(regulated)
    body = signing(regulated)
    [waiting] = regulated.annotator.get(regulated.path("signatures/waiting/")).json()["waiting"]
    assert waiting["content"]["answers"] == {"intent": "praise"}

    answer = regulated.annotator.post(regulated.path("signatures/"), body)

    assert answer.status_code == 201
    [made] = answer.json()["signatures"]
    assert (made["kind"], made["subject"], made["fits"]) == ("reading", given, True)
    assert regulated.annotator.get(regulated.path("signatures/")).json()["results"] == [made]
    assert regulated.lead.get(regulated.path("signatures/")).json()["results"] == [made]
    assert regulated.reviewer.get(regulated.path("signatures/")).json()["results"] == []
    again = regulated.annotator.post(regulated.path("signatures/"), body)
    assert again.status_code == 422
    assert again.json()["errors"][0]["field"] == "subjects.0"


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"password": None}, 400, "password"),
        ({"password": "wrong"}, 422, "password"),
        ({"meaning": "I like it"}, 422, "meaning"),
        ({"subjects": []}, 422, "subjects"),
    ],
)
def test_a_token_alone_signs_nothing(
    regulated: Team, given: dict[str, Any], status: int, field: str
) -> None:
    read_case(regulated)
    body = {name: v for name, v in signing(regulated, **given).items() if v is not None}
    answer = regulated.annotator.post(regulated.path("signatures/"), body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert not Signature.objects.exists()


def test_the_password_is_in_no_log_and_no_row(
    regulated: Team, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read_case(regulated)
    regulated.annotator.post(regulated.path("signatures/"), signing(regulated))
    regulated.annotator.post(regulated.path("signatures/"), signing(regulated, password="wr0ng-77"))
    assert PASSWORD not in caplog.text
    assert "wr0ng-77" not in caplog.text
    assert not AuditEvent.objects.filter(detail__icontains="wr0ng-77").exists()


def test_an_amendment_from_its_reason_to_its_end(regulated: Team) -> None:
    read_case(regulated)
    guideline = {"text": "New"}
    locked = regulated.lead("put", regulated.path("guideline/"), guideline)
    assert (locked.status_code, locked.json()["code"]) == (409, "protocol_locked")
    amendment = {"reason": "A misprint.", "meaning": "Approved"}
    path = regulated.path("protocol/amendments/")
    assert regulated.lead.post(path, {**amendment, "password": "wrong"}).status_code == 422
    assert not Amendment.objects.exists()

    made = regulated.lead.post(path, {**amendment, "password": PASSWORD})
    assert made.status_code == 201
    assert regulated.lead.get(regulated.path("protocol/")).json()["state"] == "amended"
    assert regulated.lead("put", regulated.path("guideline/"), guideline).status_code == 200
    closed = regulated.lead.post(f"{path}close/").json()
    assert [one["action"] for one in closed["changes"]] == ["guideline.published"]
    assert closed["signatures"][0]["fits"] is True
    assert regulated.viewer.get(path).json()["results"] == [closed]
    assert regulated.lead.post(f"{path}close/").json()["code"] == "protocol_state"


def test_a_lead_switches_the_protocol_and_names_the_meanings(team: Team) -> None:
    path = team.path("protocol/")
    assert team.lead.get(path).json()["state"] == "off"
    given = {"is_on": True, "meanings": ["Read"]}
    shown = team.lead("patch", path, given).json()
    assert (shown["state"], shown["meanings"]) == ("open", ["Read"])
    assert team.lead("patch", path, {"is_on": True}).status_code == 200
    assert team.lead("patch", path, {"is_on": False}).json()["state"] == "off"
    assert team.lead("patch", path, {"meanings": []}).status_code == 422
    assert team.lead("patch", path, {"meanings": [7]}).status_code == 422
