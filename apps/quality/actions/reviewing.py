"""Answers come to the stages of review: as they are given, and when a lead changes the stages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from apps.core import outbox
from apps.projects.models import Project
from apps.quality.actions.candidates import Answered, answered, place_of, takes
from apps.quality.actions.review_states import check_review_move
from apps.quality.models import ReviewCase, ReviewState, Stage
from apps.tasks.models import Task

STAGES_CHANGED = "quality.stages_changed"
REVIEW_CONSUMER = "quality.reviews"
AT_ONCE = 2_000
# What these states wait for is another revision.
CHANGED_BY_REVISION = {ReviewState.RETURNED: "revise", ReviewState.ACCEPTED: "reopen"}


def stages_of(project: Project) -> list[Stage]:
    return list(Stage.objects.filter(project=project).in_use())


def first_taking(stages: Iterable[Stage], found: Answered) -> Stage | None:
    return next((stage for stage in stages if takes(stage, found)), None)


def drain_reviews(project_id: int) -> None:
    """Take up that the stages changed, a bounded number of tasks at a time."""
    project = Project.objects.get(pk=project_id)
    while True:
        with transaction.atomic():
            some = outbox.take(consumer=REVIEW_CONSUMER, scope_id=project_id, limit=AT_ONCE)
            if not some:
                return
            route_answers(project=project, task_ids=some)


def route_all(*, project: Project) -> None:
    """Look at all answers of the project again, in the background."""
    ids = Task.objects.filter(project=project).values_list("pk", flat=True).iterator()
    outbox.publish(event=STAGES_CHANGED, scope_id=project.pk, subject_ids=ids)


@transaction.atomic
def route_answers(*, project: Project, task_ids: Collection[int]) -> None:
    """Bring what these tasks' answers now are to the stages that take them.

    What is in review stays where it is, unless its annotator gave another answer.
    """
    stages = stages_of(project)
    if not stages:
        return
    found = answered(project, task_ids)
    known = {
        case.pk: case
        for case in ReviewCase.objects.filter(assignment__in=[one.assignment_id for one in found])
        .select_for_update(of=("self",))
        .select_related("stage")
        .order_by("pk")
    }
    new = [
        _case(project, stage, one)
        for one in found
        if one.assignment_id not in known and (stage := first_taking(stages, one))
    ]
    ReviewCase.objects.bulk_create(new, batch_size=1_000, ignore_conflicts=True)
    for one in found:
        if case := known.get(one.assignment_id):
            _follow(case, one, stages)


def _case(project: Project, stage: Stage, found: Answered) -> ReviewCase:
    return ReviewCase(
        assignment_id=found.assignment_id,
        project=project,
        annotator_id=found.annotator_id,
        stage=stage,
        state=check_review_move(None, "take_up"),
        annotation_id=found.annotation_id,
        place=place_of(stage, found),
    )


def _follow(case: ReviewCase, found: Answered, stages: Sequence[Stage]) -> None:
    """A case after a new revision, or after its stage was taken out."""
    state = ReviewState(case.state)
    is_new = case.annotation_id != found.annotation_id
    if is_new and (move := CHANGED_BY_REVISION.get(state)):
        case.state = check_review_move(state, move)
    elif not (state == ReviewState.WAITING and (is_new or case.stage.retired_at)):
        return
    if case.stage.retired_at:
        behind = [one for one in stages if one.position >= case.stage.position]
        case.stage = first_taking(behind, found) or stages[-1]
    case.annotation_id, case.place = found.annotation_id, place_of(case.stage, found)
    case.held_by, case.held_until, case.changed_at = None, None, timezone.now()
    case.save()
