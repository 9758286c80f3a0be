"""A task's history by the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.team import Team
from tests.factories import TaskFactory

pytestmark = pytest.mark.django_db


def test_by_the_api(team: Team) -> None:
    task = TaskFactory(project=team.project)

    told: dict[str, Any] = team.reviewer.get(f"tasks/{task.pk}/history/").json()

    assert [one["kind"] for one in told["events"]] == ["imported"]
    assert team.viewer.get(f"tasks/{task.pk}/history/").status_code == 403
