"""A decision becomes an example of the guideline."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.projects.actions import publish_guideline
from apps.projects.models import Guideline, Membership, Project
from apps.quality.models import Adjudication
from tests.quality.bench.deciding import decide, key_of, topics

pytestmark = pytest.mark.django_db


def test_a_decision_becomes_an_example_in_the_guideline(
    browser: Client, reviewer: Membership, project: Project
) -> None:
    publish_guideline(project=project, text="# Rules\n\nBe kind.", by=None, at=timezone.now())
    conflict = topics(project, "praise", "complaint")
    task = conflict.task
    task.data = {"text": "Where is\n# my *parcel*?"}
    task.save()

    decide(
        browser,
        project,
        conflict,
        **{
            "take.topic": key_of(conflict, "complaint"),
            "reason": "No [praise](x) here",
            "is_example": "on",
        },
    )

    now = Guideline.objects.get(project=project, number=2)
    assert now.text.startswith(
        "# Rules\n\nBe kind.\n\n## Examples\n\n- **complaint**, not praise: “Where is "
    )
    assert f"\\# my \\*parcel\\*?” (task #{task.pk}) No \\[praise\\](x) here" in now.text
    assert (now.must_confirm, now.created_by) == (False, reviewer.user)
    assert Adjudication.objects.get().is_example


def test_a_guideline_that_is_full_refuses_the_example_and_the_decision(
    browser: Client, project: Project
) -> None:
    publish_guideline(project=project, text="x" * 99_990, by=None, at=timezone.now())
    conflict = topics(project, "praise", "complaint")

    answer = decide(
        browser, project, conflict, **{"take.topic": key_of(conflict, "praise"), "is_example": "on"}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["is_example"]
    assert not Adjudication.objects.exists()
