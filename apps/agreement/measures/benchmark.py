"""What a coefficient is called, and how likely it is that it deserves the name.

The words are conventions of those who proposed them, for coefficients beyond chance, and no
property of the data. A figure from a sample has no right to a word for being over its threshold:
Gwet (2014, chapter 6) asks how likely the true value lies in each range, adds up from the best
range downwards, and takes the first at which the sum reaches .95.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

SURE = 0.95


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Ranges from the best to the worst: the lower end of each, and its word."""

    name: str
    reference: str
    ranges: tuple[tuple[float, str], ...]


@dataclass(frozen=True, kw_only=True)
class Level:
    word: str
    low: float
    high: float
    probability: float
    # That the true value lies in this range or a better one.
    at_least: float


LANDIS_KOCH = Scale(
    name="Landis and Koch",
    reference="Landis, J. R. and Koch, G. G. (1977). Biometrics 33(1), 159-174.",
    ranges=(
        (0.8, "almost perfect"),
        (0.6, "substantial"),
        (0.4, "moderate"),
        (0.2, "fair"),
        (0.0, "slight"),
        (-1.0, "poor"),
    ),
)
FLEISS = Scale(
    name="Fleiss",
    reference="Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions. Wiley.",
    ranges=((0.75, "excellent"), (0.4, "intermediate to good"), (-1.0, "poor")),
)
ALTMAN = Scale(
    name="Altman",
    reference="Altman, D. G. (1991). Practical Statistics for Medical Research. Chapman and Hall.",
    ranges=(
        (0.8, "very good"),
        (0.6, "good"),
        (0.4, "moderate"),
        (0.2, "fair"),
        (-1.0, "poor"),
    ),
)
KRIPPENDORFF = Scale(
    name="Krippendorff",
    reference="Krippendorff, K. (2004). Human Communication Research 30(3), 411-433.",
    ranges=((0.8, "reliable"), (0.667, "for tentative conclusions"), (-1.0, "not reliable enough")),
)
SCALES = (KRIPPENDORFF, LANDIS_KOCH, FLEISS, ALTMAN)


def memberships(scale: Scale, value: float, low: float, high: float) -> list[Level]:
    """How likely the true value lies in each range, best first; normal, cut at -1 and 1.

    Each half of the interval has its own spread, so that a skewed interval stays skewed.

    >>> [(one.word, round(one.probability, 2)) for one in memberships(KRIPPENDORFF, .78, .74, .82)]
    [('reliable', 0.16), ('for tentative conclusions', 0.84), ('not reliable enough', 0.0)]
    """
    found, top, above = [], 1.0, 0.0
    for bottom, word in scale.ranges:
        share = _over(bottom, value, low, high) - _over(top, value, low, high)
        above += share
        found.append(
            Level(word=word, low=bottom, high=top, probability=share, at_least=min(1.0, above))
        )
        top = bottom
    return found


def verdict(levels: list[Level]) -> Level:
    """The best range that the true value reaches with a probability of .95.

    >>> verdict(memberships(LANDIS_KOCH, .78, .74, .82)).word
    'substantial'
    """
    return next((one for one in levels if one.at_least >= SURE), levels[-1])


def probability_over(threshold: float, value: float, low: float, high: float) -> float:
    """How likely it is that the true value is over the threshold.

    >>> round(probability_over(.8, .78, .74, .82), 2)
    0.16
    """
    return _over(threshold, value, low, high)


def _over(threshold: float, value: float, low: float, high: float) -> float:
    if threshold <= -1:
        return 1.0
    if threshold >= 1:
        return 0.0
    arm = high - value if threshold > value else value - low
    if arm <= 0:
        return 1.0 if value >= threshold else 0.0
    z = NormalDist().inv_cdf(0.975)
    over = 1 - NormalDist().cdf((threshold - value) / (arm / z))
    # Nothing lies beyond 1 and -1.
    best = 1 - NormalDist().cdf((1 - value) / (max(high - value, 1e-12) / z))
    least = 1 - NormalDist().cdf((-1 - value) / (max(value - low, 1e-12) / z))
    return min(1.0, max(0.0, (over - best) / (least - best)))
