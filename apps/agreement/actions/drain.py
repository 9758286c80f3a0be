"""Takes up the news of a project: folds what changed, then makes the figures that show it."""

from __future__ import annotations

import time

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.agreement.actions.fold import CONSUMER, fold_waiting, lock
from apps.agreement.actions.overview import count_progress
from apps.agreement.actions.reports import refresh_reports
from apps.agreement.models import ChancePair, Ledger, QuestionLedger
from apps.core import outbox
from apps.projects.models import Project

MEMBERS = "agreement.members"
# A worker gives way to other projects after so long; the next drain goes on.
TURN_SECONDS = 15.0


def drain(project_id: int) -> None:
    end = time.monotonic() + TURN_SECONDS
    refold_for_new_slices(project_id=project_id)
    refold_for_new_configs(project_id=project_id)
    pass_on_members(project_id=project_id)
    while fold_waiting(project_id=project_id) and time.monotonic() < end:
        pass
    tend(project_id=project_id)


def tend(*, project_id: int) -> None:
    """Bring the figures up to the ledger, unless they were made too short a time ago."""
    project = Project.objects.filter(pk=project_id, ledger__isnull=False).first()
    if project is not None:
        count_progress(project=project, at=timezone.now())
        refresh_reports(project=project, at=timezone.now())


def untended() -> list[int]:
    """Projects whose figures, counts or slices lag behind."""
    lagging = QuestionLedger.objects.exclude(
        question__reports__slice_id=0, question__reports__version=F("version")
    )
    counts = Ledger.objects.filter(counted_at__lt=F("folded_at"))
    slices = Ledger.objects.exclude(slices=F("project__slices"))
    configs = _compared_otherwise()
    return sorted(
        {
            *lagging.values_list("question__project_id", flat=True),
            *counts.values_list("pk", flat=True),
            *slices.values_list("pk", flat=True),
            *configs.values_list("question__project_id", flat=True),
        }
    )


@transaction.atomic
def refold_for_new_slices(*, project_id: int) -> bool:
    """When the project declares other slices than those folded by, fold all its tasks again."""
    ledger = Ledger.objects.filter(pk=project_id).select_related("project").first()
    if ledger is None or ledger.slices == ledger.project.slices:
        return False
    lock(project_id)
    refold(project_id=project_id)
    ledger.slices = ledger.project.slices
    ledger.save(update_fields=["slices"])
    return True


def fold_anew(*, project: Project) -> None:
    """What is left to chance is another since, and the declaration of a slice by it is not: the next
    drain folds again."""
    if any(one["path"] == "task.left_to_chance" for one in project.slices):
        Ledger.objects.filter(pk=project.pk).update(slices=[])


@transaction.atomic
def refold_for_new_configs(*, project_id: int) -> bool:
    """When a question's config changed by which answers are compared, compare them again."""
    changed = list(_compared_otherwise().filter(question__project=project_id))
    if not changed:
        return False
    lock(project_id)
    ChancePair.objects.filter(question__in=[ledger.pk for ledger in changed]).delete()
    for ledger in changed:
        ledger.compared_by = ledger.question.config
        ledger.save(update_fields=["compared_by"])
    refold(project_id=project_id)
    return True


def _compared_otherwise() -> QuerySet[QuestionLedger]:
    rows = QuestionLedger.objects.filter(compared_by__isnull=False).select_related("question")
    return rows.exclude(compared_by=F("question__config"))


def refold(*, project_id: int) -> None:
    """Send the news of every folded task once more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_outboxrow (consumer, scope_id, subject_id)"
            " SELECT %s, project_id, task_id FROM agreement_storedtask WHERE project_id = %s",
            (CONSUMER, project_id),
        )


@transaction.atomic
def pass_on_members(*, project_id: int) -> None:
    """News of members becomes news of the tasks they answered: their groups may be slices."""
    members = outbox.take(consumer=MEMBERS, scope_id=project_id)
    if not members:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_outboxrow (consumer, scope_id, subject_id)"
            " SELECT DISTINCT %s, project_id, task_id FROM annotations_annotation"
            " WHERE project_id = %s AND annotator_id = ANY(%s)",
            (CONSUMER, project_id, members),
        )
