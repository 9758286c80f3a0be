"""Keeps figures current where the news came faster than figures can be made."""

from __future__ import annotations

from celery import shared_task

from apps.agreement.actions.drain import drain, untended


@shared_task(name="agreement.tend")
def tend_ledgers() -> None:
    """Every two seconds."""
    for project_id in untended():
        drain(project_id)
