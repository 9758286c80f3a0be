"""A project whose tasks show pictures, one of them kept already, and its lead.

Django is not set up when pytest reads this file, so what needs it is imported in the fixtures.
"""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def project(db):
    from tests.exchange.media.sending import FIELDS  # noqa: PLC0415
    from tests.factories import ProjectFactory  # noqa: PLC0415

    return ProjectFactory(fields=FIELDS)


@pytest.fixture
def lead(project, client):
    from tests.factories import MembershipFactory, user_of  # noqa: PLC0415

    client.force_login(
        user_of(MembershipFactory(project=project, role="lead")),
        backend="apps.accounts.permissions.PasswordBackend",
    )
    return client


@pytest.fixture
def asset(project):
    from apps.tasks.actions.assets import keep_asset  # noqa: PLC0415
    from tests.tasks.pictures import picture  # noqa: PLC0415

    return keep_asset(project=project, name="street/001.png", file=picture()).asset
