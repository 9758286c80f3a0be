"""The learning curve in coordinates: the figure on the hold-out by the number of labelled tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from apps.core.figures import Scale, coefficient, short
from apps.routing.models import ModelRun

WIDTH, HEIGHT = 400, 280
LEFT, TOP, RIGHT, BOTTOM = 40, 10, 390, 240
MOST_MARKS = 40
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def curve_of(runs: Sequence[ModelRun]) -> dict[str, Any] | None:
    """Of runs, the newest first; None where fewer than two can be judged. Of several with as many
    labelled tasks the newest stands for all."""
    told = [run for run in reversed(runs) if run.figure["value"] is not None]
    judged = list({run.labelled: run for run in told}.values())
    if len(judged) < 2:
        return None
    kept = np.unique(np.linspace(0, len(judged) - 1, MOST_MARKS).round().astype(int))
    shown = [judged[at] for at in kept]
    most = max(run.labelled for run in shown)
    top = _top(shown)
    say = short if shown[0].measure == "error" else lambda value: coefficient(value, 2)
    points = [_point(run, most, top) for run in shown]
    line = "L".join(f"{one['x']} {one['y']}" for one in points)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": RIGHT,
        "bottom": BOTTOM,
        "rows": [{"text": say(tick * top), "y": _y(tick)} for tick in TICKS],
        "columns": [{"value": round(tick), "x": _x(tick, most)} for tick in _ticks(most)],
        "line": f"M{line}",
        "points": points,
    }


def _ticks(most: int) -> list[float]:
    return list(Scale(0, most).ticks(5)) if most else [0]


def _top(runs: Sequence[ModelRun]) -> float:
    """Shares end at 1; an error has no end."""
    if runs[0].measure != "error":
        return 1.0
    largest = max(run.figure["high"] or run.figure["value"] for run in runs) or 1.0
    return Scale.around([0, largest], top=None).end


def _point(run: ModelRun, most: int, top: float) -> dict[str, Any]:
    found = run.figure
    low, high = (
        found[end] if found[end] is not None else found["value"] for end in ("low", "high")
    )
    return {
        "run": run,
        "x": _x(run.labelled, most),
        "y": _y(found["value"] / top),
        "y_low": _y(max(low, 0) / top),
        "y_high": _y(min(high / top, 1)),
        **found,
    }


def _x(value: float, most: int) -> float:
    return round(LEFT + value / max(most, 1) * (RIGHT - LEFT), 1)


def _y(value: float) -> float:
    return round(BOTTOM - value * (BOTTOM - TOP), 1)
