"""Amendments of a protocol: signed, closed once, kept by the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.actions import Confirmed
from apps.exchange.actions.removal import remove_project
from apps.projects import actions
from apps.projects.actions import BadProject
from apps.projects.actions.protocols import (
    amended,
    close_amendment,
    open_amendment,
)
from apps.projects.actions.signatures import fits, subject_of_amendment
from apps.projects.models import (
    Amendment,
    Membership,
    Project,
    Protocol,
    Signature,
)
from apps.tasks.actions.queue import set_overlap
from tests.factories import (
    user_of,
)
from tests.projects.protocol.regulated import (
    MEANING,
    NOW,
    amend,
    answer,
    state_of,
    switch_on,
)

pytestmark = pytest.mark.django_db


class TestAmendments:
    def test_is_signed_by_who_opens_it(self, project: Project, lead: Membership) -> None:
        made = amend(lead)
        [signature] = Signature.objects.filter(project=project)
        assert (signature.kind, signature.subject_id) == ("amendment", made.pk)
        assert signature.signer_name == user_of(lead).name
        assert signature.meaning == MEANING
        assert abs((signature.signed_at - timezone.now()).total_seconds()) < 60
        assert fits(signature, subject_of_amendment(made))

    def test_a_signature_fits_its_own_content_alone(
        self, project: Project, lead: Membership
    ) -> None:
        made = amend(lead)
        signature = Signature.objects.get(project=project)
        made.reason = "Another reason."
        assert not fits(signature, subject_of_amendment(made))
        assert not fits(signature, None)

    @pytest.mark.parametrize(
        ("reason", "meaning", "place"),
        [("", MEANING, "reason"), ("x" * 5001, MEANING, "reason"), ("Why", "I like it", "meaning")],
    )
    def test_what_is_wrong_is_said_and_nothing_is_open(
        self, project: Project, lead: Membership, reason: str, meaning: str, place: str
    ) -> None:
        with pytest.raises(BadProject) as refused, transaction.atomic():
            open_amendment(
                project=project, reason=reason, meaning=meaning, by=Confirmed(user_of(lead))
            )
        assert list(refused.value.errors) == [place]
        assert state_of(project) == "locked"
        assert not Signature.objects.exists()

    def test_what_was_changed_before_or_between_is_not_part_of_it(self, lead: Membership) -> None:
        project, by = lead.project, user_of(lead)
        switch_on(lead)
        actions.publish_guideline(project=project, text="Before", by=by, at=NOW)
        answer(project)
        amend(lead, "First")
        actions.publish_guideline(project=project, text="First", by=by, at=NOW)
        close_amendment(project=project, by=by)
        amend(lead, "Second")
        set_overlap(project=project, overlap=4)
        close_amendment(project=project, by=by)

        found = amended(list(Amendment.objects.filter(project=project).order_by("number")))

        assert [[event.action for event in one.changes] for one in found] == [
            ["guideline.published"],
            ["project.overlap"],
        ]

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE projects_amendment SET reason = 'x'",
            "UPDATE projects_amendment SET closed_at = now(), closed_by_id = opened_by_id, reason = 'x'",
            "DELETE FROM projects_amendment",
            "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE projects_amendment",
            "UPDATE projects_signature SET meaning = 'x'",
            "UPDATE projects_signature SET subject_id = 7",
            "DELETE FROM projects_signature",
            "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE projects_signature",
        ],
    )
    def test_the_database_keeps_what_was_written(
        self, project: Project, lead: Membership, sql: str
    ) -> None:
        amend(lead)
        with (
            pytest.raises(IntegrityError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)

    def test_an_amendment_is_closed_once(self, project: Project, lead: Membership) -> None:
        made = amend(lead)
        close_amendment(project=project, by=user_of(lead))
        with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
            Amendment.objects.filter(pk=made.pk).update(closed_at=NOW)

    def test_the_time_of_a_signature_is_the_databases(
        self, project: Project, lead: Membership
    ) -> None:
        amend(lead)
        old = Signature.objects.get(project=project)
        old.pk, old.meaning = None, "Reviewed"
        old.signed_at = timezone.now().replace(year=2001)
        old.save()
        old.refresh_from_db()
        assert old.signed_at.year > 2001

    def test_they_go_with_their_project(self, project: Project, lead: Membership) -> None:
        amend(lead)
        remove_project(project=project)
        assert not Signature.objects.exists()
        assert not Amendment.objects.exists()
        assert not Protocol.objects.exists()
