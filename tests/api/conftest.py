"""A project with people in each role, and clients that call as one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.team import Team


@pytest.fixture
def team(db: None) -> Team:
    # Not above: pytest reads this file before Django has its settings.
    from tests.api.team import make_team  # noqa: PLC0415

    return make_team()
