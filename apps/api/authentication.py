"""Who calls: a program by its token, or a page's script by its session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from apps.accounts.actions import authenticate_token
from apps.accounts.models import ApiToken, User
from apps.accounts.permissions import AccountClosed

if TYPE_CHECKING:
    from rest_framework.request import Request

KEYWORD = "token"
BAD_TOKEN = "This token does not hold: it is unknown, revoked or too old."  # noqa: S105


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token concord_…`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != KEYWORD:
            return None
        try:
            token = authenticate_token(secret=secret.strip(), at=timezone.now())
        except AccountClosed as closed:
            raise AuthenticationFailed(str(closed)) from None
        if token is None:
            raise AuthenticationFailed(BAD_TOKEN)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"
