"""What was accepted before a stage was added: looked at beforehand, and sent there where the lead
says so. Else it stays accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.actions import start_job
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.quality.actions.candidates import Answered, answered, place_of, takes
from apps.quality.actions.review_states import check_review_move
from apps.quality.actions.reviewing import stages_of
from apps.quality.models import ReviewCase, ReviewState, Stage

SEND = "quality.send_on"
AT_ONCE = 1_000


@dataclass(frozen=True)
class SentOn:
    """Of the newest accepted answers, how many would go to each of the new stages."""

    counts: dict[int, int]
    looked_at: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def look_at_accepted(*, project: Project, rows: Sequence[Stage], most: int) -> SentOn:
    """By place in `rows`, the workflow as it would be. Of the newest `most`; six queries."""
    new = [row for row in rows if not row.pk]
    counts = {row.position: 0 for row in new}
    if not new:
        return SentOn(counts, 0)
    places = {row.pk: row.position for row in rows if row.pk}
    cases = list(_accepted(project).order_by("-pk")[:most])
    found = _found(project, cases)
    for case in cases:
        one = found.get(case.pk)
        # A stage that is left out of the table is about to be taken out.
        first = places[case.stage_id] + 1 if case.stage_id in places else case.stage.position
        if one and (stage := _next(new, one, first)):
            counts[stage.position] += 1
    return SentOn(counts, len(cases))


def ask_to_send_on(*, project: Project, stage_ids: Collection[int]) -> None:
    """In the background, for a project may have a million of them."""
    arguments = {"project_id": project.pk, "stage_ids": sorted(stage_ids)}
    start_job(kind=SEND, arguments=arguments, queue="bulk", scope=project.scope)


def send_on(progress: Progress, project_id: int, stage_ids: list[int]) -> dict[str, Any]:
    """The job. Run again it finds only what was not sent yet."""
    project = Project.objects.get(pk=project_id)
    new = [stage for stage in stages_of(project) if stage.pk in stage_ids]
    total = _accepted(project).count()
    last, seen, sent = 0, 0, 0
    while keys := list(_after(project, last)):
        sent += _send_some(project, new, keys)
        last, seen = keys[-1], seen + len(keys)
        progress.report(seen, total, "Sending accepted answers on.")
    return {"sent": sent}


def _accepted(project: Project) -> Any:
    cases = ReviewCase.objects.filter(project=project, state=ReviewState.ACCEPTED)
    return cases.select_related("stage", "assignment")


def _after(project: Project, last: int) -> Any:
    behind = _accepted(project).filter(pk__gt=last).order_by("pk")
    return behind.values_list("pk", flat=True)[:AT_ONCE]


@transaction.atomic
def _send_some(project: Project, new: Sequence[Stage], keys: Sequence[int]) -> int:
    cases = list(
        _accepted(project).filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    )
    found, now, moved = _found(project, cases), timezone.now(), []
    for case in cases:
        one = found.get(case.pk)
        is_gone = case.stage.retired_at is not None
        first = case.stage.position + (0 if is_gone else 1)
        stage = _next(new, one, first) if one else None
        if one and stage:
            case.state = check_review_move(case.state, "send_on")
            case.stage, case.place, case.changed_at = stage, place_of(stage, one), now
            moved.append(case)
    ReviewCase.objects.bulk_update(moved, ["state", "stage", "place", "changed_at"])
    return len(moved)


def _found(project: Project, cases: Sequence[ReviewCase]) -> dict[int, Answered]:
    """Those whose answer is still the one that was accepted."""
    tasks = {case.assignment.task_id for case in cases}
    judged = {case.pk: case.annotation_id for case in cases}
    return {
        one.assignment_id: one
        for one in answered(project, tasks)
        if judged.get(one.assignment_id) == one.annotation_id
    }


def _next(new: Sequence[Stage], one: Answered, first: int) -> Stage | None:
    """Of the new stages from this position on the first that takes it."""
    behind = (stage for stage in new if stage.position >= first)
    return next((stage for stage in behind if takes(stage, one)), None)
