"""Links that let somebody in, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from apps.accounts.models import User, digest_of, new_secret
from apps.accounts.permissions import check_active
from apps.core.audit import record
from apps.projects.actions.faults import BadProject
from apps.projects.actions.people import MayNotGrant, admit, check_may_grant
from apps.projects.models import Invitation, Project, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AnonymousUser

LASTS = timedelta(days=14)
LONGEST = timedelta(days=90)


class BadInvitation(Exception):
    """A link that lets nobody in (any more). The sentence is the same for all reasons."""

    code = "bad_invitation"

    def __init__(self) -> None:
        super().__init__(
            "This invitation has been used or revoked, or has expired."
            " Ask who sent it for a new one."
        )


class ForSomebodyElse(Exception):
    """The invitation names another e-mail address than the account's."""

    code = "for_somebody_else"


class EmailTaken(Exception):
    """There is an account with this e-mail address."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("There is an account with this e-mail. Sign in, then open the link again.")


@transaction.atomic
def invite(
    *,
    by: User | None,
    at: datetime,
    project: Project | None = None,
    role: str = "",
    email: str = "",
    is_admin: bool = False,
    lasts: timedelta = LASTS,
) -> tuple[Invitation, str]:
    """The invitation and its secret, which is kept nowhere. `by=None` is the command line."""
    if by is not None and project is not None:
        check_may_grant(project=project, by=by)
    if by is not None and project is None and not by.is_admin:
        raise MayNotGrant("Only an administrator can invite to the installation.")
    if project is not None and role not in Role.values:
        raise BadProject({"role": f"Choose one of: {', '.join(Role.values)}."})
    secret = new_secret("join")
    invitation = Invitation.objects.create(
        digest=digest_of(secret),
        project=project,
        role=role if project is not None else "",
        email=email.strip().lower(),
        is_admin=is_admin,
        created_by=by,
        created_at=at,
        expires_at=at + min(lasts, LONGEST),
    )
    record("invitation.made", project=project, by=by, subject=invitation)
    return invitation, secret


def invitation_for(*, secret: str, at: datetime) -> Invitation:
    """The open invitation behind a link; BadInvitation when there is none."""
    invitation = (
        Invitation.objects.open(at=at)
        .filter(digest=digest_of(secret))
        .select_related("project", "created_by")
        .first()
    )
    if invitation is None or (invitation.project and invitation.project.deleted_at):
        raise BadInvitation
    return invitation


def joined_by(*, secret: str, user: User | AnonymousUser) -> Project | None:
    """The project that the person has joined by this link: it may be opened again as a bookmark."""
    if not user.is_authenticated:
        return None
    mine = Project.objects.visible_to(user)
    used = Invitation.objects.filter(digest=digest_of(secret), accepted_by=user.pk)
    return mine.filter(invitations__in=used, memberships__user=user.pk).first()


def accept_invitation(
    *,
    secret: str,
    at: datetime,
    user: User | None = None,
    name: str = "",
    email: str = "",
    password: str | None = None,
) -> User:
    """Join with the account, or with a new one made from e-mail, name and password.

    The invitation's row is locked, so that a link lets in one person even when two use it at once.
    """

    def person(invitation: Invitation) -> User:
        return user or User.objects.create_user(
            email=invitation.email or email, password=password, name=name
        )

    try:
        return _accept(secret=secret, at=at, person=person)
    except IntegrityError as error:
        raise EmailTaken from error


@transaction.atomic
def _accept(*, secret: str, at: datetime, person: Callable[[Invitation], User]) -> User:
    Invitation.objects.select_for_update().filter(digest=digest_of(secret)).first()
    invitation = invitation_for(secret=secret, at=at)
    user = person(invitation)
    check_active(user)
    if invitation.email and invitation.email != user.email:
        raise ForSomebodyElse(
            f"This invitation is for {invitation.email}, and you are signed in as {user.email}."
            " Sign out and open the link again."
        )
    if invitation.is_admin and not user.is_admin:
        user.is_admin = True
        user.save(update_fields=["is_admin"])
    if invitation.project is not None:
        admit(project=invitation.project, user=user, role=invitation.role, at=at)
    invitation.accepted_by, invitation.accepted_at = user, at
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    record("invitation.used", project=invitation.project, by=user, subject=invitation)
    return user


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, at: datetime) -> None:
    open_still = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True)
    if open_still.update(revoked_at=at):
        record("invitation.revoked", project=invitation.project, subject=invitation)
