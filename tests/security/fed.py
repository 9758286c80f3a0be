"""What is in the house of a feed: predictions, outcomes, rules, and how good a model in use was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.annotations.models import Question
from apps.routing.models import (
    FeedCount,
    FeedLook,
    FeedPlan,
    FeedRule,
    Outcome,
    Prediction,
)

if TYPE_CHECKING:
    from tests.security.house import House


def fed(house: House) -> None:
    project, now = house.project, timezone.now()
    question = Question.objects.filter(project=project, name="intent").get()
    FeedPlan.objects.create(project=project)
    FeedRule.objects.create(
        project=project, position=1, kind="label", question=question, label="praise", model="v1"
    )
    Prediction.objects.create(
        project=project,
        key="payment",
        body_hash=b"1" * 32,
        model="v1",
        predicted_at=now - timedelta(days=40),
        data={"text": "Hello"},
        answers={"intent": "praise"},
        probability=0.9,
        draw=2**31 - 1,
    )
    Outcome.objects.create(
        project=project,
        key="payment",
        question=question,
        value="complaint",
        known_at=now,
        source="bank",
        body_hash=b"1" * 16,
    )
    _count(project, question)
    look = FeedLook.objects.create(
        project=project,
        question=question,
        model="v1",
        since_at=now - timedelta(days=60),
        until_at=now - timedelta(days=30),
        right=100,
        number=200,
        before_right=190,
        before_number=200,
        maturity_days=30,
        p_value=0.001,
        look=1,
        bar=0.03,
        is_alarm=True,
    )
    house.keys["look_id"] = look.pk


def _count(project: Any, question: Question) -> None:
    now = timezone.now()
    weeks = [(now - timedelta(days=days)).date().isoformat() for days in (35, 42)]
    cells = [[week, "praise", said, 5] for week in weeks for said in ("praise", "complaint")]
    bins = [[week, 9, 10, 5, 9.0] for week in weeks]
    sources = ("outcome", "lot", "chosen", "sent")
    FeedCount.objects.create(
        project=project,
        question=question,
        model="v1",
        predictions=40,
        last_at=now,
        counts={
            "weeks": [[week, 20, 20, 10] for week in weeks],
            "ages": [[30, 40, 20]],
            "tasks": [[source, week, 12, 10] for source in sources[1:] for week in weeks],
            "confusions": dict.fromkeys(sources, cells),
            "bins": dict.fromkeys(sources, bins),
        },
        maturity_days=30,
    )
