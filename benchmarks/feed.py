"""What a feed costs at a million predictions: calls, the job, the pages, and tidying.

    .venv/bin/python -m benchmarks.feed [--predictions 1000000]

It starts engines of its own, and ends them. Predictions are of three models over a year, 1,000 a
call, through the action that the API calls; four fifths have an outcome. Pages are read by a client
in this process, ten times each.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import django
import numpy as np

from tests.engines import RunEngines

T = TypeVar("T")
CALL, YEAR, LABELS = 1_000, 365, ("fraud", "fine", "unsure")


def timed(what: str, function: Callable[[], T]) -> T:
    start = time.perf_counter()
    found = function()
    print(f"{what:52} {time.perf_counter() - start:9.3f} s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, default=1_000_000)
    options = parser.parse_args()
    engines = RunEngines()
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["CONCORD_LOG_LEVEL"] = "WARNING"
        django.setup()
        from django.db import connection  # noqa: PLC0415  (after the setup)

        connection.creation.create_test_db(verbosity=0, serialize=False)
        measure(options.predictions)
        connection.creation.destroy_test_db("", verbosity=0)
    finally:
        engines.stop()


def project_of() -> Any:
    from apps.annotations.kinds import kinds  # noqa: PLC0415
    from apps.annotations.models import Question  # noqa: PLC0415
    from apps.projects.models import Project  # noqa: PLC0415

    project = Project.objects.create(
        name="benchmark", fields=[{"name": "text", "display": "text"}], overlap=1
    )
    config = kinds["choice"].clean_config({"labels": list(LABELS)})
    Question.objects.create(
        project=project, name="verdict", kind="choice", title="Verdict", config=config
    )
    return project


def calls(number: int) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    rng, now = np.random.default_rng(1), datetime.now(UTC)
    for start in range(0, number, CALL):
        rows, outcomes = [], []
        for place in range(start, min(start + CALL, number)):
            said, sure = LABELS[int(rng.integers(3))], float(rng.uniform(0.5, 1))
            at = now - timedelta(days=YEAR * (1 - place / number))
            rows.append(
                {
                    "key": f"payment-{place}",
                    "model": f"v{1 + 3 * place // number}",
                    "at": at.isoformat(),
                    "data": {"text": f"A payment of {place} to somebody in a shop"},
                    "answers": {"verdict": said},
                    "probability": sure,
                }
            )
            came = at + timedelta(days=float(rng.exponential(10)))
            if rng.random() < 0.8 and came < now:
                value = said if rng.random() < sure else LABELS[int(rng.integers(3))]
                news = {"key": f"payment-{place}", "question": "verdict", "value": value}
                outcomes.append(news | {"at": came.isoformat()})
        yield rows, outcomes


def fill(project: Any, number: int) -> None:
    from apps.routing.actions.feeding import keep_outcomes, keep_predictions  # noqa: PLC0415

    spent, slowest, came = [0.0, 0.0], 0.0, 0
    for rows, outcomes in calls(number):
        start = time.perf_counter()
        keep_predictions(project=project, rows=rows)
        middle = time.perf_counter()
        if outcomes:
            keep_outcomes(project=project, rows=outcomes)
        end = time.perf_counter()
        spent[0] += middle - start
        spent[1] += end - middle
        slowest, came = max(slowest, middle - start), came + len(outcomes)
    print(
        f"{number:,} predictions: {number / spent[0]:,.0f} a second, slowest call {slowest:.2f} s"
    )
    print(f"{came:,} outcomes: {came / spent[1]:,.0f} a second", flush=True)


def measure(number: int) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.models import User  # noqa: PLC0415
    from apps.projects.models import Membership  # noqa: PLC0415
    from apps.routing.actions.feed_counts import count_feed  # noqa: PLC0415
    from apps.routing.actions.feed_looks import look_for_falls  # noqa: PLC0415
    from apps.routing.actions.feed_rules import FeedSpec, change_feed  # noqa: PLC0415
    from apps.routing.actions.feed_tasks import make_tasks  # noqa: PLC0415
    from apps.routing.actions.feed_work import feed_by_itself  # noqa: PLC0415
    from apps.routing.actions.feeding import tidy_feed  # noqa: PLC0415
    from apps.routing.models import FeedPlan, Prediction  # noqa: PLC0415

    project = project_of()
    lead = User.objects.create(email="lead@example.org")
    Membership.objects.create(project=project, user=lead, role="lead")
    fill(project, number)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE routing_prediction, routing_outcome")
    now = timezone.now()
    specs = [
        FeedSpec(kind="lot", share=0.01),
        FeedSpec(kind="probability", low=0.5, high=0.502, daily=2_000),
        FeedSpec(kind="disagreement", question="verdict", daily=1_000),
    ]
    change_feed(project=project, by=lead, at=now, specs=specs)
    plan = FeedPlan.objects.get()
    progress: Any = Silent()
    timed("whether anything is due", lambda: feed_by_itself(at=now))
    made = timed(
        "tasks by three rules, of all", lambda: make_tasks(plan=plan, at=now, progress=progress)
    )
    print(f"{made:,} tasks")
    timed("counting all", lambda: count_feed(plan=plan, at=now))
    looks = timed("first looks at three models", lambda: look_for_falls(plan=plan, at=now))
    print(f"{len(looks)} looks")
    pages(project, lead)
    late = now - timedelta(days=400)
    Prediction.objects.filter(pk__lte=Prediction.objects.earliest("pk").pk + number // 2).update(
        received_at=late
    )
    timed("nothing to tidy", lambda: tidy_feed(at=now - timedelta(days=900)))
    gone = timed("tidying half", lambda: tidy_feed(at=now))
    print(f"{gone:,} rows removed")


class Silent:
    def report(self, *_: Any, **__: Any) -> None:
        pass


def pages(project: Any, lead: Any) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client, override_settings  # noqa: PLC0415

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        read(Client(), project, lead)


def read(client: Any, project: Any, lead: Any) -> None:
    client.force_login(lead, backend="apps.accounts.permissions.PasswordBackend")
    for rest in ("", "?period=all", "rules/"):
        times = []
        for _ in range(10):
            start = time.perf_counter()
            answer = client.get(
                f"/p/{project.pk}/learning/in-use/{rest}", headers={"host": "localhost"}
            )
            assert answer.status_code == 200, answer.status_code
            times.append(time.perf_counter() - start)
        print(f"page in-use/{rest:40} {sorted(times)[5]:9.3f} s (median of 10)", flush=True)


if __name__ == "__main__":
    main()
