"""Signing in and out, and what can be done with one's own account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import apps.accounts.jobs  # noqa: F401  (registers what `run_job` is to run)
from apps.accounts.actions import authenticate_token, create_token
from apps.accounts.models import ApiToken, User
from apps.accounts.views.accounts import LOCKED, WRONG
from apps.core.jobs import run_job
from apps.core.models import JobRun
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
SIGN_IN = "/sign-in/"


@pytest.fixture
def person() -> User:
    return User.objects.create_user(email="Amina@Example.org", password=PASSWORD, name="Amina")


def sign_in(client: Client, email="amina@example.org", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def plain(response) -> str:
    """The page without what differs each time: tokens, and what was typed."""
    page = response.content.decode()
    return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page)


def test_sign_in_leads_to_the_projects(client, person):
    response = sign_in(client, email="AMINA@example.org")
    assert (response.status_code, response.url) == (302, "/")
    assert get_user(client).pk == person.pk
    assert client.session.get_expire_at_browser_close()


def test_stay_signed_in_outlives_the_browser(client, person):
    sign_in(client, stay="on")
    assert not client.session.get_expire_at_browser_close()


def test_the_session_has_a_new_key_after_sign_in(client, person):
    client.get(SIGN_IN)
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_a_wrong_email_and_a_wrong_password_get_the_same_answer(client, person):
    wrong = [sign_in(client, password="not the password"), sign_in(client, email="no@example.org")]
    pages = {plain(page) for page in wrong}
    assert {page.status_code for page in wrong} == {422}
    assert len(pages) == 1
    assert WRONG in pages.pop()


@pytest.mark.parametrize("email", ["amina@example.org", "nobody@example.org"])
def test_many_wrong_passwords_lock_the_account_from_this_place(client, person, email):
    answers = [sign_in(client, email=email, password="wrong") for _ in range(6)]
    assert answers[-1].status_code == 429
    assert LOCKED in answers[-1].content.decode()
    assert sign_in(client, email=email).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, email=email).status_code == (302 if "amina" in email else 422)


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example/", r"/\evil.example", "https:evil.example", "evil",
     "javascript:alert(1)", "\thttps://evil.example", "///evil.example", "http:///evil.example"],
)  # fmt: skip
def test_next_never_leads_away(client, person, wanted):
    assert sign_in(client, next=wanted).url == "/"


def test_next_leads_back_to_the_page(client, person):
    response = client.get("/me/tokens/")
    assert response.url == f"{SIGN_IN}?next=/me/tokens/"
    page = client.get(response.url).content.decode()
    assert 'name="next" value="/me/tokens/"' in page
    assert sign_in(client, next="/me/tokens/").url == "/me/tokens/"


def test_a_closed_account_opens_nothing(client, person):
    _, secret = create_token(user=person, name="t", at=timezone.now())
    sign_in(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302
    assert sign_in(Client()).status_code == 422
    assert authenticate_token(secret=secret, at=timezone.now()) is None


def test_sign_out_needs_a_post(client, person):
    client.force_login(person)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert not get_user(client).is_authenticated


def test_signing_out_twice_as_from_two_tabs_ends_at_the_sign_in_page(client, person):
    client.force_login(person)
    assert client.post("/sign-out/").url == SIGN_IN
    assert client.post("/sign-out/").url == SIGN_IN


def test_after_signing_in_one_is_where_the_form_stood(client):
    """The address of the form itself may take a POST alone, and would show nothing."""
    form = {"headers": {"Referer": "http://testserver/me/tokens/?a=1"}}
    foreign = {"headers": {"Referer": "http://evil.example/me/"}}

    assert client.post("/me/tokens/7/revoke/", **form).url == f"{SIGN_IN}?next=/me/tokens/%3Fa%3D1"
    assert client.post("/me/tokens/7/revoke/", **foreign).url == f"{SIGN_IN}?next=/"
    assert client.get("/me/tokens/").url == f"{SIGN_IN}?next=/me/tokens/"


def test_the_sign_in_page_never_gets_into_a_part_of_a_page(client):
    answer = client.post("/me/tokens/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (401, b"You are signed out.")


def test_a_page_from_before_signing_in_again_says_so(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    answer = client.post("/sign-out/")

    assert answer.status_code == 403
    assert "older than your session" in answer.content.decode()


class TestReset:
    def ask(self, client, email):
        response = client.post("/reset/", {"email": email})
        for job in JobRun.objects.filter(kind="accounts.mail_reset", state="queued"):
            run_job(job.pk)
        return response

    def test_the_mailed_link_sets_a_password_once_and_ends_sessions(self, client, person):
        elsewhere = Client()
        elsewhere.force_login(person)
        self.ask(client, "AMINA@example.org")
        link = re.search(r"http://testserver(/reset/\S+)", str(mail.outbox[0].body))[1]
        assert client.post(link, {"password": "password"}).status_code == 422
        assert client.post(link, {"password": "another long one"}).url == SIGN_IN
        assert client.get(link).status_code == 410
        assert elsewhere.get("/me/").status_code == 302
        assert sign_in(client, password="another long one").status_code == 302

    def test_a_new_password_opens_what_wrong_ones_have_locked(self, client, person):
        guesses = [sign_in(client, password="wrong").status_code for _ in range(6)]
        assert guesses[-1] == 429
        self.ask(client, person.email)
        link = re.search(r"http://testserver(/reset/\S+)", str(mail.outbox[0].body))[1]
        client.post(link, {"password": "another long one"})
        assert sign_in(client, password="another long one").status_code == 302

    def test_whoever_is_signed_in_here_is_signed_out_by_it(self, client, person):
        self.ask(client, person.email)
        link = re.search(r"http://testserver(/reset/\S+)", str(mail.outbox[0].body))[1]
        client.force_login(UserFactory())
        assert client.post(link, {"password": "another long one"}).url == SIGN_IN
        assert "Your password is changed" in client.get(SIGN_IN).content.decode()

    def test_the_answer_does_not_tell_who_has_an_account(self, client, person):
        known, unknown = self.ask(client, person.email), self.ask(client, "no@example.org")
        assert plain(known) == plain(unknown)
        assert [m.to for m in mail.outbox] == [[person.email]]

    def test_asking_again_and_again_sends_a_bounded_number(self, client, person):
        for _ in range(12):
            self.ask(client, person.email)
        assert len(mail.outbox) == 10

    @pytest.mark.parametrize("uid", ["x", "MQ", "____", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
    def test_a_made_up_link_says_that_it_does_not_hold(self, client, uid):
        assert client.get(f"/reset/{uid}/abc-def/").status_code == 410


class TestPassword:
    def test_a_change_signs_out_other_devices_only(self, client, person):
        elsewhere = Client()
        for each in (client, elsewhere):
            each.force_login(person)
        client.post("/me/password/", {"current": PASSWORD, "password": "another long one"})
        assert client.get("/me/").status_code == 200
        assert elsewhere.get("/me/").status_code == 302

    def test_the_current_one_is_needed(self, client, person):
        client.force_login(person)
        page = client.post("/me/password/", {"current": "x", "password": "another long one"})
        assert "not your current password" in page.content.decode()
        assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_profile_keeps_name_and_colours_and_nothing_else(client, person):
    client.force_login(person)
    client.post("/me/", {"name": "Amina K", "theme": "dark", "is_admin": "1", "email": "x@y.org"})
    kept = User.objects.get(pk=person.pk)
    assert (kept.name, kept.theme, kept.is_admin) == ("Amina K", "dark", False)
    assert kept.email == "amina@example.org"
    assert client.cookies["theme"].value == "dark"


class TestTokens:
    def test_the_secret_is_shown_once_and_kept_nowhere(self, client, person):
        client.force_login(person)
        page = client.post("/me/tokens/", {"name": "Nightly", "lasts": "30"}).content.decode()
        secret = re.search(r"concord_[\w-]{43}", page)[0]
        token = ApiToken.objects.get()
        assert secret not in client.get("/me/tokens/").content.decode()
        assert secret not in str(token.__dict__)
        assert secret.startswith(token.hint)
        assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=30)

    def test_it_opens_until_it_is_revoked(self, client, person):
        token, secret = create_token(user=person, name="t", at=timezone.now())
        used = authenticate_token(secret=secret, at=timezone.now())
        assert used is not None
        assert used.user == person
        assert ApiToken.objects.get().last_used_at is not None
        client.force_login(person)
        client.post(reverse("accounts:revoke_token", args=[token.pk]))
        assert authenticate_token(secret=secret, at=timezone.now()) is None

    def test_it_runs_out(self, person):
        at = timezone.now()
        _, secret = create_token(user=person, name="t", at=at, lasts=timedelta(days=1))
        assert authenticate_token(secret=secret, at=at + timedelta(hours=23))
        assert authenticate_token(secret=secret, at=at + timedelta(hours=25)) is None

    def test_nobody_revokes_anothers(self, client, person):
        token, _ = create_token(user=UserFactory(), name="t", at=timezone.now())
        client.force_login(person)
        response = client.post(reverse("accounts:revoke_token", args=[token.pk]))
        assert response.status_code == 404
        assert ApiToken.objects.get().revoked_at is None


class TestPeople:
    def test_only_an_administrator_sees_and_changes_accounts(self, client, person):
        client.force_login(person)
        assert client.get("/people/").status_code == 403
        url = reverse("accounts:change_user", args=[person.pk])
        assert client.post(url, {"do": "make_admin"}).status_code == 403
        assert not User.objects.get(pk=person.pk).is_admin

    def test_an_administrator_closes_and_opens(self, client, person):
        client.force_login(UserFactory(is_admin=True))
        url = reverse("accounts:change_user", args=[person.pk])
        client.post(url, {"do": "close"})
        assert not User.objects.get(pk=person.pk).is_active
        client.post(url, {"do": "open"})
        assert User.objects.get(pk=person.pk).is_active

    @pytest.mark.parametrize("do", ["close", "unmake_admin"])
    def test_the_last_administrator_stays(self, client, do):
        admin = UserFactory(is_admin=True)
        client.force_login(admin)
        client.post(reverse("accounts:change_user", args=[admin.pk]), {"do": do})
        kept = User.objects.get(pk=admin.pk)
        assert (kept.is_admin, kept.is_active) == (True, True)


@pytest.mark.parametrize("url", ["/sign-in/", "/reset/", "/me/", "/me/password/", "/me/tokens/"])
def test_every_page_shows(client, person, url):
    if url.startswith("/me"):
        client.force_login(person)
    page = client.get(url)
    assert page.status_code == 200
    assert "style=" not in page.content.decode()
