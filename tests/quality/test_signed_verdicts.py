"""Verdicts are signed as readings are: what approves a reading is of that reading alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.actions import Confirmed
from apps.projects.actions.protocols import switch_protocol
from apps.projects.models import Membership, Project, Signature
from apps.quality.actions.signing import (
    Named,
    decisions_to_sign,
    sign_own,
    subjects_to_sign,
    verdicts_to_sign,
    verified,
)
from apps.quality.actions.undoing import undo_verdict
from apps.quality.models import Review
from tests.factories import MembershipFactory, QuestionFactory, user_of
from tests.quality.reviews import given, judge, next_for, reviewer, two_stages

pytestmark = pytest.mark.django_db
READ = "I have read this case myself"
BACKEND = "apps.accounts.permissions.PasswordBackend"


@pytest.fixture
def judging() -> Membership:
    lead = MembershipFactory(role="lead")
    project: Project = lead.project
    QuestionFactory(project=project, name="intent", labels=["praise", "question"])
    two_stages(project)
    switch_protocol(project=project, is_on=True, by=user_of(lead), at=timezone.now())
    return reviewer(project)


def said(judging: Membership, verdict: str, **more: Any) -> Review:
    one = given(judging.project)
    next_for(judging)
    return judge(one, judging, verdict, **more)


def waiting(judging: Membership) -> list[Review]:
    return list(verdicts_to_sign(judging.project, user_of(judging)))


def sign(judging: Membership) -> list[Signature]:
    found = subjects_to_sign(judging.project, user_of(judging), 10)
    shown = [Named(one.kind, one.pk, one.digest) for one, _ in found]
    by = Confirmed(user_of(judging))
    return sign_own(project=judging.project, shown=shown, meaning=READ, by=by)


def test_what_approves_or_rejects_waits_and_what_sends_on_does_not(judging: Membership) -> None:
    said(judging, "return")
    said(judging, "escalate")
    found = [said(judging, "accept"), said(judging, "reject")]

    assert waiting(judging) == found
    [first, second] = sign(judging)
    assert (first.kind, first.subject_id, second.subject_id) == (
        "verdict",
        found[0].pk,
        found[1].pk,
    )
    assert waiting(judging) == []
    assert all(is_good for _, is_good in verified([first, second]))


def test_a_correction_is_signed_once_with_the_decision_that_it_made(judging: Membership) -> None:
    made = said(judging, "correct", answers={"intent": "question"})

    assert not decisions_to_sign(judging.project, user_of(judging)).exists()
    [signature] = sign(judging)
    past_its_trigger(
        'UPDATE quality_adjudication SET answers = \'{"intent": "praise"}\' WHERE id = %s',
        made.correction_id,
    )
    assert [is_good for _, is_good in verified([signature])] == [False]


def test_it_fits_the_reading_that_was_judged_alone(judging: Membership) -> None:
    made = said(judging, "accept")
    [signature] = sign(judging)
    past_its_trigger(
        'UPDATE annotations_annotation SET answers = \'{"intent": "question"}\' WHERE id = %s',
        made.annotation_id,
    )
    assert [is_good for _, is_good in verified([signature])] == [False]


def past_its_trigger(sql: str, key: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, (key,))
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_a_verdict_that_was_taken_back_does_not_wait(judging: Membership) -> None:
    made = said(judging, "accept")
    undo_verdict(review_id=made.pk, by=judging, at=timezone.now())
    assert waiting(judging) == []


def test_the_page_shows_the_reading_with_what_was_said_of_it(
    judging: Membership, client: Client
) -> None:
    said(judging, "correct", answers={"intent": "question"}, reason="By rule 2.")
    client.force_login(user_of(judging), backend=BACKEND)
    page = client.get(f"/p/{judging.project_id}/sign/").content.decode()
    for words in ("Verdict", "Correct and accept", "By rule 2.", "Corrected to"):
        assert words in page
