"""Signing in tells nothing, and what one could do ends when it should."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

import apps.accounts.jobs  # noqa: F401  (registers what `run_job` is to run)
from apps.accounts.actions import change_account, create_token
from apps.accounts.models import User
from apps.core.cache import our_cache
from apps.projects.actions import invite
from apps.projects.models import Membership
from tests.factories import MembershipFactory, UserFactory

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
PASSWORD = "canary password of Amina"
AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "\x01//evil.example",
    " //evil.example",
    "//testserver@evil.example",
    "https://testserver.evil.example/",
    "evil.example",
]


@pytest.fixture
def person() -> User:
    return User.objects.create_user(email="amina@example.org", password=PASSWORD, name="Amina")


def sign_in(client: Client, email: str = "amina@example.org", password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"email": email, "password": password})


def _plain(answer: HttpResponse) -> str:
    """Without what differs each time: tokens, nonces, and what was typed."""
    text = answer.content.decode()
    return re.sub(r'(value|nonce)="[^"]*"|"X-CSRFToken": "[^"]*"', "", text)


def test_who_has_an_account_is_not_told(person: User) -> None:
    """By a wrong address, a wrong password, or a closed account with the right one."""
    UserFactory(email="closed@example.org", is_active=False)
    closed = User.objects.get(email="closed@example.org")
    closed.set_password(PASSWORD)
    closed.save()

    answers = [
        sign_in(Client(), "nobody@example.org"),
        sign_in(Client(), password="wrong"),
        sign_in(Client(), "closed@example.org"),
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({_plain(answer) for answer in answers}) == 1


def test_a_locked_account_is_told_alike_whether_or_not_it_exists(person: User) -> None:
    answers = []
    for email in ("amina@example.org", "nobody@example.org"):
        for _ in range(5):
            sign_in(Client(), email, "wrong")
        answers.append(sign_in(Client(), email, "wrong"))

    assert [answer.status_code for answer in answers] == [429, 429]
    assert _plain(answers[0]) == _plain(answers[1])
    assert sign_in(Client()).status_code == 429


def test_a_wrong_address_takes_as_long_as_a_wrong_password(person: User, settings: Any) -> None:
    """With the hash that is in use outside tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.AXES_ENABLED = False
    person.set_password(PASSWORD)
    person.save()

    def seconds(email: str) -> float:
        before = time.process_time()
        assert sign_in(Client(), email, "wrong").status_code == 422
        return time.process_time() - before

    seconds("amina@example.org")
    known = statistics.median(seconds("amina@example.org") for _ in range(3))
    unknown = statistics.median(seconds("nobody@example.org") for _ in range(3))

    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize("wanted", AWAY)
@pytest.mark.parametrize("way", ["form", "address"])
def test_signing_in_leads_nowhere_else(person: User, wanted: str, way: str) -> None:
    body = {"email": person.email, "password": PASSWORD}
    client = Client()

    if way == "form":
        answer = client.post("/sign-in/", {**body, "next": wanted})
    else:
        answer = client.post("/sign-in/", body, query_params={"next": wanted})

    assert answer.status_code == 302
    assert answer["Location"] == "/"
    again = client.get("/sign-in/", {"next": wanted})
    assert (again.status_code, again["Location"]) == (302, "/")


def test_the_session_has_another_key_after_signing_in(person: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["concord_session"] = planted or ""

    sign_in(client)

    assert client.session.session_key != planted


def test_sessions_end_with_the_password(person: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)

    new = "an entirely other one"
    changed = here.post("/me/password/", {"current": PASSWORD, "password": new})

    assert changed.status_code == 302
    assert here.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302


def test_sessions_and_tokens_end_with_the_account(person: User) -> None:
    client = Client()
    sign_in(client)
    _, secret = create_token(user=person, name="program", at=timezone.now())
    headers = {"Authorization": f"Token {secret}"}
    assert client.get("/me/").status_code == 200
    assert Client().get("/api/v1/me/", headers=headers).status_code == 200

    change_account(user=person, by=UserFactory(is_admin=True), is_active=False)

    assert client.get("/me/").status_code == 302
    assert Client().get("/api/v1/me/", headers=headers).status_code == 401


def test_a_role_ends_at_once(person: User) -> None:
    member = MembershipFactory(user=person, role="lead")
    client = Client()
    sign_in(client)
    page = f"/p/{member.project_id}/people/"
    assert client.get(page).status_code == 200

    Membership.objects.filter(pk=member.pk).update(role="annotator")
    assert client.get(page).status_code == 403
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get(page).status_code == 404


def test_secrets_are_kept_nowhere(person: User, caplog: pytest.LogCaptureFixture) -> None:
    """Not in logs, rows, or the cache, after they were used rightly and wrongly."""
    lead = MembershipFactory(user=person, role="lead")
    client = Client(raise_request_exception=False)
    sign_in(client)
    sign_in(Client(), password=f"{PASSWORD} but wrong")
    page = client.post("/me/tokens/", {"name": "program", "lasts": "30"}).content.decode()
    _, token = create_token(user=person, name="other", at=timezone.now())
    _, link = invite(
        by=person,
        project=lead.project,
        role="viewer",
        lasts=timedelta(days=1),
        at=timezone.now(),
    )
    for secret in (token, f"{token}x"):
        for path in ("/api/v1/me/", "/api/v1/projects/0/", "/api/v1/projects/"):
            headers = {"Authorization": f"Token {secret}"}
            client.get(path, headers=headers)
            Client().post(path, "{", content_type="application/json", headers=headers)
    assert Client().get(f"/join/{link}/").status_code == 200
    assert Client().post(f"/join/{link}/x").status_code == 404
    person.refresh_from_db()
    uid, mailed = (
        urlsafe_base64_encode(force_bytes(person.pk)),
        default_token_generator.make_token(person),
    )
    assert Client().get(f"/reset/{uid}/{mailed}/").status_code == 200
    assert Client().get(f"/reset/{uid}/{mailed}/x").status_code == 404
    Client().get("/me/", query_params={"next": f"/reset/{uid}/{mailed}/"})
    shown = re.findall(r"concord_[\w-]{43}", page)

    kept = caplog.text + _rows() + _cached()

    assert caplog.text
    assert len(set(shown)) == 1
    for secret in (PASSWORD, token, link, mailed, shown[0]):
        assert secret not in kept


def _rows() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        text = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            text += [row for (row,) in cursor.fetchall()]
    return "\n".join(text)


def _cached() -> str:
    cache.set("something", "so that something is there")
    client = our_cache().client()
    return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.keys("*"))
