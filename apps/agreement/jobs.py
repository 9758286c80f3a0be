"""Background work of agreement."""

from __future__ import annotations

from celery import shared_task

from apps.agreement.actions.drain import drain, untended
from apps.agreement.actions.raters import KIND, compute_rater_reports
from apps.agreement.actions.studies import make_due_studies
from apps.core.jobs import job_kind

job_kind(KIND)(compute_rater_reports)


@shared_task(name="agreement.tend")
def tend_ledgers() -> None:
    """Every two seconds: keeps figures current where news came faster than they can be made."""
    for project_id in untended():
        drain(project_id)


@shared_task(name="agreement.study")
def study_questions() -> None:
    """Every few seconds: finds out anew what takes longer, where figures have changed."""
    make_due_studies()
