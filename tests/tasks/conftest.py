"""A project of which each task wants two answers, and two who can give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.projects.models import Membership, Project


@pytest.fixture
def project() -> Project:
    from tests.factories import ProjectFactory  # noqa: PLC0415  (Django is set up by now)

    made: Project = ProjectFactory(overlap=2)
    return made


@pytest.fixture
def ann(project: Project) -> Membership:
    return _member(project)


@pytest.fixture
def bob(project: Project) -> Membership:
    return _member(project)


def _member(project: Project) -> Membership:
    from tests.factories import MembershipFactory  # noqa: PLC0415  (Django is set up by now)

    made: Membership = MembershipFactory(project=project)
    return made
