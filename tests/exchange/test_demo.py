"""The demo as a newcomer finds it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.agreement.models import QuestionLedger
from apps.annotations.models import Annotation
from apps.core import outbox
from apps.exchange.actions import demo
from apps.exchange.models import ImportRun
from apps.projects.models import Membership, Project, Role
from apps.quality.models import Conflict
from apps.tasks.models import QueueEntry, QueueState
from tests.factories import MembershipFactory, UserFactory, answered_task
from tests.files import path_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def rows_by_table() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


def test_a_newcomer_finds_tasks_to_answer_conflicts_to_decide_and_agreement() -> None:
    lead = UserFactory(is_admin=True)

    call_command("load_demo")

    messages = Project.objects.get(demo="messages")
    assert Annotation.objects.filter(project=messages).count() == 120 * 3 + 30 * 2
    states = QueueEntry.objects.filter(project=messages)
    assert states.filter(state=QueueState.COMPLETE).count() == 120
    assert states.filter(state=QueueState.OPEN, handed=2, overlap=3).count() == 30
    waiting = {entry.task.meta["language"] for entry in states.filter(state=QueueState.OPEN)}
    assert waiting == {"en", "de", "fr", "es", "ar"}
    assert Membership.objects.get(project=messages, user=lead).role == Role.LEAD
    assert Conflict.objects.filter(project=messages, state="open").count() > 10
    assert QuestionLedger.objects.filter(question__project=messages, version__gt=0).count() == 2
    assert not outbox.waiting()


def test_the_anaesthetists_come_as_printed() -> None:
    UserFactory(is_admin=True)

    call_command("load_demo")

    project = Project.objects.get(demo="anaesthetists")
    found = Annotation.objects.filter(project=project)
    assert found.count() == 45 * 7
    assert Membership.objects.external().filter(project=project).count() == 5
    assert set(found.values_list("assignment__round", flat=True)) == {0, 1, 2}


def test_answers_were_given_over_the_last_three_weeks() -> None:
    UserFactory(is_admin=True)

    call_command("load_demo")

    now = timezone.now()
    found = Annotation.objects.filter(project__demo="messages")
    times = list(found.values_list("submitted_at", flat=True))
    assert now - timedelta(days=23) < min(times) < max(times) < now
    assert len({time.date() for time in times}) >= 20
    assert all(1 < (one.seconds or 0) < 120 for one in found)


def test_loading_twice_changes_nothing() -> None:
    UserFactory(is_admin=True)
    call_command("load_demo")
    before = rows_by_table()

    call_command("load_demo")

    assert rows_by_table() == before


def test_a_half_made_demo_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    by = UserFactory(is_admin=True)
    with monkeypatch.context() as patched:
        patched.setattr(demo, "run_here", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            demo.load_demo(by=by, at=timezone.now())
    assert Project.objects.filter(demo="messages").exists()

    call_command("load_demo")

    assert Annotation.objects.filter(project__demo="messages").count() == 420


def test_reset_brings_the_demo_back_and_touches_nothing_else() -> None:
    UserFactory(is_admin=True)
    mine = MembershipFactory()
    answered_task(project=mine.project, answers={mine: {}})
    visitor = UserFactory()
    call_command("load_demo")
    before = rows_by_table()
    first = Project.objects.get(demo="messages")
    spoilt = MembershipFactory(project=first, user=visitor)
    answered_task(project=first, answers={spoilt: {"topic": "other", "urgency": 1}})
    kept = set(ImportRun.objects.values_list("file", flat=True))

    call_command("load_demo", "--reset")

    after = rows_by_table()
    # What was done stays in the audit log.
    assert after.pop("AuditEvent") > before.pop("AuditEvent")
    assert after == before
    assert not Project.objects.filter(pk=first.pk).exists()
    assert not [key for key in kept if path_of(key).exists()]
    assert Annotation.objects.filter(project=mine.project).count() == 1


def test_the_sample_answers_do_not_change_from_run_to_run() -> None:
    at = timezone.now()

    pairs = itertools.zip_longest(demo.message_rows(at=at), demo.message_rows(at=at))

    assert all(one == other for one, other in pairs)


def test_without_an_administrator_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="create_user"):
        call_command("load_demo")
