"""Geometry of the two plots, in the coordinates of their SVG. The templates draw it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from apps.agreement.models import Snapshot
from apps.core.figures import Scale, coefficient, interval, tick_label, verdict

# Drawn once wide and once for a phone: text keeps its size.
SIZES = ((640, "hide-sm"), (320, "show-sm"))
LEFT, MARGIN = 40, 12
TOP, BOTTOM = 18, 240
Z = 1.96
# The pace is that of so many of the last days on which anybody worked.
PACE_DAYS = 20
LEAST_PACE_DAYS = 3


def _y(value: float, scale: Scale) -> float:
    part = (min(max(value, scale.start), scale.end) - scale.start) / (scale.end - scale.start)
    return round(BOTTOM - part * (BOTTOM - TOP), 1)


def _x(place: float, number: float, width: int) -> float:
    return round(LEFT + 12 + place / max(number, 1) * (width - MARGIN - LEFT - 24), 1)


def _frame(width: int, css: str) -> dict[str, Any]:
    middle = (LEFT + width - MARGIN) / 2
    return {"width": width, "css": css, "left": LEFT, "right": width - MARGIN, "middle": middle}


def history_plot(
    snapshots: Sequence[Snapshot], goal: float | None, title: str
) -> dict[str, Any] | None:
    """The headline figure at the end of each day on which it changed; None before there are two."""
    known = [shot for shot in snapshots if shot.value is not None]
    if len(known) < 2:
        return None
    scale = Scale.around([x for s in known for x in (s.value, s.low, s.high)] + [goal])
    words = (
        f"Alpha of {title}, from {coefficient(known[0].value)} to {coefficient(known[-1].value)}."
    )
    return {
        "sizes": [_history_curve(known, scale, goal, width, css) for width, css in SIZES],
        "ticks": [(tick_label(t), _y(t, scale)) for t in scale.ticks(6)],
        "goal": None if goal is None else _y(goal, scale),
        "words": words,
    }


def _history_curve(
    known: Sequence[Snapshot], scale: Scale, goal: float | None, width: int, css: str
) -> dict[str, Any]:
    first, span = known[0].day, (known[-1].day - known[0].day).days
    points = [_point(shot, scale, goal, _x((shot.day - first).days, span, width)) for shot in known]
    line = "M" + "L".join(f"{p['x']} {p['y']}" for p in points)
    return {**_frame(width, css), "points": points, "line": line}


def _point(shot: Snapshot, scale: Scale, goal: float | None, x: float) -> dict[str, Any]:
    value = shot.value or 0.0
    return {
        "x": x,
        "y": _y(value, scale),
        "low": None if shot.low is None else _y(shot.low, scale),
        "high": None if shot.high is None else _y(shot.high, scale),
        "mark": verdict(value, shot.low, shot.high, goal),
        "day": shot.day,
        "value": value,
        "interval": interval(shot.low, shot.high),
        "units": shot.units,
    }


def pace_plot(progress: dict[str, Any]) -> dict[str, Any] | None:
    """Answers given over time, the pace with its interval, and when all is done at that pace."""
    days = [(date.fromisoformat(day), n) for day, n in progress.get("days", [])]
    if not days:
        return None
    wanted, given = progress.get("wanted", 0), progress.get("given", 0)
    pace = _pace([n for _, n in days])
    left = max(0, wanted - given)
    ends = _ends(days, left, pace)
    return {
        "days": days[-14:],
        "pace": pace,
        "left": left,
        "wanted": wanted,
        "given": given,
        "end": ends,
        "plot": _pace_curve(days, wanted) if len(days) > 1 else None,
    }


def _pace(counts: Sequence[int]) -> dict[str, float] | None:
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


def _ends(
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


def _pace_curve(days: Sequence[tuple[date, int]], wanted: int) -> dict[str, Any]:
    sums = list(accumulate(n for _, n in days))
    scale = Scale.around([0, sums[-1], wanted], top=None)
    scale = Scale(0, scale.end)
    return {
        "sizes": [_curve(days, sums, scale, width, css) for width, css in SIZES],
        "total": sums[-1],
        "ticks": [(_short(t), _y(t, scale)) for t in scale.ticks(6)],
        "goal": _y(wanted, scale),
        "first_day": days[0][0],
        "last_day": days[-1][0],
    }


def _curve(
    days: Sequence[tuple[date, int]], sums: Sequence[int], scale: Scale, width: int, css: str
) -> dict[str, Any]:
    span = (days[-1][0] - days[0][0]).days
    points = [
        (_x((day - days[0][0]).days, span, width), _y(total, scale))
        for (day, _), total in zip(days, sums, strict=True)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    return {**_frame(width, css), "line": line, "last": points[-1]}


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:g}"
