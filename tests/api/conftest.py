"""A project with people in each role, and clients that call as one of them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.team import Team

# Its list of cases takes a quarter of a minute to be made when the file is read.
LONG_TO_READ = "test_schema_at_length.py"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """None: not ours to say."""
    is_left_out = "not proof" in config.option.markexpr
    return True if is_left_out and collection_path.name == LONG_TO_READ else None


@pytest.fixture
def one_connection() -> Iterator[None]:
    """As Django's test client does: the end of a request must not end the test's transaction."""
    from django.core.signals import request_finished, request_started  # noqa: PLC0415
    from django.db import close_old_connections  # noqa: PLC0415

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


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
