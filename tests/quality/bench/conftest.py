"""A blind project with one question, and its reviewer at the bench.

Django is not set up when pytest reads this file, so what needs it is imported in the fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from apps.projects.models import Membership, Project


@pytest.fixture
def project(db: None) -> Project:
    from apps.projects.models import Project  # noqa: PLC0415
    from tests.factories import ProjectFactory, QuestionFactory  # noqa: PLC0415

    project = ProjectFactory(is_blind=True)
    QuestionFactory(project=project, name="topic", title="Topic?")
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def reviewer(project: Project) -> Membership:
    from tests.factories import MembershipFactory  # noqa: PLC0415

    return MembershipFactory(project=project, role="reviewer")


@pytest.fixture
def browser(reviewer: Membership) -> Client:
    from tests.clients import signed_in  # noqa: PLC0415

    return signed_in(reviewer)
