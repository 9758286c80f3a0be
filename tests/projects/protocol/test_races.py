"""A first answer and a change in the same moment: one waits for the other, and nothing slips past."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.actions import Confirmed
from apps.projects import actions
from apps.projects.actions import ProtocolLocked
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.actions.protocols import (
    amended,
    close_amendment,
    open_amendment,
    protocol_of,
    switch_protocol,
)
from apps.projects.models import Amendment, Membership, Project
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    user_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead() -> Membership:
    member: Membership = MembershipFactory(role="lead")
    QuestionFactory(project=member.project, name="intent")
    switch_protocol(project=member.project, is_on=True, by=user_of(member), at=timezone.now())
    return member


def answer(project: Project) -> None:
    lent = AssignmentFactory(task=TaskFactory(project=project), annotator__project=project)
    AnnotationFactory(assignment=lent, answers={"intent": "praise"})


def test_the_first_answer_waits_for_a_change_that_was_allowed(lead: Membership) -> None:
    project, is_checked = lead.project, threading.Event()
    lent = AssignmentFactory(task=TaskFactory(project=project), annotator__project=project)
    order: list[str] = []

    def change() -> None:
        with transaction.atomic():
            check_protocol(project=project, action="guideline.published")
            is_checked.set()
            # Long enough that an answer which does not wait is through.
            threading.Event().wait(0.5)
            order.append("changed")
        connection.close()

    def send() -> None:
        is_checked.wait(10)
        AnnotationFactory(assignment=lent, answers={"intent": "praise"})
        order.append("answered")
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(change), pool.submit(send)]:
            done.result()

    assert order == ["changed", "answered"]
    assert protocol_of(project).state == "locked"


def test_a_change_that_waited_for_the_end_of_an_amendment_is_refused(lead: Membership) -> None:
    project, by = lead.project, user_of(lead)
    answer(project)
    open_amendment(project=project, reason="Why", meaning="Approved", by=Confirmed(by))
    is_closing, refused = threading.Event(), []

    def close() -> None:
        with transaction.atomic():
            close_amendment(project=project, by=by)
            is_closing.set()
            threading.Event().wait(0.5)
        connection.close()

    def change() -> None:
        is_closing.wait(10)
        try:
            actions.publish_guideline(project=project, text="New", by=by, at=timezone.now())
        except ProtocolLocked as error:
            refused.append(str(error))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(close), pool.submit(change)]:
            done.result()

    assert len(refused) == 1
    assert amended(list(Amendment.objects.all()))[0].changes == []
