"""A project with people in each role, and clients that call as one of them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.team import Team


@pytest.fixture
def team(db: None) -> Team:
    # Not above: pytest reads this file before Django has its settings.
    from tests.api.team import make_team  # noqa: PLC0415

    return make_team()


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Team]:
    from tests.api.team import make_team  # noqa: PLC0415
    from tests.api.things import things_of  # noqa: PLC0415
    from tests.shared import kept_for_all  # noqa: PLC0415

    with kept_for_all(django_db_blocker):
        team = make_team()
        team.keys = things_of(team)
        yield team


@pytest.fixture
def furnished(built: Team, db: None) -> Team:
    """A team with one of everything that a path can name, made once for all tests of a module."""
    return deepcopy(built)
