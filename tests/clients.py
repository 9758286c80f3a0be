"""Browsers of people who are signed in, for tests that ask pages without a real one."""

from __future__ import annotations

from django.test import Client

from apps.projects.models import Membership, Project
from tests.factories import MembershipFactory, user_of


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(user_of(member))
    return client


def signed_in_as(project: Project, role: str = "lead") -> Client:
    """Somebody new, who is that in the project."""
    return signed_in(MembershipFactory(project=project, role=role))
