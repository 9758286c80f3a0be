"""A feed of predictions and outcomes whose accuracy, delays and drift are known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import numpy as np
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.routing.actions.feed_work import ask_for_feed
from apps.routing.actions.feeding import keep_outcomes, keep_predictions
from tests.factories import ProjectFactory, QuestionFactory

LABELS = ("fraud", "fine")
Rows = list[dict[str, Any]]


def fed_project(**more: Any) -> tuple[Project, Question]:
    project = ProjectFactory(overlap=1, **more)
    question: Question = QuestionFactory(
        project=project, name="verdict", config={"labels": [{"value": value} for value in LABELS]}
    )
    return project, question


def row(key: str, **more: Any) -> dict[str, Any]:
    """A prediction as a program sends it."""
    return {
        "key": key,
        "model": "v1",
        "answers": {"verdict": "fine"},
        "data": {"text": f"payment {key}"},
    } | more


def outcome(key: str, value: str = "fine", **more: Any) -> dict[str, Any]:
    return {"key": key, "question": "verdict", "value": value} | more


def before(days: float) -> str:
    """A time so many days ago, as a program writes it."""
    return (timezone.now() - timedelta(days=days)).isoformat()


def simulated(
    number: int,
    *,
    seed: int,
    accuracy: Callable[[float], float] | float = 0.9,
    days: tuple[float, float] = (90, 0),
    delay: Callable[[bool, np.random.Generator], float] = lambda _, rng: float(rng.exponential(5)),
    model: str = "v1",
    known: float = 1.0,
) -> tuple[Rows, Rows]:
    """Predictions spread over so many days, and those outcomes that have come by now.

    `accuracy` is that of a prediction so many days old, `delay` how many days the outcome of a right
    or a wrong one takes. The probability that is sent is the one by which it is right: so it is
    calibrated.
    """
    rng = np.random.default_rng(seed)
    rows: Rows = []
    outcomes: Rows = []
    for place, age in enumerate(np.linspace(*days, number, endpoint=False)):
        chance = accuracy if isinstance(accuracy, float) else accuracy(float(age))
        own = float(np.clip(rng.normal(chance, 0.04), 0.5, 1))
        said, is_right = str(rng.choice(LABELS)), bool(rng.random() < own)
        key = f"{model}-{seed}-{place}"
        rows.append(
            row(key, model=model, at=before(age), answers={"verdict": said}, probability=own)
        )
        wait = delay(is_right, rng)
        if wait <= age and rng.random() < known:
            other = next(label for label in LABELS if label != said)
            value = said if is_right else other
            outcomes.append(outcome(key, value, at=before(age - wait)))
    return rows, outcomes


def send(project: Project, rows: Rows, outcomes: Rows = []) -> None:  # noqa: B006  (never changed)
    for start in range(0, len(rows), 1_000):
        keep_predictions(project=project, rows=rows[start : start + 1_000])
    for start in range(0, len(outcomes), 1_000):
        keep_outcomes(project=project, rows=outcomes[start : start + 1_000])


def worked(project: Project, *, at: datetime | None = None, **asked: Any) -> dict[str, Any]:
    """The job on the feed, as a worker runs it; at another time where one is given."""
    autodiscover_modules("jobs")
    job: JobRun = ask_for_feed(project=project, by=None, **asked)
    now = at or timezone.now()
    with patch("apps.routing.actions.feed_work.timezone.now", return_value=now):
        run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert job.result is not None
    return dict(job.result)
