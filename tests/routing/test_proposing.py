"""What models propose by themselves, beside which tasks, and the one click that shows it."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.utils import timezone

from apps.annotations.models import Suggestion
from apps.projects.models import Project
from apps.routing.actions.learning import due_projects
from apps.routing.actions.plans import is_held_out, plan_of
from apps.routing.models import Plan, Rank
from tests.clients import signed_in_as
from tests.routing.factories import learn, messages
from tests.routing.test_pages import address, text_of

pytestmark = pytest.mark.django_db


def proposed() -> dict[int, float]:
    found = Suggestion.objects.values_list("task", "score")
    return {task: score for task, score in found if score is not None}


@pytest.mark.parametrize("when", ["auto", "never"])
def test_where_no_order_is_made_answers_are_proposed_all_the_same(when: str) -> None:
    question, _, tasks = messages(answered=120, waiting=60)
    plan = Plan.objects.create(project=question.project, when=when, seed=3)
    assert due_projects(at=timezone.now()) == [question.project]

    told = learn(question.project)

    assert (told["ranked"], told["suggested"]) == (0, len(proposed()))
    keys = np.array([task.pk for task in tasks])
    held = set(keys[is_held_out(plan, keys)].tolist())
    assert len(proposed()) > 20
    assert held
    assert not held & set(proposed())


def test_the_surest_get_a_proposal_too_however_late_they_come() -> None:
    """Margin puts them last; the queue's order is of five."""
    question, _, _ = messages(answered=120, waiting=150)
    learn(question.project, is_ranked=True, count=5)
    everything = proposed()

    with patch("apps.routing.actions.proposing.MOST_SUREST", 20):
        learn(question.project, is_ranked=True, count=5)

    # Of equally sure ones the first.
    first = set(Rank.objects.values_list("pk", flat=True))
    others = sorted(everything.items(), key=lambda one: (-one[1], one[0]))
    surest = [pk for pk, _ in others if pk not in first][:20]
    assert set(proposed()) - first == set(surest)
    assert len(everything) > 40


def test_nothing_is_proposed_where_the_plan_says_so() -> None:
    question, _, _ = messages(answered=120, waiting=60)
    Plan.objects.create(project=question.project, is_suggesting=False, seed=3)

    assert learn(question.project)["suggested"] == 0
    assert not Suggestion.objects.exists()


def page(project: Project, role: str = "lead") -> str:
    return text_of(signed_in_as(project, role).get(address(project)))


def test_one_click_shows_them_and_one_hides_them_again() -> None:
    question, _, _ = messages(answered=120, waiting=60)
    project: Any = question.project
    number = learn(project)["suggested"]
    client = signed_in_as(project)
    assert f"The last run proposed answers to {number} tasks" in page(project)
    assert "An answer given beside one never counts as independent" in page(project)

    client.post(address(project, "suggestions/"), {"shown": "yes"})

    project.refresh_from_db()
    assert project.is_suggestion_shown
    assert "Hide them again" in page(project)
    assert "Hide them again" not in page(project, "viewer")

    client.post(address(project, "suggestions/"), {"shown": "no"})

    project.refresh_from_db()
    assert not project.is_suggestion_shown
    assert "Show them to annotators" in page(project)
    assert plan_of(project).is_suggesting
