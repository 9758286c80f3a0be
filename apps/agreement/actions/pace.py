"""The pace of the work, and when it is done at that pace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

Z = 1.96
# The pace is that of so many of the last days on which anybody worked.
PACE_DAYS = 20
LEAST_PACE_DAYS = 3


def end_of(progress: dict[str, Any], answers: int) -> dict[str, Any] | None:
    """When so many more answers would be there, at the present pace."""
    days = days_of(progress)
    return ends_of(days, answers, pace_of([n for _, n in days])) if days else None


def days_of(progress: dict[str, Any]) -> list[tuple[date, int]]:
    return [(date.fromisoformat(day), n) for day, n in progress.get("days", [])]


def pace_of(counts: Sequence[int]) -> dict[str, float] | None:
    """Mean answers of a day on which somebody worked, with its interval (t is near z at 20 days)."""
    recent = counts[-PACE_DAYS:]
    if len(recent) < LEAST_PACE_DAYS:
        return None
    mean = sum(recent) / len(recent)
    spread = math.sqrt(sum((n - mean) ** 2 for n in recent) / (len(recent) - 1) / len(recent))
    return {
        "value": mean,
        "low": max(0.0, mean - Z * spread),
        "high": mean + Z * spread,
        "days": len(recent),
    }


def ends_of(
    days: Sequence[tuple[date, int]], left: int, pace: dict[str, float] | None
) -> dict[str, Any] | None:
    """Days of rest come as often as they did: the share of worked days stretches the forecast."""
    if pace is None or not left:
        return None
    recent = [day for day, _ in days[-PACE_DAYS:]]
    stretch = ((recent[-1] - recent[0]).days + 1) / len(recent)

    def day_at(speed: float) -> date | None:
        need = left / speed * stretch if speed > 0 else math.inf
        return days[-1][0] + timedelta(days=math.ceil(need)) if need < 3650 else None

    return {
        "value": day_at(pace["value"]),
        "early": day_at(pace["high"]),
        "late": day_at(pace["low"]),
    }
