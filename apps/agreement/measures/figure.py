"""What a measure answers, and why there is no answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from apps.agreement.measures.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why there is no number: a code for programs, a sentence for people."""

    code: str
    sentence: str


NO_OVERLAP = Reason(code="no_overlap", sentence="No unit has answers by two raters.")
ONE_VALUE = Reason(
    code="one_value",
    sentence="Only one value was used, so agreement by chance cannot be told from any other.",
)
NEGATIVE_RATIO = Reason(
    code="negative_ratio", sentence="Values below zero have no ratio: use the interval level."
)
TOO_FEW_UNITS = Reason(
    code="too_few_units", sentence="Fewer than 10 units have two answers: too few for an interval."
)
TOO_FEW_GROUPS = Reason(
    code="too_few_groups", sentence="Fewer than 10 groups of units: too few for an interval."
)
NO_DISTANCE = Reason(
    code="no_distance", sentence="All the values used lie at distance 0 from each other."
)

ALL_ALIKE = Reason(
    code="all_alike",
    sentence="All answers are the same, so agreement by chance cannot be told from any other.",
)
NOT_TWO = Reason(
    code="not_two_raters", sentence="This is for two raters: choose two, or a measure for many."
)
ONE_RATER = Reason(code="one_rater", sentence="There is only one rater.")
NO_COMMON_UNITS = Reason(
    code="no_common_units", sentence="Fewer than two units have an answer by each of the raters."
)
NO_VARIATION = Reason(
    code="no_variation",
    sentence="A rater gave the same value to all units, so nothing can vary with it.",
)
NO_SPREAD = Reason(
    code="no_spread", sentence="All resamples give the same value, so they tell no interval."
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A coefficient with its interval and all that is needed to judge it. JSON-able by asdict."""

    measure: str
    level: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    method: str | None = None
    interval_reason: Reason | None = None
    replicates: int = 0
    undefined_replicates: int = 0
    seed: int | None = None
    units: int = 0
    raters: int | None = None
    pairable: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    observed: float | None = None
    expected: float | None = None
    undefined_reason: Reason | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Parts:
    """A coefficient for each row of weights; NaN where it is undefined."""

    value: FloatArray
    observed: FloatArray
    expected: FloatArray


# Weights (B x P, how many units show each pattern, fractions allowed) to B coefficients.
Statistic = Callable[[FloatArray], Parts]
