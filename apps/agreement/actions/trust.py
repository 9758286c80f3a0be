"""Can these labels be trusted? The words that others have for such a figure, and how likely they fit."""

from __future__ import annotations

from typing import Any

from apps.agreement.measures.benchmark import SCALES, Scale, memberships, probability_over, verdict


def trust_of(figure: dict[str, Any], goal: float | None) -> dict[str, Any] | None:
    """None where there is no interval to tell from."""
    value, low, high = (figure.get(name) for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return None
    return {
        "over_goal": None if goal is None else probability_over(goal, value, low, high),
        "scales": [_scale(scale, value, low, high) for scale in SCALES],
    }


def _scale(scale: Scale, value: float, low: float, high: float) -> dict[str, Any]:
    levels = memberships(scale, value, low, high)
    best = verdict(levels)
    return {
        "name": scale.name,
        "reference": scale.reference,
        "word": best.word,
        "at_least": best.at_least,
        "levels": [
            {
                "word": one.word,
                "low": None if one.low <= -1 else one.low,
                "high": one.high,
                "probability": one.probability,
                "at_least": one.at_least,
                "is_best": one is best,
            }
            for one in levels
        ],
    }
