"""What happens to accounts and to the tokens of their programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.utils import reset as unlock
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from apps.accounts.models import (
    ApiToken,
    Digest,
    MailChoice,
    Notice,
    Told,
    User,
    digest_of,
    new_secret,
)
from apps.accounts.permissions import check_active
from apps.core.audit import record
from apps.core.statements import fetch_first

TOKEN_PREFIX = "concord"  # noqa: S105  (what every token begins with)
MOST_TOKENS = 50
LONGEST_PASSWORD = 4096
# Writing "last used" at every call would make each read a write.
USE_IS_NOTED_EVERY = timedelta(minutes=1)
TOKEN = [field.attname for field in ApiToken._meta.concrete_fields]  # noqa: SLF001
PERSON = [field.attname for field in User._meta.concrete_fields]  # noqa: SLF001


class TooManyTokens(Exception):
    """A person keeps a bounded number of tokens."""

    code = "too_many_tokens"


class LastAdmin(Exception):
    """An installation keeps at least one administrator."""

    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("This is the only administrator. Make somebody else one first.")


@transaction.atomic
def create_token(
    *, user: User, name: str, at: datetime, lasts: timedelta | None = None
) -> tuple[ApiToken, str]:
    """The token and its secret, which is kept nowhere."""
    User.objects.select_for_update().get(pk=user.pk)
    if ApiToken.objects.filter(user=user).usable(at=at).count() >= MOST_TOKENS:
        raise TooManyTokens(f"You have {MOST_TOKENS} tokens. Revoke one that is not needed.")
    secret = new_secret(TOKEN_PREFIX)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80] or "token",
        digest=digest_of(secret),
        hint=secret[: len(TOKEN_PREFIX) + 5],
        created_at=at,
        expires_at=at + lasts if lasts is not None else None,
    )
    record("token.made", subject=f"{token.name} of {user.email}")
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, at: datetime) -> None:
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
        record("token.revoked", subject=f"{token.name} of {token.user.email}")


def _columns(table: str, names: list[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


# In plain SQL: each call of each program asks this, and the ORM cost more than the answer.
USABLE = f"""
SELECT {_columns("t", TOKEN)}, {_columns("u", PERSON)}
FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id
WHERE t.digest = %s AND u.is_active AND t.revoked_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > %s)
"""  # noqa: S608


def authenticate_token(*, secret: str, at: datetime) -> ApiToken | None:
    """The usable token behind a secret, its use noted; None for anything else."""
    token = _usable_token(secret, at) if secret.startswith(f"{TOKEN_PREFIX}_") else None
    if token is None:
        return None
    check_active(token.user)
    if token.last_used_at is None or token.last_used_at < at - USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token


def _usable_token(secret: str, at: datetime) -> ApiToken | None:
    row = fetch_first(USABLE, (digest_of(secret), at))
    if row is None:
        return None
    token: ApiToken = ApiToken.from_db("default", TOKEN, row[: len(TOKEN)])
    token.user = User.from_db("default", PERSON, row[len(TOKEN) :])
    return token


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    record("account.password", subject=user.email)


class NotConfirmed(Exception):
    """Whoever asks has not shown that they are the person of the account."""

    code = "not_confirmed"


@dataclass(frozen=True)
class Confirmed:
    """Somebody who has given their password just now. Made by `confirm_person` alone."""

    user: User


def confirm_person(*, request: HttpRequest, user: User, password: str) -> Confirmed:
    """Ask for the password once more; NotConfirmed says what to do. Wrong ones count as at sign-in.

    Outside of a transaction, so that a wrong one stays counted.
    """
    if not user.has_usable_password():
        raise NotConfirmed(
            "Your account has no password to sign with. Sign out, ask for one by “Forgot password?”"
            " on the page to sign in, then sign."
        )
    found = authenticate(request, username=user.email, password=password[:LONGEST_PASSWORD])
    if getattr(request, "axes_locked_out", False):
        # Else the limiter would put the page to sign in, in the place of ours.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise NotConfirmed("Too many wrong passwords. Wait 15 minutes, or reset your password.")
    if found is None or found.pk != user.pk:
        raise NotConfirmed("The password is wrong. Nothing is signed.")
    unlock(username=user.email, ip=request.META.get("REMOTE_ADDR"))
    return Confirmed(user)


@transaction.atomic
def change_account(
    *, user: User, by: User, is_active: bool | None = None, is_admin: bool | None = None
) -> None:
    """An administrator opens or closes an account, or makes or unmakes an administrator."""
    if not by.is_admin:
        raise PermissionDenied("Only an administrator may change other accounts.")
    admins = User.objects.select_for_update().filter(is_admin=True, is_active=True)
    others = [admin for admin in admins if admin.pk != user.pk]
    if not others and (is_admin is False or is_active is False):
        raise LastAdmin
    given = {"is_active": is_active, "is_admin": is_admin}
    changed = {name: value for name, value in given.items() if value is not None}
    User.objects.filter(pk=user.pk).update(**changed)
    if changed:
        record("account.changed", by=by, subject=user.email, changed=changed)


def notify(
    *, user_ids: Iterable[int], kind: Told, text: str, url: str, project_id: int, at: datetime
) -> None:
    """Tell people something, in the transaction that made it true. The same unread is not said twice."""
    wanted = set(user_ids)
    again = Notice.objects.unread().filter(user__in=wanted, kind=kind, url=url)
    wanted -= set(again.values_list("user_id", flat=True))
    Notice.objects.bulk_create(
        Notice(
            user_id=user_id,
            kind=kind,
            text=text[:400],
            url=url,
            project_id=project_id,
            created_at=at,
        )
        for user_id in sorted(wanted)
    )


def read_notices(*, user: User, at: datetime, notice: Notice | None = None) -> None:
    """One of them, or all."""
    mine = Notice.objects.unread().filter(user=user)
    (mine if notice is None else mine.filter(pk=notice.pk)).update(read_at=at)


def choose_mail(*, user_id: int, digest: str) -> None:
    MailChoice.objects.update_or_create(user_id=user_id, defaults={"digest": Digest(digest)})
