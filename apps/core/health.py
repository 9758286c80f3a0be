"""For a load balancer: does the process live, and may it be sent requests?"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.cache import redis_is_there
from apps.core.models import WorkerPulse

PATIENCE = "1s"
SILENT_SECONDS = 40.0


@login_not_required
@require_safe
def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody else, so that an outage elsewhere restarts nothing."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready when the database answers within a second and has the tables of this version.

    Without Redis or workers pages still work, so these are told and do not count.
    """
    report: dict[str, Any] = {"database": _database()}
    if report["database"] == "ok":
        report |= {"redis": "ok" if redis_is_there() else "does not answer", "workers": _workers()}
    degraded = report.get("redis") != "ok" or "ok" not in set(report.get("workers", {}).values())
    if report["database"] != "ok":
        report["status"] = "failed"
    else:
        report["status"] = "degraded" if degraded else "ok"
    return JsonResponse(report, status=503 if report["status"] == "failed" else 200)


def _database() -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
            cursor.execute("SELECT 1")
            return _migrations()
    except DatabaseError:
        return "does not answer"


_complete = False


def _migrations() -> str:
    """Asked until it was so once: a database does not lose its tables."""
    global _complete  # noqa: PLW0603
    if not _complete:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return f"{len(missing)} migrations are not applied"
        _complete = True
    return "ok"


def _workers() -> dict[str, str]:
    """By queue: whether a worker was seen lately."""
    now = timezone.now()
    return {
        pulse.queue: "ok" if (now - pulse.seen_at).total_seconds() < SILENT_SECONDS else "silent"
        for pulse in WorkerPulse.objects.all()
    }
