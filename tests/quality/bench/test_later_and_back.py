"""Conflicts left for later, sent back for more answers, and decisions undone."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, ConflictState
from apps.tasks.models import QueueEntry
from tests.clients import signed_in
from tests.factories import (
    MembershipFactory,
)
from tests.quality.bench.deciding import decide, key_of, topics, url

pytestmark = pytest.mark.django_db


def test_undo_takes_back_and_keeps_what_was_decided(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})
    undo = browser.get(url("conflicts", project)).context["undo"]

    answer = browser.post(url("take_back", project, conflict), {"follows": undo.pk})

    assert answer.headers["Location"] == url("adjudicate", project, conflict)
    conflict.refresh_from_db()
    assert conflict.state == ConflictState.OPEN
    assert [a.outcome for a in Adjudication.objects.order_by("pk")] == ["decided", "reopened"]
    page = browser.get(url("adjudicate", project, conflict))
    assert page.context["undo"] is None
    assert "Decision taken back" in page.content.decode()


def test_only_ones_own_decision_is_undone_by_the_key(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    other = signed_in(MembershipFactory(project=project, role="reviewer"))
    decide(other, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    assert browser.get(url("adjudicate", project, conflict)).context["undo"] is None


def test_a_stale_undo_is_refused(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    stale = browser.post(url("take_back", project, conflict), {"follows": 10**9})
    missing = browser.post(url("take_back", project, conflict), {})

    assert (stale.status_code, missing.status_code) == (409, 422)
    assert Adjudication.objects.count() == 1


@pytest.mark.parametrize("extra", ["0", "4", "x", ""])
def test_more_answers_are_one_to_three(browser: Client, project: Project, extra: str) -> None:
    conflict = topics(project, "praise", "complaint")

    answer = browser.post(url("send_back", project, conflict), {"extra": extra})

    assert answer.status_code == 422
    assert QueueEntry.objects.get(task=conflict.task).overlap == 2


def test_sent_back_it_leaves_the_queue_and_says_who_asked(
    browser: Client, reviewer: Membership, project: Project
) -> None:
    conflict = topics(project, "praise", "complaint")

    browser.post(url("send_back", project, conflict), {"extra": "2", "reason": "Unclear."})

    conflict.refresh_from_db()
    assert conflict.state == ConflictState.SENT_BACK
    assert QueueEntry.objects.get(task=conflict.task).overlap == 4
    word = Adjudication.objects.get()
    assert (word.outcome, word.reason, word.decided_by) == ("sent_back", "Unclear.", reviewer.user)
    assert not Adjudication.objects.heads().exists()
    assert (
        "waits for more answers"
        in browser.get(url("adjudicate", project, conflict)).content.decode()
    )
    again = browser.post(url("send_back", project, conflict), {"extra": "1"})
    assert again.status_code == 409
    assert QueueEntry.objects.get(task=conflict.task).overlap == 4


def test_left_for_later_comes_after_the_others(browser: Client, project: Project) -> None:
    first, second, third = sorted(
        (topics(project, "praise", "complaint") for _ in range(3)), key=lambda one: one.pk
    )

    after_first = browser.post(url("later", project, first))
    assert after_first.headers["Location"] == url("adjudicate", project, second)
    assert browser.get(url("conflicts", project)).headers["Location"] == url(
        "adjudicate", project, second
    )
    decide(browser, project, second, **{"take.topic": key_of(second, "praise")})
    answer = decide(browser, project, third, **{"take.topic": key_of(third, "praise")})

    assert answer.headers["Location"] == url("adjudicate", project, first)


def test_what_was_left_is_passed_over_by_who_comes_from_before(
    browser: Client, project: Project
) -> None:
    first, second, third = sorted(
        (topics(project, "praise", "complaint") for _ in range(3)), key=lambda one: one.pk
    )
    browser.post(url("later", project, second))

    answer = decide(browser, project, first, **{"take.topic": key_of(first, "praise")})

    assert answer.headers["Location"] == url("adjudicate", project, third)
