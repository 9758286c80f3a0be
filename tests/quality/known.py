"""Projects whose annotators are checked, as they come about."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from apps.annotations.actions import submit_annotation
from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.gold import set_gold, set_plan
from apps.quality.models import GateState
from apps.tasks.actions import hand_out
from apps.tasks.models import Assignment, Task
from tests.bulk import answered_tasks
from tests.factories import MembershipFactory, UserFactory, user_of


def plan(project: Project, **given: Any) -> None:
    set_plan(project=project, by=UserFactory(), at=timezone.now(), **{"is_on": True, **given})
    project.refresh_from_db()


def known(project: Project, answer: str = "praise", number: int = 1) -> list[Task]:
    """Tasks that somebody from outside has answered, so that each is a check beyond the overlap."""
    outside = MembershipFactory(project=project, is_external=True)
    made = answered_tasks(project=project, answers=[{outside: {"intent": answer}}] * number)
    for task in made:
        set_gold(task=task, answers={"intent": answer}, source="test", at=timezone.now())
    return made


def next_of(annotator: Membership) -> Assignment:
    given = hand_out(
        annotator=annotator,
        project=Project.objects.get(pk=annotator.project_id),
        at=timezone.now(),
    )
    assert isinstance(given, Assignment), given
    return given


def answer(annotator: Membership, said: str) -> Annotation:
    return submit_annotation(
        assignment_id=next_of(annotator).pk,
        annotator_user=user_of(annotator),
        key=uuid.uuid4(),
        answers={"intent": said},
        at=timezone.now(),
    ).annotation


def work(annotator: Membership, *answers: str) -> GateState:
    for said in answers:
        answer(annotator, said)
    drain(annotator.project_id)
    return GateState.objects.get(annotator=annotator)
