"""What was deleted goes for good when it can no longer be brought back, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery.schedules import crontab
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse

from apps.annotations.models import Annotation
from apps.exchange.actions import removal
from apps.exchange.jobs import purge
from apps.exchange.models import ImportRun
from apps.projects.actions import KEPT_FOR, delete_project, restore_project
from apps.projects.models import Project
from apps.tasks.models import Task
from tests.exchange.factories import bring
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory
from tests.files import path_of

pytestmark = pytest.mark.django_db
DELETED = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = '{"data": {"text": "Hello"}, "annotations": [{"annotator": "w", "answers": {"topic": "a"}}]}'


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def deleted(at: datetime) -> Project:
    """A project with a task, an answer and a file."""
    question = QuestionFactory(name="topic", config={"labels": ["a", "b"]})
    project = Project.objects.get(pk=question.project_id)
    bring(project, LINE)
    delete_project(project=project, at=at)
    return project


def test_after_thirty_days_it_goes_with_its_answers_and_files(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    old, young = deleted(DELETED), deleted(DELETED + timedelta(days=1))
    living = ProjectFactory()
    (file,) = ImportRun.objects.filter(project=old).values_list("file", flat=True)

    with time_machine.travel(DELETED + KEPT_FOR - timedelta(seconds=1), tick=False):
        purge()
    assert Project.objects.filter(pk=old.pk).exists()
    with (
        time_machine.travel(DELETED + KEPT_FOR, tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        purge()

    assert set(Project.objects.all()) == {young, living}
    assert not Task.objects.filter(project=old.pk).exists()
    assert Annotation.objects.filter(project=young).count() == 1
    assert not Annotation.objects.filter(project=old.pk).exists()
    assert not path_of(file).exists()
    assert "project_purged" in caplog.text
    assert restore_project(project=young, at=DELETED + KEPT_FOR)


def test_one_that_cannot_be_removed_keeps_none_of_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = deleted(DELETED), deleted(DELETED + timedelta(hours=1))
    remove = removal.remove_project

    def fail_first(*, project: Project) -> None:
        if project == first:
            raise RuntimeError("its disk is gone")
        remove(project=project)

    monkeypatch.setattr(removal, "remove_project", fail_first)

    with pytest.raises(ExceptionGroup):
        removal.purge_deleted(at=DELETED + 2 * KEPT_FOR)

    assert set(Project.objects.all()) == {first}
    assert "its disk is gone" in caplog.text
    assert str(second.pk) in caplog.text


def test_the_clock_asks_for_it_each_night() -> None:
    (entry,) = (
        one for one in configured.CELERY_BEAT_SCHEDULE.values() if one["task"] == purge.name
    )

    asked: Any = entry["schedule"]
    assert isinstance(asked, crontab)
    # At noon, at whatever time of day this runs.
    with time_machine.travel(DELETED.replace(hour=12), tick=False):
        now = asked.now()
        assert timedelta(0) < asked.remaining_estimate(now) < timedelta(days=1)
        assert asked.is_due(now - timedelta(days=1, hours=12)).is_due


def test_the_page_says_when_each_goes() -> None:
    lead = MembershipFactory(role="lead")
    delete_project(project=lead.project, at=DELETED)
    browser = Client()

    with time_machine.travel(DELETED + timedelta(days=3)):
        browser.force_login(lead.user)
        page = browser.get(reverse("projects:deleted")).content.decode()

    assert "31 March 2026" in page
