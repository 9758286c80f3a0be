"""Who sees, writes, mends what in threads, as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.comments.actions.mentions import named_in
from apps.comments.models import Comment, Thread
from apps.comments.permissions import may_delete, may_edit, may_resolve, shows_name

AT = timezone.now()
ROLES = ("lead", "reviewer", "annotator", "viewer", "admin")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("is_own", [True, False])
@pytest.mark.parametrize("minutes", [59, 61])
def test_who_changes_and_deletes_a_comment(role, is_own, minutes):
    comment = Comment(author_id=1, created_at=AT - timedelta(minutes=minutes), text="x")

    given: Any = {"user": User(pk=1 if is_own else 2), "role": role, "at": AT}
    is_fresh_own = is_own and minutes < 60 and role != "viewer"

    assert may_edit(comment, **given) is is_fresh_own
    assert may_delete(comment, **given) is (is_fresh_own or role in {"lead", "admin"})


@pytest.mark.parametrize(
    ("role", "is_own", "may"),
    [
        ("lead", False, True),
        ("reviewer", False, True),
        ("admin", False, True),
        ("annotator", True, True),
        ("annotator", False, False),
        ("viewer", True, False),
    ],
)
def test_who_resolves_a_thread(role, is_own, may):
    person = User(pk=1 if is_own else 2)

    assert may_resolve(Thread(opened_by_id=1), user=person, role=role) is may


@pytest.mark.parametrize(
    ("role", "is_blind", "is_own", "is_shown"),
    [
        ("annotator", True, False, False),
        ("annotator", True, True, True),
        ("annotator", False, False, True),
        ("reviewer", True, False, True),
        ("lead", True, False, True),
    ],
)
def test_whose_name_stands_beside_a_comment(role, is_blind, is_own, is_shown):
    given = {"author_id": 1, "viewer_id": 1 if is_own else 2, "is_blind": is_blind}

    assert shows_name(author_role=role, **given) is is_shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ada Lovelace, look", {"Ada Lovelace"}),
        ("@ada lovelace", {"Ada Lovelace"}),
        ("@Ada: and @Bo.", {"Ada", "Bo"}),
        ("@Adam", set()),
        ("mail a@Bo", set()),
        ("Ada Lovelace", set()),
        ("(@Bo)", {"Bo"}),
        ("@x@example.org please", {"x@example.org"}),
        ("@@Bo", {"Bo"}),
    ],
)
def test_who_is_named_in_a_text(text, found):
    assert named_in(text, ["Ada", "Ada Lovelace", "Bo", "x@example.org"]) == found
