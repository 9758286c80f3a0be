"""Calibration sessions for tests, in one line each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.quality.actions.calibrations import begin_calibration, open_discussion
from apps.quality.models import Calibration
from apps.tasks.actions import hand_out
from apps.tasks.models import Assignment, Task
from tests.factories import MembershipFactory, user_of
from tests.tasks.test_checks import send


def begun(project: Project, tasks: Sequence[Task], lead: Membership | None = None) -> Calibration:
    lead = lead or MembershipFactory(project=project, role="lead")
    return begin_calibration(
        project=Project.objects.get(pk=project.pk),
        by=user_of(lead),
        at=timezone.now(),
        task_ids=[task.pk for task in tasks],
        picked="By hand",
    )


def answer(annotator: Membership, *said: str) -> list[Annotation]:
    """What they say to the next tasks that they are lent."""
    made = []
    for word in said:
        mine = hand_out(annotator=annotator, project=annotator.project, at=timezone.now())
        assert isinstance(mine, Assignment), mine
        made.append(send(mine, word))
    return made


def opened(session: Calibration) -> Calibration:
    return open_discussion(calibration=session, by=session.begun_by, at=timezone.now())
