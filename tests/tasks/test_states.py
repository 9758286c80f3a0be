"""The table of states: every pair of state and action is either an arrow or an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.annotations.actions.drafts import save_draft
from apps.annotations.actions.submit import submit_annotation
from apps.tasks.actions import (
    AlreadySubmitted,
    IllegalMove,
    release_assignment,
    skip_assignment,
)
from apps.tasks.actions.states import MOVES
from apps.tasks.management.commands.states import page
from apps.tasks.models import Assignment, AssignmentState
from tests.factories import AnnotationFactory, AssignmentFactory, user_of

ROOT = Path(__file__).resolve().parents[2]


def do(action: str, assignment: Assignment) -> None:
    user, now = user_of(assignment.annotator), timezone.now()
    mine: dict[str, Any] = {"assignment_id": assignment.pk}
    if action == "submit":
        submit_annotation(**mine, annotator_user=user, key=uuid4(), answers={}, at=now)
    elif action == "renew":
        save_draft(**mine, annotator_user=user, answers={}, at=now)
    elif action == "skip":
        skip_assignment(**mine, user=user, reason="")
    else:
        release_assignment(**mine, user=user)


@pytest.mark.django_db
@pytest.mark.parametrize("state", AssignmentState)
@pytest.mark.parametrize("action", ["submit", "renew", "skip", "release"])
def test_an_action_follows_an_arrow_or_is_refused(action, state):
    if state == "submitted":
        assignment = AnnotationFactory().assignment
    else:
        assignment = AssignmentFactory(state=state)
    sources, target = MOVES[action]

    if state in sources:
        do(action, assignment)
        assert Assignment.objects.get().state == target
    else:
        error = AlreadySubmitted if state == "submitted" else IllegalMove
        with pytest.raises(error) as refused:
            do(action, assignment)
        assert refused.value.code
        assert str(refused.value).endswith(".")
        assert Assignment.objects.get().state == state


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"lease_until": None}, "a_lease_has_an_end"),
        ({"holds_slot": False}, "a_lease_holds_a_slot"),
        ({"state": "expired"}, "what_was_given_back_holds_none"),
        ({"submitted_at": timezone.now()}, "a_submitted_assignment_has_its_annotation"),
        ({"state": "submitted"}, "a_submitted_assignment_has_its_annotation"),
    ],
)
def test_the_database_keeps_an_assignment_whole(change, constraint):
    AssignmentFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Assignment.objects.update(**change)


def test_the_page_about_states_is_up_to_date():
    assert (ROOT / "docs" / "states.md").read_text() == page()
