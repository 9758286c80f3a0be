"""Threads for tests, in one line each."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.comments.actions import open_thread, reply
from apps.comments.models import Comment, Thread
from apps.projects.models import Membership
from apps.projects.permissions import project_for
from tests.factories import user_of


def ask(member: Membership, text: str = "Which one is it?", **about: Any) -> Thread:
    """A thread opened by this member; `task=` or it is about the guideline."""
    user, at = user_of(member), about.pop("at", timezone.now())
    project = project_for(user, member.project_id)
    return open_thread(project=project, by=user, text=text, at=at, **about)


def say(member: Membership, thread: Thread, text: str = "The first.", **more: Any) -> Comment:
    user, at = user_of(member), more.pop("at", timezone.now())
    project = project_for(user, member.project_id)
    return reply(thread=thread, project=project, by=user, text=text, at=at)
