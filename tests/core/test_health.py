"""Health for load balancers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.core.models import WorkerPulse


def test_livez_asks_no_engine(client: Client) -> None:
    # No database mark: any query would fail this test.
    answer = client.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_is_degraded_without_a_worker(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "redis": "ok",
        "workers": {},
        "status": "degraded",
    }


@pytest.mark.django_db
def test_readyz_shows_each_queue(client: Client) -> None:
    for queue in ("interactive", "bulk"):
        WorkerPulse.objects.create(queue=queue, seen_at=timezone.now())

    report = client.get("/readyz").json()

    assert report["workers"] == {"interactive": "ok", "bulk": "ok"}
    assert report["status"] == "ok"
