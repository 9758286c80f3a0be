"""Decisions that are made known with one key, and what becomes of that when they are taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.models import Gold
from apps.projects.models import Project
from apps.quality.actions import adjudicate, take_back
from apps.quality.actions.gold import set_gold
from apps.quality.models import Outcome
from apps.tasks.models import CheckTask
from tests.factories import QuestionFactory, UserFactory
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db


def test_a_decision_is_made_known_with_it_and_forgotten_with_it() -> None:
    project: Project = QuestionFactory(name="topic", title="Topic?").project
    task = conflict_between(project, {"topic": "praise"}, {"topic": "question"}).task
    common: dict[str, Any] = {"task": task, "by": UserFactory(), "at": timezone.now()}

    word = adjudicate(
        **common,
        outcome=Outcome.DECIDED,
        answers={"topic": "praise"},
        sources={},
        reason="",
        follows=None,
        is_gold=True,
    )

    known = Gold.objects.get(task=task)
    assert known.answers == {"topic": "praise"}
    assert known.source == f"decision {word.pk}"
    take_back(**common, follows=word.pk)
    assert not Gold.objects.filter(task=task).exists()
    assert not CheckTask.objects.filter(task=task).exists()


def test_what_was_known_by_other_means_stays_when_a_decision_is_taken_back() -> None:
    project: Project = QuestionFactory(name="topic", title="Topic?").project
    task = conflict_between(project, {"topic": "praise"}, {"topic": "question"}).task
    common: dict[str, Any] = {"task": task, "by": UserFactory(), "at": timezone.now()}
    word = adjudicate(
        **common,
        outcome=Outcome.DECIDED,
        answers={"topic": "praise"},
        sources={},
        reason="",
        follows=None,
    )
    set_gold(task=task, answers={"topic": "praise"}, source="a book", at=timezone.now())

    take_back(**common, follows=word.pk)

    assert Gold.objects.get(task=task).source == "a book"
