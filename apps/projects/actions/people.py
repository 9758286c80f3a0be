"""Who works in a project, in which role, and on which tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.core import outbox
from apps.core.audit import record
from apps.projects.actions.faults import BadProject, Errors
from apps.projects.models import Membership, MembershipQuerySet, Project, Role
from apps.projects.signals import MEMBER_CHANGED

if TYPE_CHECKING:
    from apps.accounts.models import User

ELIGIBILITY = {"languages": 20, "skills": 60, "groups": 60}
QUOTAS = ("daily_quota", "total_quota")
MOST_WORDS = 50
# From the one who may do least on.
RANK = [Role.VIEWER, Role.ANNOTATOR, Role.REVIEWER, Role.LEAD]


class LastLead(Exception):
    """A project keeps at least one lead."""

    code = "last_lead"

    def __init__(self) -> None:
        super().__init__("This is the only lead. Make somebody else a lead first.")


class MayNotGrant(Exception):
    """Nobody gives a role above their own."""

    code = "may_not_grant"


def check_may_grant(*, project: Project, by: User) -> None:
    """Only leads and administrators give roles, so nobody can give more than they have."""
    is_lead = Membership.objects.active().filter(project=project, user=by, role=Role.LEAD)
    if not by.is_admin and not is_lead.exists():
        raise MayNotGrant("Only a lead of the project can give a role in it.")


@transaction.atomic
def add_member(*, project: Project, user: User, role: str, by: User, at: datetime) -> Membership:
    """Let a person in, or give who is in already the role. Deactivated members come back."""
    check_may_grant(project=project, by=by)
    member = _locked(project).filter(user=user).first()
    record("member.added", project=project, by=by, subject=user.email, role=role)
    if member is None:
        return Membership.objects.create(project=project, user=user, role=role, created_at=at)
    _keep_a_lead(member, role=role, is_active=True)
    member.role, member.is_active = role, True
    member.save(update_fields=["role", "is_active"])
    return member


class MembershipEnded(Exception):
    """A lead has ended this person's membership; a link does not undo that."""

    code = "membership_ended"

    def __init__(self) -> None:
        super().__init__("Your membership of this project was ended. Ask its lead to let you in.")


@transaction.atomic
def admit(*, project: Project, user: User, role: str, at: datetime) -> Membership:
    """Let somebody in by an invitation. Who is in already keeps the role that may do more."""
    member = _locked(project).filter(user=user).first()
    if member is None:
        return Membership.objects.create(project=project, user=user, role=role, created_at=at)
    if not member.is_active:
        raise MembershipEnded
    if RANK.index(Role(role)) > RANK.index(Role(member.role)):
        member.role = role
        member.save(update_fields=["role"])
    return member


@transaction.atomic
def change_member(*, member: Membership, by: User, **given: Any) -> Membership:
    """Change role, languages, skills, groups and quotas, as far as they are given."""
    check_may_grant(project=member.project, by=by)
    errors: Errors = {}
    cleaned = {name: _clean(name, value, errors) for name, value in given.items()}
    if errors:
        raise BadProject(errors)
    locked = _locked(member.project).get(pk=member.pk)
    if locked.user_id is None and cleaned.get("role", Role.ANNOTATOR) != Role.ANNOTATOR:
        raise BadProject({"role": "Somebody without an account can only be an annotator."})
    _keep_a_lead(locked, role=cleaned.get("role", locked.role), is_active=locked.is_active)
    had_groups = locked.groups
    changed = {
        name: [getattr(locked, name), value]
        for name, value in cleaned.items()
        if getattr(locked, name) != value
    }
    for name, value in cleaned.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(cleaned))
    if changed:
        record(
            "member.changed", project=member.project, by=by, subject=_named(locked), changed=changed
        )
    if locked.groups != had_groups:
        outbox.publish(event=MEMBER_CHANGED, scope_id=locked.project_id, subject_ids=[locked.pk])
    return locked


@transaction.atomic
def set_member_active(*, member: Membership, is_active: bool, by: User) -> None:
    """Access ends, or begins again, at once: each request asks the membership."""
    check_may_grant(project=member.project, by=by)
    locked = _locked(member.project).get(pk=member.pk)
    _keep_a_lead(locked, role=locked.role, is_active=is_active)
    Membership.objects.filter(pk=member.pk).update(is_active=is_active)
    if locked.is_active != is_active:
        subject = _named(locked)
        record("member.active", project=member.project, by=by, subject=subject, active=is_active)


def _named(member: Membership) -> str:
    """By what stays the same of a person."""
    return member.user.email if member.user is not None else str(member.external_name)


def _locked(project: Project) -> MembershipQuerySet:
    """The members, with the project locked: else two leads could leave at the same moment."""
    Project.objects.select_for_update().get(pk=project.pk)
    return Membership.objects.filter(project=project)


def _keep_a_lead(member: Membership, *, role: str, is_active: bool) -> None:
    if member.role != Role.LEAD or (role == Role.LEAD and is_active) or not member.is_active:
        return
    # Who cannot sign in leads nothing.
    leads = Membership.objects.active().filter(
        project=member.project_id, role=Role.LEAD, user__is_active=True
    )
    if not leads.exclude(pk=member.pk).exists():
        raise LastLead


def _clean(name: str, value: Any, errors: Errors) -> Any:
    if name == "role":
        if value not in Role.values:
            errors[name] = f"Choose one of: {', '.join(Role.values)}."
        return value
    if name in QUOTAS:
        return _quota(name, value, errors)
    if name in ELIGIBILITY:
        return _words(name, value, errors)
    errors[name] = f"A member has no {name!r}."
    return None


def _quota(name: str, value: Any, errors: Errors) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
        errors[name] = "This must be a whole number from 0 to 1,000,000, or empty for no limit."
        return None
    return value


def _words(name: str, value: Any, errors: Errors) -> list[str]:
    """Trimmed, each once, in order."""
    most = ELIGIBILITY[name]
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        errors[name] = "Give a list of words."
        return []
    words = [word.strip() if isinstance(word, str) else None for word in value]
    if any(word is None or not word or len(word) > most or "\x00" in word for word in words):
        errors[name] = f"Each must be a text of 1 to {most} characters."
        return []
    if len(words) > MOST_WORDS:
        errors[name] = f"Give at most {MOST_WORDS}."
    return [str(word) for word in dict.fromkeys(words)]
