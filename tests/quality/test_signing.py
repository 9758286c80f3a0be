"""Signatures of readings and decisions: by the password, of what was shown, and of nothing else."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.actions import Confirmed
from apps.annotations.actions import revise_annotation
from apps.annotations.models import Annotation
from apps.projects.actions import BadProject
from apps.projects.actions.protocols import switch_protocol
from apps.projects.models import Membership, Project, Signature, Signed
from apps.quality.actions import BadDecision, adjudicate
from apps.quality.actions.signing import (
    Named,
    decisions_to_sign,
    readings_to_sign,
    sign_own,
    subject_of_decision,
    subject_of_reading,
    verified,
)
from apps.quality.models import Adjudication, Outcome
from apps.tasks.models import Assignment, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    user_of,
)
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db
PASSWORD = "seven long words 42"
READ = "I have read this case myself"
BACKEND = "apps.accounts.permissions.PasswordBackend"


@pytest.fixture
def reader() -> Membership:
    """A reviewer, so that the same person reads and decides, in a regulated project."""
    member: Membership = MembershipFactory(role="reviewer")
    QuestionFactory(
        project=member.project, name="intent", title="What is it?", labels=["praise", "b"]
    )
    person = user_of(member)
    person.set_password(PASSWORD)
    person.save()
    switch_protocol(project=member.project, is_on=True, by=person, at=timezone.now())
    return member


@pytest.fixture
def page(client: Client, reader: Membership) -> str:
    client.force_login(user_of(reader), backend=BACKEND)
    return reverse("quality:to_sign", args=[reader.project_id])


def read_case(reader: Membership, said: str = "praise", **task: Any) -> Annotation:
    lent = AssignmentFactory(task=TaskFactory(project=reader.project, **task), annotator=reader)
    given: Annotation = AnnotationFactory(assignment=lent, answers={"intent": said})
    return given


def revise(given: Annotation, said: str) -> Annotation:
    taken = revise_annotation(
        annotation_id=given.pk,
        by=user_of(given.annotator),
        key=uuid.uuid4(),
        answers={"intent": said},
        at=timezone.now(),
    )
    return taken.annotation


def decide(reader: Membership, **more: Any) -> Adjudication:
    made: Adjudication = Adjudication.objects.create(
        project=reader.project,
        task=TaskFactory(project=reader.project),
        outcome="decided",
        answers={"intent": "praise"},
        reason="By rule 2.",
        decided_by=user_of(reader),
        **more,
    )
    return made


def name_of(row: Annotation | Adjudication) -> str:
    one = subject_of_reading(row) if isinstance(row, Annotation) else subject_of_decision(row)
    return f"{one.kind.value}-{one.pk}-{one.digest}"


def post(client: Client, page: str, *rows: str, **given: str) -> Any:
    body = {"sign": list(rows), "meaning": READ, "password": PASSWORD, **given}
    return client.post(page, body)


class TestPage:
    def test_readings_and_decisions_are_shown_and_signed_by_one_password(
        self, client: Client, page: str, reader: Membership
    ) -> None:
        given, made = read_case(reader, data={"text": "The shadow"}), decide(reader)
        shown = client.get(page).content.decode()
        for words in ("The shadow", "What is it?", "By rule 2.", name_of(given), name_of(made)):
            assert words in shown

        answer = post(client, page, name_of(given), name_of(made))

        assert answer.status_code == 302
        signed = Signature.objects.order_by("pk")
        assert [(row.kind, row.subject_id, row.meaning) for row in signed] == [
            ("reading", given.pk, READ),
            ("decision", made.pk, READ),
        ]
        assert {row.signer_name for row in signed} == {user_of(reader).name}
        assert all(is_good for _, is_good in verified(list(signed)))
        assert "Nothing waits for your signature" in client.get(page).content.decode()

    def test_only_what_is_ticked_is_signed(
        self, client: Client, page: str, reader: Membership
    ) -> None:
        first, second = read_case(reader), read_case(reader)
        post(client, page, name_of(second))
        assert [row.subject_id for row in Signature.objects.all()] == [second.pk]
        assert list(readings_to_sign(reader.project, user_of(reader))) == [first]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"password": "wrong"}, "The password is wrong. Nothing is signed."),
            ({"password": ""}, "This field is required."),
            ({"meaning": "I like it"}, "Select a valid choice"),
        ],
    )
    def test_refusals_keep_what_was_ticked(
        self, client: Client, page: str, reader: Membership, given: dict[str, str], words: str
    ) -> None:
        one = read_case(reader)
        answer = post(client, page, name_of(one), **given)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert words in text
        assert re.search(rf'value="{name_of(one)}" checked', text)
        assert PASSWORD not in text
        assert not Signature.objects.exists()

    @pytest.mark.parametrize(
        "sent", ["", "reading-1", "amendment-1-00", "reading-x-00", "reading-9-"]
    )
    def test_what_cannot_be_signed_is_refused(
        self, client: Client, page: str, reader: Membership, sent: str
    ) -> None:
        read_case(reader)
        answer = post(client, page, *([sent] if sent else []))
        assert answer.status_code == 422
        assert not Signature.objects.exists()

    def test_wrong_passwords_are_slowed_down(
        self, client: Client, page: str, reader: Membership
    ) -> None:
        one = read_case(reader)
        for _ in range(5):
            post(client, page, name_of(one), password="wrong")
        assert "Too many wrong passwords" in post(client, page, name_of(one)).content.decode()
        assert not Signature.objects.exists()

    def test_a_page_costs_the_same_however_many_wait(
        self, client: Client, page: str, reader: Membership
    ) -> None:
        read_case(reader)
        with CaptureQueriesContext(connection) as one:
            client.get(page)
        for _ in range(12):
            read_case(reader)
        with CaptureQueriesContext(connection) as many:
            assert "The oldest are shown" in client.get(page).content.decode()
        assert len(many) <= len(one) <= 9

    def test_without_a_protocol_nothing_is_signed(self, client: Client) -> None:
        member = MembershipFactory()
        client.force_login(user_of(member), backend=BACKEND)
        read_case(member)
        page = reverse("quality:to_sign", args=[member.project_id])
        assert "Nothing is signed here" in client.get(page).content.decode()
        assert (
            "quality:to_sign"
            not in client.get(f"/p/{member.project_id}/annotate/").content.decode()
        )

    def test_the_annotating_page_and_the_bench_count_what_waits(
        self, client: Client, page: str, reader: Membership
    ) -> None:
        notice = reverse("quality:to_sign_notice", args=[reader.project_id])
        assert notice in client.get(f"/p/{reader.project_id}/annotate/").content.decode()
        assert client.get(notice).content.strip() == b""
        read_case(reader)
        decide(reader)
        assert (
            "2 of your readings, decisions and verdicts wait for"
            in client.get(notice).content.decode()
        )


class TestWhatWaits:
    def test_a_revision_waits_again_and_the_old_signature_stands(self, reader: Membership) -> None:
        first = read_case(reader)
        sign(reader, first)
        second = revise(first, "b")

        assert list(readings_to_sign(reader.project, user_of(reader))) == [second]
        [(_, is_good)] = verified(list(Signature.objects.all()))
        assert is_good

    def test_others_readings_and_what_stands_apart_do_not_wait(self, reader: Membership) -> None:
        read_case(MembershipFactory(project=reader.project))
        apart = read_case(reader)
        Assignment.objects.filter(pk=apart.assignment_id).update(apart="practice", holds_slot=False)
        assert not readings_to_sign(reader.project, user_of(reader)).exists()

    def test_a_decision_that_was_taken_back_does_not_wait(self, reader: Membership) -> None:
        made = decide(reader)
        Adjudication.objects.create(
            project=reader.project,
            task=made.task,
            outcome="reopened",
            predecessor=made,
            decided_by=user_of(reader),
        )
        assert not decisions_to_sign(reader.project, user_of(reader)).exists()

    def test_what_was_revised_meanwhile_is_refused_with_all_the_rest(
        self, reader: Membership
    ) -> None:
        first, other = read_case(reader), read_case(reader)
        named = [named_of(other), named_of(first)]
        revise(first, "b")
        with pytest.raises(BadProject, match="not as you were shown it"), transaction.atomic():
            sign_own(
                project=reader.project, shown=named, meaning=READ, by=Confirmed(user_of(reader))
            )
        assert not Signature.objects.exists()

    def test_another_digest_than_the_contents_is_refused(self, reader: Membership) -> None:
        given, other = read_case(reader), read_case(reader, said="b")
        moved = Named(Signed.READING, given.pk, named_of(other).digest)
        with pytest.raises(BadProject, match="not as you were shown it"):
            sign_own(
                project=reader.project, shown=[moved], meaning=READ, by=Confirmed(user_of(reader))
            )

    def test_somebody_elses_reading_cannot_be_signed(self, reader: Membership) -> None:
        theirs = read_case(MembershipFactory(project=reader.project))
        with pytest.raises(BadProject, match="not as you were shown it"):
            sign(reader, theirs)


def named_of(given: Annotation) -> Named:
    one = subject_of_reading(given)
    return Named(one.kind, one.pk, one.digest)


def sign(reader: Membership, given: Annotation) -> list[Signature]:
    return sign_own(
        project=reader.project,
        shown=[named_of(given)],
        meaning=READ,
        by=Confirmed(user_of(reader)),
    )


def test_a_decision_as_an_example_says_that_the_guideline_is_locked(
    client: Client, reader: Membership
) -> None:
    """The decision itself is the work, and stays possible."""
    people: list[Any] = [MembershipFactory(project=reader.project) for _ in range(2)]
    task = conflict_between(
        reader.project, {"intent": "praise"}, {"intent": "b"}, people=people
    ).task
    given: dict[str, Any] = {
        "task": task,
        "by": user_of(reader),
        "at": timezone.now(),
        "follows": None,
    }
    said: dict[str, Any] = {
        "outcome": Outcome.DECIDED,
        "answers": {"intent": "praise"},
        "sources": {},
    }
    with pytest.raises(BadDecision) as refused, transaction.atomic():
        adjudicate(**given, **said, reason="", is_example=True)
    assert "The protocol is locked" in refused.value.errors["is_example"]

    adjudicate(**given, **said, reason="", is_example=False)
    assert decisions_to_sign(reader.project, user_of(reader)).count() == 1


class TestVerification:
    def test_a_case_that_was_changed_in_the_database_is_found(self, reader: Membership) -> None:
        given = read_case(reader)
        sign(reader, given)
        Task.objects.filter(pk=given.task_id).update(data={"text": "Another case"})
        [(_, is_good)] = verified(list(Signature.objects.all()))
        assert not is_good

    def test_an_answer_that_was_changed_past_its_trigger_is_found(self, reader: Membership) -> None:
        given = read_case(reader)
        sign(reader, given)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                'UPDATE annotations_annotation SET answers = \'{"intent": "b"}\' WHERE id = %s',
                (given.pk,),
            )
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        [(_, is_good)] = verified(list(Signature.objects.all()))
        assert not is_good

    def test_a_signature_moved_to_another_reading_is_found(self, reader: Membership) -> None:
        given, other = read_case(reader), read_case(reader)
        [signature] = sign(reader, given)
        signature.subject_id = other.pk
        [(_, is_good)] = verified([signature])
        assert not is_good

    def test_the_lead_sees_it_on_a_page(
        self, client: Client, reader: Membership, project: Project
    ) -> None:
        lead = MembershipFactory(project=project, role="lead")
        given, other = read_case(reader), read_case(reader)
        sign(reader, given)
        sign(reader, other)
        Task.objects.filter(pk=given.task_id).update(data={"text": "Another case"})
        client.force_login(user_of(lead), backend=BACKEND)
        page = client.get(reverse("quality:signatures", args=[project.pk])).content.decode()
        assert page.count("does not fit") == 1
        assert page.count(READ) == 2
        assert user_of(reader).email in page


@pytest.fixture
def project(reader: Membership) -> Project:
    return reader.project
