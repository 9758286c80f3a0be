"""Reliability in coordinates: what was said against what is so. No library, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.template.defaultfilters import pluralize

from apps.consensus.views import words

WIDTH, HEIGHT = 360, 300
LEFT, TOP, RIGHT, BOTTOM = 40, 10, 350, 262
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
FRAME = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "bottom": BOTTOM}
MARKS = ("undecided", "above", "below")
TITLES = {
    "raw": ("On gold", "what the method says against the known answers"),
    "now": ("On gold, put right", "what is shown, after what gold has taught"),
    "votes": ("On answers it has not seen", "each answer foretold from the others"),
}


def plots_of(checks: dict[str, Any]) -> list[dict[str, Any]]:
    """One for each check that was made."""
    found = {**(checks.get("calibration") or {}), "votes": checks.get("votes")}
    return [_plot(name, found[name], *titles) for name, titles in TITLES.items() if found.get(name)]


def stopping_of(checks: dict[str, Any]) -> dict[str, Any] | None:
    """Answers of a task against how often the verdict is that of all answers; a mark for each least
    number of answers."""
    rows = checks.get("stopping")
    if not rows:
        return None
    lows = [one["same_low"] for one in rows]
    floor = min(0.9, int(min(lows) * 10) / 10)
    most = max(2, math.ceil(max(one["used"] for one in rows)))

    def at(one: dict[str, Any]) -> dict[str, Any]:
        return {
            **one,
            "x": round(LEFT + (one["used"] - 1) / (most - 1) * (RIGHT - LEFT), 1),
            "y": _within(one["same"], floor),
            "y_low": _within(one["same_low"], floor),
            "y_high": _within(one["same_high"], floor),
            "mark": MARKS[one["least"] - 1],
        }

    points = [at(one) for one in rows]
    ticks = [floor + (1 - floor) * i / 5 for i in range(6)]
    return {
        **FRAME,
        "sentence": words.saving_of(rows),
        "points": points,
        "ticks": [{"value": tick, "y": _within(tick, floor)} for tick in ticks],
        "columns": [
            {"value": n, "x": round(LEFT + (n - 1) / (most - 1) * (RIGHT - LEFT), 1)}
            for n in range(1, most + 1)
        ],
        "leasts": [
            {"mark": MARKS[least - 1], "words": f"{least} answer{pluralize(least)} at first"}
            for least in sorted({one["least"] for one in rows})
        ],
        "units": max(one["units"] for one in rows),
        "has_gold": any(one["known"] for one in rows),
    }


def _within(value: float, floor: float) -> float:
    return round(BOTTOM - (value - floor) / (1 - floor) * (BOTTOM - TOP), 1)


def _plot(name: str, figures: dict[str, Any], title: str, about: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "words": about,
        "sentence": f"{about}, {figures['units']:,} of them",
        **figures,
        **frame_of(figures["bins"]),
    }


def frame_of(bins: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The square with its points: each bin has what was `said`, how often it is `right`, and the
    limits `low` and `high` of that."""
    return {
        **FRAME,
        "ticks": [{"value": tick, "x": _x(tick), "y": _y(tick)} for tick in TICKS],
        "diagonal": f"M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}",
        "points": [_point(each) for each in bins],
    }


def _point(each: dict[str, Any]) -> dict[str, Any]:
    low, high = each["low"], each["high"]
    return {
        "x": _x(each["said"]),
        "y": _y(each["right"]),
        "y_low": _y(low),
        "y_high": _y(high),
        # Off the diagonal beyond doubt: drawn as what lies below or above a goal.
        "mark": "undecided" if low <= each["said"] <= high else "below",
        **each,
    }


def _x(value: float) -> float:
    return round(LEFT + value * (RIGHT - LEFT), 1)


def _y(value: float) -> float:
    return round(BOTTOM - value * (BOTTOM - TOP), 1)
