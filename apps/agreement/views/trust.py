"""Can these labels be trusted? The words that others have for such a figure, and how likely they fit."""

from __future__ import annotations

from typing import Any

from apps.agreement.measures.benchmark import SCALES, Scale, memberships, probability_over, verdict
from apps.agreement.views.figures import QuestionFigures


def trust_of(shown: QuestionFigures) -> dict[str, Any] | None:
    """None where there is no interval to tell from, or chance is not taken out."""
    if shown.value is None or shown.low is None or shown.high is None:
        return None
    value, low, high = shown.value, shown.low, shown.high
    return {
        "over_goal": None if shown.goal is None else probability_over(shown.goal, value, low, high),
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
