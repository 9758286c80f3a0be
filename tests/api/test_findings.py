"""Findings by the API."""

from __future__ import annotations

import pytest

from apps.quality.models import Finding
from tests.api.team import Team
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_program_of_a_lead_reads_what_the_checks_found(team: Team) -> None:
    person = MembershipFactory(project=team.project, user=UserFactory(name="Ada Quick"))
    for number, state in enumerate(["open", "gone", "open"]):
        Finding.objects.create(
            project=team.project,
            kind="too_fast" if number else "duplicates",
            key=str(number).encode(),
            words="{person} takes 1.0 s.",
            tasks=[1, 2],
            task_count=2,
            annotators=[person.pk],
            p=0.02,
            state=state,
        )

    rows = team.lead.get(team.path("findings/")).json()["results"]
    assert [row["check"] for row in rows] == ["too_fast", "too_fast", "duplicates"]
    assert (rows[0]["words"], rows[0]["p"], rows[0]["tasks"], rows[0]["question"]) == (
        "Ada Quick takes 1.0 s.",
        0.02,
        [1, 2],
        None,
    )
    assert len(team.lead.get(team.path("findings/?state=open")).json()["results"]) == 2
    assert (
        len(team.lead.get(team.path("findings/?state=open&check=too_fast")).json()["results"]) == 1
    )
    assert team.lead.get(team.path("findings/?check=x")).status_code == 400
    assert team.reviewer.get(team.path("findings/")).status_code == 403
