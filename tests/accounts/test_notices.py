"""Notices: who is told what, in the application and by mail."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.actions import choose_mail, notify
from apps.accounts.jobs import mail_digest, mail_notices
from apps.accounts.models import Notice, Told
from apps.quality.actions.gating import move_annotator
from tests.accounts.mailbox import mailbox
from tests.comments.factories import ask, say
from tests.comments.test_threads import Room
from tests.factories import AnnotationFactory, UserFactory, user_of

pytestmark = pytest.mark.django_db
AT = timezone.now()


def told(user, text="Something", at=AT, url="/p/1/"):
    notify(user_ids=[user.pk], kind=Told.REPLY, text=text, url=url, project_id=1, at=at)


def notices_of(member):
    return [(one.kind, one.text) for one in Notice.objects.filter(user=member.user_id)]


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def smtp(settings):
    with mailbox() as (port, mails):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield mails


@pytest.mark.parametrize("is_blind", [True, False])
def test_leads_are_told_who_asks_and_who_asked_is_told_the_answer(is_blind):
    room = Room(is_blind=is_blind)
    thread = ask(room.one, "Is it?", task=room.task)

    name = "An annotator" if is_blind else "Ona One"
    assert notices_of(room.lead) == [("question", f"{name} asks in {room.project}: “Is it?”")]
    assert notices_of(room.one) == notices_of(room.two) == notices_of(room.reviewer) == []
    say(room.lead, thread, "It is.")
    assert notices_of(room.one) == [("reply", f"Lena Lead answers in {room.project}: “It is.”")]


def test_who_is_mentioned_is_told_once_they_may_see_it():
    room = Room(is_blind=False)
    thread = ask(room.one, task=room.task)

    say(room.lead, thread, "@Tim Two said praise")
    assert notices_of(room.two) == []
    AnnotationFactory(assignment=room.lent[room.two], answers={"wants": "praise"})
    say(room.lead, thread, "@Tim Two, why?")
    assert [kind for kind, _ in notices_of(room.two)] == ["mention"]


def test_the_same_is_not_said_twice_while_it_is_unread():
    room = Room(is_blind=True)
    thread = ask(room.one, task=room.task)
    say(room.lead, thread, "One.")
    say(room.lead, thread, "Two.")
    assert len(notices_of(room.one)) == 1

    Notice.objects.update(read_at=AT)
    say(room.lead, thread, "Three.")

    assert len(notices_of(room.one)) == 2


def test_at_a_gate_the_annotator_is_told_what_follows_and_no_figure():
    room = Room(is_blind=True)
    common: Any = {"member": room.one, "by": user_of(room.lead), "at": AT}
    move_annotator(**common, move="pause", reason="41 % on 12 known answers")
    move_annotator(**common, move="reinstate")

    said = [text for _, text in notices_of(room.one)]
    # The second leads to the same page and is told all the same once the first is read.
    assert "You are paused" in said[0]
    assert not any(re.search(r"\d+ ?%", text) for text in said)


def test_the_page_lists_marks_as_read_and_leads_on():
    person, other = UserFactory(), UserFactory()
    told(person, "Mine", url="/p/7/")
    told(other, "Theirs")
    client = client_of(person)

    page = client.get("/notices/").content.decode()
    assert "Mine" in page
    assert "Theirs" not in page
    assert "1 unread notice" in page
    mine, theirs = Notice.objects.order_by("pk")
    assert client.post(f"/notices/{theirs.pk}/").status_code == 404
    assert client.post(f"/notices/{mine.pk}/")["Location"] == "/p/7/"
    assert "unread notice" not in client.get("/notices/").content.decode()
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_what_is_unread_is_counted_along_with_the_person(django_assert_num_queries):
    person = UserFactory()
    Notice.objects.bulk_create(
        Notice(user=person, kind="reply", text="x", url="/", created_at=AT) for _ in range(150)
    )
    client = client_of(person)
    client.get("/me/password/")

    # Session, and the person with what they have not read.
    with django_assert_num_queries(2):
        page = client.get("/me/password/").content.decode()
    assert "99+" in page


@pytest.mark.parametrize("url", ["https://example.org/", "//example.org/", ""])
def test_no_notice_leads_out(url):
    with pytest.raises(IntegrityError), transaction.atomic():
        told(UserFactory(), url=url)


def test_unread_notices_are_mailed_by_smtp_once_a_day_and_ended_by_one_press(smtp, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://label.example.org"]
    person = UserFactory(name="Änne", email="aenne@example.org")
    told(person, "Lena answers: “a < b & c”", at=AT - timedelta(hours=1), url="/p/7/threads/3/")
    told(person, "Read", at=AT - timedelta(hours=1), url="/p/8/")
    Notice.objects.filter(text="Read").update(read_at=AT)

    mail_notices()
    mail_notices()

    assert len(smtp) == 1
    mail = email.message_from_bytes(smtp[0], policy=email.policy.default)
    assert (mail["To"], mail["Subject"]) == ("aenne@example.org", "Concord: 1 notice")
    body = mail.get_content()
    assert "“a < b & c”" in body
    assert "https://label.example.org/p/7/threads/3/" in body
    assert "Read" not in body
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # As a mail program does: no session, no token.
    url = mail["List-Unsubscribe"].strip(" <>").removeprefix("https://label.example.org")
    program = Client(enforce_csrf_checks=True)
    assert program.get(url).status_code == 200
    person.refresh_from_db()
    assert not hasattr(person, "mail_choice") or person.mail_choice.digest == "day"
    assert program.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    person.refresh_from_db()
    assert person.mail_choice.digest == "off"


def test_a_changed_link_ends_nobodys_mails():
    assert Client().post("/notices/unsubscribe/1:abc/").status_code == 404


def test_a_refused_address_keeps_no_mail_from_the_others_and_is_tried_again(smtp):
    first = UserFactory(email="refused@example.org")
    second = UserFactory()
    for person in (first, second):
        told(person, at=AT - timedelta(hours=1))

    mail_notices()

    assert len(smtp) == 1
    assert Notice.objects.get(user=first).mailed_at is None
    assert Notice.objects.get(user=second).mailed_at is not None


@pytest.mark.parametrize(
    ("digest", "hours", "is_sent"),
    [("day", 23, False), ("day", 25, True), ("hour", 2, True), ("off", 99, False)],
)
def test_mails_come_as_often_as_was_chosen(digest, hours, is_sent, mailoutbox):
    person = UserFactory()
    told(person)
    assert mail_digest(user_id=person.pk, at=AT)
    choose_mail(user_id=person.pk, digest=digest)
    told(person, url="/p/2/")

    assert mail_digest(user_id=person.pk, at=AT + timedelta(hours=hours)) is is_sent
    assert len(mailoutbox) == 1 + is_sent


def test_a_closed_account_gets_no_mail(mailoutbox):
    person = UserFactory(is_active=False)
    told(person, at=AT - timedelta(hours=1))

    mail_notices()

    assert mailoutbox == []


def test_how_often_is_chosen_on_the_page():
    person = UserFactory()
    client = client_of(person)

    client.post("/notices/mail/", {"digest": "hour"})
    client.post("/notices/mail/", {"digest": "never!"})

    person.refresh_from_db()
    assert person.mail_choice.digest == "hour"
