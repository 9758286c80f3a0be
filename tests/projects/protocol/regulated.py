"""Regulated projects, as tests begin with them."""

from __future__ import annotations

from django.utils import timezone

from apps.accounts.actions import Confirmed
from apps.projects.actions.protocols import (
    open_amendment,
    protocol_of,
    switch_protocol,
)
from apps.projects.models import (
    Amendment,
    Membership,
    Project,
)
from tests.factories import (
    MembershipFactory,
    QuestionFactory,
    answered_task,
    user_of,
)

PASSWORD = "seven long words 42"
MEANING = "Approved"
NOW = timezone.now()


def lead_with_a_password() -> Membership:
    member: Membership = MembershipFactory(role="lead")
    QuestionFactory(project=member.project, name="intent", labels=["praise", "complaint"])
    person = user_of(member)
    person.set_password(PASSWORD)
    person.save()
    return member


def locked(lead: Membership) -> Project:
    """Regulated, and locked by an answer."""
    switch_on(lead)
    answer(lead.project)
    assert state_of(lead.project) == "locked"
    return lead.project


def switch_on(lead: Membership) -> None:
    switch_protocol(project=lead.project, is_on=True, by=user_of(lead), at=NOW)


def answer(project: Project) -> None:
    person = MembershipFactory(project=project)
    answered_task(project=project, answers={person: {"intent": "praise"}})


def state_of(project: Project) -> str:
    return protocol_of(project).state


def amend(lead: Membership, reason: str = "The scale was misprinted.") -> Amendment:
    return open_amendment(
        project=lead.project, reason=reason, meaning=MEANING, by=Confirmed(user_of(lead))
    )
