"""Signed addresses: the same for some hours, dead some hours later, and never more than membership gives."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from apps.accounts.models import User
from apps.projects.models import Membership
from apps.tasks.actions.addresses import drawn_address, lent_address, media_address
from apps.tasks.actions.assets import keep_asset
from tests.factories import MembershipFactory, UserFactory, user_of
from tests.tasks.pictures import picture

NOON, HOUR = 1_800_014_400, 3600


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_HOURS = 12


@pytest.fixture
def member(db):
    return MembershipFactory(role="annotator")


@pytest.fixture
def asset(member):
    return keep_asset(project=member.project, name="a.png", file=picture()).asset


@pytest.fixture
def inside(member, client):
    # At the time of the test: a session has an age, too.
    with time_machine.travel(NOON, tick=False):
        client.force_login(user_of(member), backend="apps.accounts.permissions.PasswordBackend")
    return client


def code(client, url):
    answer = client.get(url)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def at(hours):
    return time_machine.travel(NOON + hours * HOUR, tick=False)


def test_an_address_stays_the_same_for_its_hours_and_works_as_long_again(asset, inside):
    begin = NOON // (12 * HOUR) * 12 - NOON // HOUR  # of this window, in hours from noon
    with at(begin):
        first = media_address(asset.pk)
        answer = inside.get(first)
        assert answer["Cache-Control"] == f"private, max-age={24 * HOUR}, immutable"
        answer.getvalue()
    with at(begin + 11.9):
        assert media_address(asset.pk) == first
    with at(begin + 12.1):
        assert media_address(asset.pk) != first
    with at(begin + 23.9):
        assert code(inside, first) == 200
    with at(begin + 24.1):
        assert code(inside, first) == 404


@pytest.mark.parametrize("address_of", [media_address, lambda pk: drawn_address(pk, "peaks")])
def test_what_is_not_ours_is_nothing(asset, inside, address_of):
    url = address_of(asset.pk)
    other = url.replace(f"/{asset.pk}:", f"/{asset.pk + 1}:")

    for wrong in (other, url.replace(":", "", 1), url[:-3] + "x/", f"/media/{asset.pk}/"):
        assert code(inside, wrong) == 404


def test_a_page_address_asks_for_a_member_who_is_signed_in(asset, inside, member):
    url, stranger = media_address(asset.pk), Client()
    stranger.force_login(UserFactory(), backend="apps.accounts.permissions.PasswordBackend")

    assert code(inside, url) == 200
    assert code(Client(), url) == 302
    assert code(stranger, url) == 404
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    assert code(inside, url) == 404


def test_a_lent_address_needs_no_session_and_ends_with_the_membership(asset, member):
    url = lent_address(asset.pk, member.user_id)

    answer = Client().get(url)
    assert answer.getvalue() == picture().getvalue()
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    with at(10_000):
        assert code(Client(), url) == 404
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert code(Client(), url) == 404
    User.objects.filter(pk=member.user_id).update(is_active=True)
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    assert code(Client(), url) == 404


def test_one_kind_of_address_is_not_the_other(asset, inside, member):
    page, lent = media_address(asset.pk), lent_address(asset.pk, member.user_id)

    assert code(Client(), page.replace("/media/", "/lent/")) == 404
    assert code(inside, lent.replace("/lent/", "/media/")) == 404


def test_no_log_has_a_signed_address(asset, member, caplog):
    url = lent_address(asset.pk, member.user_id)

    with caplog.at_level("INFO"):
        code(Client(), url)

    said = " ".join(str(record.msg) for record in caplog.records)
    assert "/lent/\N{HORIZONTAL ELLIPSIS}/" in said
    assert url.split(":")[-1].strip("/") not in said
