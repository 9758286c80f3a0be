"""What counts as a conflict follows the questions as they are now."""

import pytest
from django.utils import timezone

from apps.annotations.actions.questions import set_questions
from apps.core import outbox
from apps.quality.actions import drain
from apps.quality.models import Conflict
from tests.factories import MembershipFactory, QuestionFactory, answered_task

pytestmark = pytest.mark.django_db


def test_a_raised_bar_closes_conflicts_and_a_lowered_one_opens_them() -> None:
    question = QuestionFactory(name="q", kind="rating", config={"min": 1, "max": 5})
    project = question.project
    a, b = MembershipFactory(project=project), MembershipFactory(project=project)
    task = answered_task(project=project, answers={a: {"q": 2}, b: {"q": 3}})

    def with_bar(conflict_over: float) -> list[str]:
        asked = {"name": "q", "kind": "rating", "title": "?", "config": question.config}
        set_questions(
            project=project,
            questions=[asked | {"conflict_over": conflict_over}],
            by=None,
            at=timezone.now(),
        )
        drain(project.pk)
        return list(Conflict.objects.filter(task=task).values_list("state", flat=True))

    assert with_bar(0.1) == ["open"]
    assert with_bar(0.5) == ["gone"]
    assert with_bar(0) == ["open"]
    assert outbox.waiting() == []
