"""The gate through which every way of signing in passes: page, token, invitation, reset."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from apps.accounts.models import Notice, User


class AccountClosed(PermissionDenied):
    """The person has an account that an administrator has closed."""


def is_open(user: User) -> bool:
    return user.is_active


def check_active(user: User) -> None:
    """Raises AccountClosed. Whatever else must hold of an account one day is asked here."""
    if not is_open(user):
        raise AccountClosed("This account is closed. An administrator can open it again.")


class PasswordBackend(ModelBackend):
    """Sign-in by password, and each later request of the session, through the same gate."""

    def get_user(self, user_id: int) -> User | None:
        """With how many notices they have not read: each page shows it, and asks nothing more for it."""
        unread = {"unread_notices": Notice.objects.unread().number_of_outer_user()}
        user = User.objects.filter(pk=user_id).annotate(**unread).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: User | None) -> bool:  # type: ignore[override]
        return user is not None and is_open(user)
