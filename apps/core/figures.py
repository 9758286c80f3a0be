"""How figures are written and drawn: numbers in words, intervals on a scale that a column shares.

Coefficients have three decimals and no leading zero. A figure that is not defined is "none" with
its reason, never 0 and never 1. Nothing here queries or formats HTML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MINUS = "\N{MINUS SIGN}"
TO = "\N{EN DASH}"
Verdict = Literal["above", "undecided", "below", "plain", "none"]
VERDICT_WORDS: dict[Verdict, str] = {
    "above": "Above",
    "undecided": "Undecided",
    "below": "Below",
    "plain": "No goal",
    "none": "Not defined",
}
EDGE = 6.0  # what a glyph keeps free at either end, so that a mark at the end is whole
NARROW = 16.0  # an interval drawn narrower than this gets taller caps


def is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def coefficient(value: float | None, decimals: int = 3) -> str:
    """.784; 1.000; "none" for what is not defined."""
    if value is None or not math.isfinite(value):
        return "none"
    text = f"{abs(value):.{decimals}f}".removeprefix("0") or "0"
    return f"{MINUS}{text}" if value < 0 and float(f"{value:.{decimals}f}") != 0 else text


def goal(value: float | None) -> str:
    """.80 and .667: as many decimals as it was set with, two at least."""
    text = coefficient(value)
    return text.removesuffix("0") if value is not None else text


def interval(low: float | None, high: float | None, decimals: int = 3) -> str:
    """Low and high with a dash; with "to" where a dash would be read as a sign."""
    if low is None or high is None or not (is_number(low) and is_number(high)):
        return ""
    between = " to " if low < 0 or high < 0 else TO
    return f"{coefficient(low, decimals)}{between}{coefficient(high, decimals)}"


def share(value: float | None, decimals: int = 0) -> str:
    """Percent of a share from 0 to 1. What is not none and not all is never rounded to it."""
    if value is None or not math.isfinite(value):
        return "none"
    least = 10.0**-decimals
    percent = value * 100
    if 0 < percent < least / 2:
        return f"<{least:.{decimals}f} %"
    if 100 - least / 2 <= percent < 100:
        return f">{100 - least:.{decimals}f} %"
    return f"{percent:.{decimals}f} %"


def probability(value: float | None) -> str:
    """Two decimals; what is not certain is never rounded to it: ">.99" and "<.01"."""
    if value is None or not math.isfinite(value):
        return "none"
    if value > 0.99:
        return ">.99"
    return "<.01" if value < 0.01 else coefficient(value, 2)


def short(value: float) -> str:
    """A number of any size to three figures that matter, without an exponent.

    >>> short(12345.6), short(12.345), short(-0.012345), short(3.0)
    ('12,346', '12.3', '\N{MINUS SIGN}0.0123', '3')
    """
    size = 0 if value == 0 else math.floor(math.log10(abs(value)))
    text = f"{abs(value):,.{max(2 - size, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS}{text}" if value < 0 and text != "0" else text


def duration(seconds: float | None) -> str:
    """40 s, 4 min, 1 h 20 min, 3 days: as exact as someone who waits needs it."""
    if seconds is None or not math.isfinite(seconds):
        return "unknown"
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = round(hours / 24)
    return "1 day" if days == 1 else f"{days} days"


def verdict(
    value: float | None, low: float | None, high: float | None, goal: float | None
) -> Verdict:
    """Where the whole interval lies: the value alone decides nothing."""
    if value is None or not math.isfinite(value):
        return "none"
    if goal is None or low is None or high is None:
        return "plain"
    if low >= goal:
        return "above"
    return "below" if high < goal else "undecided"


@dataclass(frozen=True, slots=True)
class Scale:
    """The stretch of numbers that a column's glyphs share."""

    start: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and self.start < self.end):
            raise ValueError(f"A scale goes upwards: {self.start} to {self.end}.")

    @classmethod
    def around(cls, values: Iterable[float | None], *, top: float | None = 1.0) -> Scale:
        """A round scale that holds all the values, with a tenth of room; not beyond `top`."""
        known = [value for value in values if value is not None and math.isfinite(value)]
        if not known:
            return cls()
        low, high = min(known), max(known)
        step = _step(max(high - low, 0.05), 5)
        start = math.floor((low - step / 10) / step) * step
        end = math.ceil((high + step / 10) / step) * step
        if top is not None and high <= top:
            end = min(end, top)
        return cls(round(start, 10), round(max(end, start + step), 10))

    def place(self, value: float, width: float) -> float:
        """Where a number stands on a glyph of this width; what lies outside stands at the end."""
        part = (min(max(value, self.start), self.end) - self.start) / (self.end - self.start)
        return round(EDGE + part * (width - 2 * EDGE), 1)

    def ticks(self, limit: int = 7) -> list[float]:
        step = _step(self.end - self.start, limit - 1)
        first = math.ceil(round(self.start / step, 6))
        last = math.floor(round(self.end / step, 6))
        return [round(n * step, 10) for n in range(first, last + 1)]


def _step(span: float, parts: int) -> float:
    """The smallest round step that covers the span in at most so many parts."""
    size = 10.0 ** math.floor(math.log10(span / parts))
    steps = (size, 2 * size, 2.5 * size, 5 * size, 10 * size)
    return next(step for step in steps if span / step <= parts + 1e-9)


def tick_label(value: float) -> str:
    """.5, 1, 40: as short as it can be."""
    text = f"{abs(value):.4f}".rstrip("0").rstrip(".")
    short = text.removeprefix("0") or "0"
    return f"{MINUS}{short}" if value < 0 else short


@dataclass(frozen=True, slots=True)
class Glyph:
    """Dot and whisker in pixels. A cap is missing where the interval leaves the scale."""

    width: int
    height: int
    mark: Verdict
    at: float
    low: float | None
    high: float | None
    goal: float | None
    cap: float
    caps: tuple[float, ...]

    @property
    def middle(self) -> float:
        return self.height / 2

    @property
    def cap_top(self) -> float:
        return self.middle - self.cap

    @property
    def cap_height(self) -> float:
        return 2 * self.cap

    @property
    def goal_end(self) -> int:
        return self.height + 8


def glyph(
    value: float,
    low: float | None,
    high: float | None,
    *,
    goal: float | None = None,
    scale: Scale | None = None,
    width: int = 320,
    height: int = 24,
) -> Glyph:
    scale = scale or Scale()
    known = low is not None and high is not None and is_number(low) and is_number(high)
    x_low = scale.place(low, width) if known and low is not None else None
    x_high = scale.place(high, width) if known and high is not None else None
    slim = x_low is not None and x_high is not None and x_high - x_low < NARROW
    ends = ((low, x_low), (high, x_high)) if known else ()
    return Glyph(
        width=width,
        height=height,
        mark=verdict(value, low if known else None, high if known else None, goal),
        at=scale.place(value, width),
        low=x_low,
        high=x_high,
        goal=None if goal is None else scale.place(goal, width),
        cap=6.5 if slim else 4.0,
        caps=tuple(
            x
            for end, x in ends
            if end is not None and x is not None and scale.start <= end <= scale.end
        ),
    )
