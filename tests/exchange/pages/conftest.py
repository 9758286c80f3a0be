"""A project with one question, and its lead, with a folder for the files.

Django is not set up when pytest reads this file, so what needs it is imported in the fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from apps.projects.models import Project


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project(db: None) -> Project:
    from apps.projects.models import Project  # noqa: PLC0415
    from tests.factories import QuestionFactory  # noqa: PLC0415

    question = QuestionFactory(name="topic", title="What is it about?")
    return Project.objects.get(pk=question.project_id)


@pytest.fixture
def lead(client, project):
    from tests.factories import MembershipFactory  # noqa: PLC0415

    client.force_login(
        MembershipFactory(project=project, role="lead").user,
        backend="apps.accounts.permissions.PasswordBackend",
    )
    return client
