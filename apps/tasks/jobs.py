"""Kept up in the background."""

from celery import shared_task

from apps.tasks import actions


@shared_task(name="tasks.expire_leases")
def expire_leases() -> None:
    """Every few seconds: what ran out is free for others, whether or not anybody asks for it."""
    actions.expire_leases()
