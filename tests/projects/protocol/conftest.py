"""A regulated project, locked by an answer, and its lead.

Django is not set up when pytest reads this file, so what needs it is imported in the fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.projects.models import Membership, Project


@pytest.fixture
def lead() -> Membership:
    from tests.projects.protocol.regulated import lead_with_a_password  # noqa: PLC0415

    return lead_with_a_password()


@pytest.fixture
def project(lead: Membership) -> Project:
    from tests.projects.protocol.regulated import locked  # noqa: PLC0415

    return locked(lead)
