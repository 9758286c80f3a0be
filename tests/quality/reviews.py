"""Projects whose answers are reviewed, as they come about."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone

from apps.annotations.actions import revise_annotation
from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.quality.actions.review_queue import hand_out_review
from apps.quality.actions.reviewing import drain_reviews, route_answers
from apps.quality.actions.stages import StageSpec, set_stages
from apps.quality.actions.verdicts import Said, give_verdict
from apps.quality.models import Review, ReviewCase, Stage
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    TaskFactory,
    user_of,
)

ALL = ("accept", "correct", "return", "reject")


def stages(project: Project, *specs: StageSpec) -> list[Stage]:
    made = set_stages(project=project, specs=specs, at=timezone.now())
    drain_reviews(project.pk)
    return made


def two_stages(project: Project, **second: Any) -> list[Stage]:
    return stages(
        project,
        StageSpec("review", may=(*ALL, "escalate")),
        StageSpec("expert", may=ALL, **second),
    )


def given(
    project: Project, said: str = "praise", by: Membership | None = None, **more: Any
) -> Annotation:
    """One answer to a task of its own, as it has come to review."""
    task = TaskFactory(project=project, queue__overlap=1)
    annotator = by or MembershipFactory(project=project)
    annotation: Annotation = AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=annotator),
        answers={"intent": said},
        **more,
    )
    route_answers(project=project, task_ids=[task.pk])
    return annotation


def reviewer(project: Project, **more: Any) -> Membership:
    member: Membership = MembershipFactory(project=project, role="reviewer", **more)
    return member


def next_for(by: Membership) -> ReviewCase | None:
    return hand_out_review(by=by, project=Project.objects.get(pk=by.project_id))


def judge(annotation: Annotation, by: Membership, verdict: str, **more: Any) -> Review:
    if verdict in {"return", "reject"}:
        more.setdefault("reason", "See rule 2.")
    if verdict == "return":
        more.setdefault("goes_to", "same")
    return give_verdict(
        assignment_id=annotation.assignment_id,
        by=by,
        said=Said(verdict, annotation.pk, **more),
        at=timezone.now(),
    )


def case_of(annotation: Annotation) -> ReviewCase:
    return ReviewCase.objects.select_related("stage").get(pk=annotation.assignment_id)


def revise(annotation: Annotation, said: str) -> Annotation:
    return revise_annotation(
        annotation_id=annotation.pk,
        by=user_of(annotation.annotator),
        key=uuid4(),
        answers={"intent": said},
        at=timezone.now(),
    ).annotation
