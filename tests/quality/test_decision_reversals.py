"""Who decides is measured as who annotates: how often others decided otherwise, with its interval."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.projects.models import Membership, Project
from apps.quality.actions.appeals import decide_appeal
from apps.quality.actions.decision_reversals import decisions_of
from apps.quality.actions.decisions import adjudicate
from apps.quality.actions.outside import open_appeal
from apps.quality.actions.reversals import reversals_of
from apps.quality.actions.rulings import Ruling
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Adjudication, Outcome
from apps.tasks.models import Task
from tests.clients import signed_in
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)
from tests.quality.reviews import given, judge, reviewer, stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    return Project.objects.get(pk=project.pk)


def decide(task: Task, by: Membership, **answers: Any) -> Adjudication:
    before = Adjudication.objects.filter(task=task, successor__isnull=True).first()
    return adjudicate(
        task=task,
        by=user_of(by),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers=answers,
        sources=dict.fromkeys(answers),
        reason="",
        follows=before.pk if before else None,
    )


def appeal(task: Task, outcome: str, **answers: Any) -> None:
    """From outside, decided by somebody who has not seen the task before."""
    one, _ = open_appeal(project=task.project, task=task, text="I was joking.", at=timezone.now())
    before = Adjudication.objects.filter(task=task, successor__isnull=True).first()
    decide_appeal(
        appeal_id=one.pk,
        by=reviewer(task.project),
        ruling=Ruling(outcome, "So it is.", answers=answers, follows=before.pk if before else None),
        at=timezone.now(),
    )


def counted(project: Project) -> dict[str, tuple[int, int, int]]:
    return {one.reviewer: (one.verdicts, one.again, one.reversed) for one in decisions_of(project)}


def test_a_decision_is_reversed_by_somebody_else_who_decides_otherwise(project: Project) -> None:
    ada, ben = (reviewer(project, user=UserFactory(name=name)) for name in ("Ada", "Ben"))
    for second in ("complaint", "praise"):
        task = TaskFactory(project=project)
        decide(task, ada, intent="praise")
        decide(task, ben, intent=second)
    of_herself = TaskFactory(project=project)
    decide(of_herself, ada, intent="praise")
    decide(of_herself, ada, intent="complaint")

    assert counted(project) == {"Ada": (4, 2, 1), "Ben": (2, 0, 0)}


def test_an_appeal_from_outside_looks_at_the_decision_that_held(project: Project) -> None:
    ada = reviewer(project, user=UserFactory(name="Ada"))
    upheld, overturned = (TaskFactory(project=project) for _ in range(2))
    for task in (upheld, overturned):
        decide(task, ada, intent="complaint")

    appeal(upheld, "upheld")
    appeal(overturned, "overturned", intent="praise")

    assert counted(project)["Ada"] == (2, 2, 1)


def test_the_same_mark_made_again_is_the_same_decision() -> None:
    project = ProjectFactory(fields=[{"name": "text", "title": "Text", "display": "text"}])
    labels = [{"value": "drug", "title": "Drug"}]
    QuestionFactory(
        project=project, name="found", kind="span", config={"field": "text", "labels": labels}
    )
    ada, ben = (reviewer(project, user=UserFactory(name=name)) for name in ("Ada", "Ben"))
    for end in (4, 5):
        task = TaskFactory(project=project)
        decide(task, ada, found=[{"id": "a", "label": "drug", "parts": [[0, 4]]}])
        decide(task, ben, found=[{"id": "b", "label": "drug", "parts": [[0, end]]}])

    assert counted(project)["Ada"] == (2, 2, 1)


def test_what_was_accepted_is_looked_at_by_an_appeal_from_outside(project: Project) -> None:
    stages(project, StageSpec("review"))
    ada, ben = (reviewer(project, user=UserFactory(name=name)) for name in ("Ada", "Ben"))
    kept, wrong, other = (given(project, "complaint") for _ in range(3))
    judge(kept, ada, "accept")
    judge(wrong, ada, "accept")
    judge(other, ben, "correct", answers={"intent": "praise"})

    appeal(kept.task, "upheld")
    appeal(wrong.task, "overturned", intent="praise")
    appeal(other.task, "overturned", intent="question")

    found = {one.reviewer: (one.verdicts, one.again, one.reversed) for one in reversals_of(project)}
    assert found == {"Ada": (2, 2, 1), "Ben": (1, 1, 1)}
    # A correction is a verdict, and not counted among the decisions once more.
    assert "Ben" not in counted(project)


def test_the_first_appeal_after_an_acceptance_decides_whatever_comes_later(
    project: Project,
) -> None:
    stages(project, StageSpec("review"))
    ada = reviewer(project, user=UserFactory(name="Ada"))
    annotation = given(project, "complaint")
    judge(annotation, ada, "accept")

    appeal(annotation.task, "overturned", intent="praise")
    appeal(annotation.task, "upheld")

    (found,) = reversals_of(project)
    assert (found.verdicts, found.again, found.reversed) == (1, 1, 1)


def test_the_page_of_appeals_shows_both(project: Project) -> None:
    ada, ben = (reviewer(project, user=UserFactory(name=name)) for name in ("Ada", "Ben"))
    stages(project, StageSpec("review"))
    annotation = given(project, "complaint")
    judge(annotation, ben, "accept")
    task = TaskFactory(project=project)
    decide(task, ada, intent="complaint")
    appeal(task, "overturned", intent="praise")
    appeal(annotation.task, "upheld")
    lead = signed_in(MembershipFactory(project=project, role="lead"))

    told = lead.get(reverse("quality:appeals", args=[project.pk])).content.decode()

    assert "Who decides" in told
    assert "Reviewers" in told
