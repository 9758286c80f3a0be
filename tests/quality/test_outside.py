"""Appeals from outside: one for each reference, answered by mail, erased when it is time."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Notice
from apps.annotations.models import Gold
from apps.core.models import AuditEvent
from apps.projects.models import Membership, Project
from apps.quality.actions.appeal_figures import figures_of
from apps.quality.actions.appeal_links import (
    LinkEnded,
    NoSuchLink,
    form_address,
    read_form,
    read_state,
    state_address,
)
from apps.quality.actions.appeal_mails import mail_answers
from apps.quality.actions.appeals import decide_appeal
from apps.quality.actions.outside import (
    MOST_WAITING,
    TooManyAppeals,
    desk_of,
    erase_appeal,
    erase_what_is_old,
    open_appeal,
    set_desk,
)
from apps.quality.actions.rulings import BadAppeal, DecidedAlready, HasSeenIt, Ruling
from apps.quality.models import Appeal
from apps.tasks.models import Task
from tests.accounts.mailbox import mailbox
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory
from tests.quality.reviews import given, reviewer

pytestmark = pytest.mark.django_db
ME = "ann@example.org"


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    return Project.objects.get(pk=made.pk)


@pytest.fixture
def smtp(settings: Any) -> Iterator[list[bytes]]:
    with mailbox() as (port, mails):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield mails


def appeal_to(project: Project, text: str = "I was joking.", **more: Any) -> Appeal:
    task = more.pop("task", None) or given(project, "complaint").task
    appeal, _ = open_appeal(
        project=project, task=task, text=text, at=more.pop("at", timezone.now()), **more
    )
    return appeal


def decide(appeal: Appeal, outcome: str = "upheld", **more: Any) -> Appeal:
    by = more.pop("by", None) or reviewer(appeal.project)
    return decide_appeal(
        appeal_id=appeal.pk,
        by=by,
        ruling=Ruling(outcome, "It is one.", **more),
        at=timezone.now(),
    )


def signed(address: str) -> str:
    return address.split("/")[2]


def text_of(mail: bytes) -> str:
    parsed = email.message_from_bytes(mail, policy=email.policy.default)
    return str(parsed["To"]) + parsed.get_content()


def test_the_contact_belongs_to_what_a_reference_names(project: Project) -> None:
    first = appeal_to(project, reference="T-1", contact=ME)
    again = appeal_to(project, reference="T-1", contact=ME, task=first.task)

    assert again == first
    with pytest.raises(DecidedAlready):
        appeal_to(project, reference="T-1", contact="other@example.org", task=first.task)
    with pytest.raises(DecidedAlready):
        appeal_to(project, reference="T-1", contact=ME)


def test_a_form_sent_twice_is_one_appeal(project: Project) -> None:
    key, task = uuid4(), TaskFactory(project=project)

    assert appeal_to(project, task=task, key=key) == appeal_to(project, task=task, key=key)


def test_one_task_takes_so_many_by_its_page_and_more_by_people(project: Project) -> None:
    task = TaskFactory(project=project)
    for _ in range(MOST_WAITING):
        appeal_to(project, task=task, key=uuid4())

    with pytest.raises(TooManyAppeals):
        appeal_to(project, task=task, key=uuid4())
    appeal_to(project, task=task)
    appeal_to(project, key=uuid4())


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 5_001}, "text"),
        ({"contact": "nobody"}, "contact"),
        ({"contact": f"a@{'x' * 250}.org"}, "contact"),
        ({"reference": "x" * 201}, "reference"),
        ({"reference": "a\0"}, "reference"),
    ],
)
def test_a_bad_appeal_is_refused_by_its_place(
    project: Project, more: dict[str, Any], place: str
) -> None:
    with pytest.raises(BadAppeal) as refused:
        appeal_to(project, **more)

    assert set(refused.value.errors) == {place}
    assert not Appeal.objects.exists()


def test_leads_are_told_once_while_it_is_unread(project: Project) -> None:
    lead = MembershipFactory(project=project, role="lead")
    appeal_to(project)
    appeal_to(project)

    told = Notice.objects.get(user=lead.user_id)
    assert (told.kind, told.url) == ("appeal", f"/p/{project.pk}/appeals/")


def test_overturned_the_answers_are_the_decision_and_may_become_known(project: Project) -> None:
    appeal = decide(appeal_to(project), "overturned", answers={"intent": "praise"}, is_gold=True)

    assert appeal.decision is not None
    assert appeal.decision.answers == {"intent": "praise"}
    assert Gold.objects.get(task=appeal.task).answers == {"intent": "praise"}


def test_who_answered_the_task_does_not_decide(project: Project) -> None:
    annotation = given(project)
    Membership.objects.filter(pk=annotation.annotator_id).update(role="reviewer")
    appeal = appeal_to(project, task=annotation.task)

    with pytest.raises(HasSeenIt):
        decide(appeal, by=Membership.objects.get(pk=annotation.annotator_id))


def test_who_decided_another_appeal_about_it_does_not_decide(project: Project) -> None:
    task, ada = given(project).task, reviewer(project)
    decide(appeal_to(project, task=task), by=ada)

    with pytest.raises(HasSeenIt):
        decide(appeal_to(project, task=task), by=ada)


def test_an_address_opens_its_task_and_nothing_by_another_salt(project: Project) -> None:
    desk = set_desk(project=project, is_open=True)
    one, other = (TaskFactory(project=project) for _ in range(2))
    address, of_other = (form_address(desk=desk, task_id=task.pk) for task in (one, other))
    state = state_address(appeal_to(project, task=one))

    assert read_form(signed(address))[1] == one
    cut = signed(of_other).split(":")
    for wrong in (
        signed(state),
        f"{desk.series}.{one.pk}:{cut[1]}",
        f"{desk.series}.{one.pk}",
        "",
        "x:y",
    ):
        with pytest.raises(NoSuchLink):
            read_form(wrong)
    with pytest.raises(NoSuchLink):
        read_state(signed(address))


def test_addresses_end_when_the_desk_closes_or_begins_anew(project: Project) -> None:
    desk = set_desk(project=project, is_open=True)
    task = TaskFactory(project=project)
    first = signed(form_address(desk=desk, task_id=task.pk))

    newer = set_desk(project=project, is_anew=True)
    second = signed(form_address(desk=newer, task_id=task.pk))

    with pytest.raises(LinkEnded):
        read_form(first)
    assert read_form(second)[1] == task
    Task.objects.filter(pk=task.pk).update(erased_at=timezone.now())
    with pytest.raises(LinkEnded):
        read_form(second)
    Task.objects.filter(pk=task.pk).update(erased_at=None)
    set_desk(project=project, is_open=False)
    with pytest.raises(LinkEnded):
        read_form(second)
    Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())
    with pytest.raises(NoSuchLink):
        read_form(second)


@pytest.mark.parametrize(
    ("given_", "place"),
    [
        ({"shown": ["meta"]}, "shown"),
        ({"shown": ["picture"]}, "shown"),
        ({"target_days": 0}, "target_days"),
        ({"keep_days": 0}, "keep_days"),
        ({"words": "x" * 1_001}, "words"),
    ],
)
def test_a_desk_shows_declared_fields_without_files(
    project: Project, given_: dict[str, Any], place: str
) -> None:
    project.fields = [
        {"name": "text", "display": "text"},
        {"name": "picture", "display": "image"},
    ]
    project.save()

    with pytest.raises(BadAppeal) as refused:
        set_desk(project=project, **given_)

    assert set(refused.value.errors) == {place}
    assert set_desk(project=project, shown=["text"]).shown == ["text"]


def test_the_answer_is_mailed_once_and_names_nobody(project: Project, smtp: list[bytes]) -> None:
    third = reviewer(project)
    appeal = appeal_to(project, text="Buy at spam.example", contact=ME, reference="T-9")
    appeal_to(project, contact="waits@example.org")
    assert mail_answers(at=timezone.now()) == 0
    decide(appeal, by=third)

    assert mail_answers(at=timezone.now()) == 1
    assert mail_answers(at=timezone.now()) == 0

    (mail,) = smtp
    text = text_of(mail)
    assert text.startswith(ME)
    assert "The decision stays as it was." in text
    assert "It is one." in text
    assert state_address(appeal) in text
    for hidden in (str(third), third.user.email if third.user else "", "spam.example"):
        assert hidden not in text
    assert Appeal.objects.get(pk=appeal.pk).told_at is not None


def test_a_mail_that_does_not_go_is_tried_again_later_and_others_go(
    project: Project, smtp: list[bytes]
) -> None:
    bad = decide(appeal_to(project, contact="refused@example.org"))
    decide(appeal_to(project, contact=ME))
    at = timezone.now()

    assert mail_answers(at=at) == 1
    assert mail_answers(at=at) == 0
    tried = Appeal.objects.get(pk=bad.pk)
    assert (tried.mail_tries, tried.told_at) == (1, None)
    mail_answers(at=at + timedelta(seconds=90))
    assert Appeal.objects.get(pk=bad.pk).mail_tries == 2
    assert len(smtp) == 1
    for _ in range(20):
        at += timedelta(days=1)
        mail_answers(at=at)
    assert Appeal.objects.get(pk=bad.pk).mail_tries == 10


def test_erased_nothing_of_the_appellant_is_left_and_the_decision_stays(project: Project) -> None:
    appeal = appeal_to(project, reference="T-1", contact=ME)
    decide(appeal)

    erased = erase_appeal(appeal_id=appeal.pk, project=project, at=timezone.now())

    assert (erased.text, erased.contact, erased.state) == ("", "", "upheld")
    assert erased.explanation == "It is one."
    told = " ".join(str(one.detail) + one.subject for one in AuditEvent.objects.all())
    assert ME not in told
    assert "joking" not in told
    with pytest.raises(DecidedAlready, match="erased"):
        appeal_to(project, reference="T-1", contact=ME, task=appeal.task)


def test_what_waits_is_taken_back_when_it_is_erased(project: Project) -> None:
    appeal = appeal_to(project)
    erase_appeal(appeal_id=appeal.pk, project=project, at=timezone.now())

    assert Appeal.objects.get().state == "withdrawn"
    with pytest.raises(DecidedAlready):
        decide(appeal)


def test_old_ones_are_erased_by_themselves_once_they_are_answered(project: Project) -> None:
    set_desk(project=project, keep_days=30)
    answered, unanswered, young = (
        decide(appeal_to(project, contact=contact)) for contact in ("", ME, "")
    )
    old = timezone.now() - timedelta(days=31)
    Appeal.objects.filter(pk__in=[answered.pk, unanswered.pk]).update(decided_at=old)

    assert erase_what_is_old(at=timezone.now()) == 1
    assert [one.erased_at is None for one in Appeal.objects.order_by("pk")] == [False, True, True]
    Appeal.objects.filter(pk=unanswered.pk).update(told_at=timezone.now())
    assert erase_what_is_old(at=timezone.now()) == 1
    assert Appeal.objects.get(pk=young.pk).text


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"text": ""}, "an_appeal_says_what_it_objects_to_until_it_is_erased"),
        ({"erased_at": timezone.now()}, "an_appeal_says_what_it_objects_to_until_it_is_erased"),
        (
            {"state": "withdrawn", "decided_at": timezone.now()},
            "who_decides_an_appeal_explains_it_by_a_rule",
        ),
    ],
)
def test_the_database_refuses_what_cannot_be(
    project: Project, change: dict[str, Any], constraint: str
) -> None:
    appeal_to(project)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.update(**change)


def test_the_figures_have_their_limits(project: Project) -> None:
    at = timezone.now()
    appeals = [appeal_to(project, at=at - timedelta(days=9)) for _ in range(8)]
    for one in appeals[:6]:
        decide(one, "overturned" if one is appeals[0] else "upheld", answers={"intent": "praise"})
    appeal_to(project)

    told = figures_of(project, target_days=desk_of(project).target_days, at=at)

    outside = told["outside"]
    assert (outside.opened, outside.waiting, outside.late) == (9, 3, 2)
    assert outside.overturned.n == 6
    assert outside.overturned.low is not None
    assert outside.overturned.high is not None
    assert outside.overturned.low < 1 / 6 < outside.overturned.high
    assert outside.seconds.value == pytest.approx(9 * 86_400, rel=0.01)
    assert outside.decisions == 9
    assert outside.rate.value == 1_000
    assert told["inside"].rate.value is None
