"""Letting people and programs in from the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.actions import authenticate_token
from apps.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def printed(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("is_admin", [False, True])
def test_create_user_prints_a_link_that_makes_the_account(client, is_admin):
    more = ["--admin"] if is_admin else []
    link = printed("create_user", "Marta@Example.org", "--site", "http://testserver/", *more)
    path = link.removeprefix("http://testserver")
    assert not User.objects.exists()
    client.post(path, {"name": "Marta", "password": "a long enough one"})
    user = User.objects.get()
    assert (user.email, user.is_admin) == ("marta@example.org", is_admin)


@pytest.mark.parametrize("email", ["no address", "known@example.org"])
def test_create_user_says_what_is_wrong(email):
    UserFactory(email="known@example.org")
    with pytest.raises(CommandError):
        printed("create_user", email)


def test_api_token_prints_a_token_that_opens():
    user = UserFactory()
    token = authenticate_token(secret=printed("api_token", user.email), at=timezone.now())
    assert token is not None
    assert token.user == user


def test_api_token_of_a_closed_account_or_nobody_is_refused():
    closed = UserFactory(is_active=False)
    for email in (closed.email, "nobody@example.org"):
        with pytest.raises(CommandError):
            printed("api_token", email)


@pytest.mark.parametrize("command", ["create_user", "api_token"])
def test_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")
    assert f"Example:  manage.py {command} " in capsys.readouterr().out
