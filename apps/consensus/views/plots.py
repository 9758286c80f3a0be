"""Reliability in coordinates: what was said against what is so. No library, no script."""

from __future__ import annotations

from typing import Any

WIDTH, HEIGHT = 360, 300
LEFT, TOP, RIGHT, BOTTOM = 40, 10, 350, 262
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
TITLES = {
    "raw": ("On gold", "what the model says against the known answers"),
    "now": ("On gold, put right", "what is shown, after what gold has taught"),
    "votes": ("On answers it has not seen", "each answer foretold from the others"),
}


def plots_of(checks: dict[str, Any]) -> list[dict[str, Any]]:
    """One for each check that was made."""
    found = {**(checks.get("calibration") or {}), "votes": checks.get("votes")}
    return [_plot(name, found[name], *titles) for name, titles in TITLES.items() if found.get(name)]


def _plot(name: str, figures: dict[str, Any], title: str, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "words": words,
        **figures,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": RIGHT,
        "bottom": BOTTOM,
        "ticks": [{"value": tick, "x": _x(tick), "y": _y(tick)} for tick in TICKS],
        "diagonal": f"M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}",
        "points": [_point(each) for each in figures["bins"]],
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
