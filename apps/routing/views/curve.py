"""The learning curve in coordinates: accuracy on the hold-out by the number of labelled tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from apps.core.figures import Scale
from apps.routing.models import ModelRun

WIDTH, HEIGHT = 400, 280
LEFT, TOP, RIGHT, BOTTOM = 40, 10, 390, 240
MOST_MARKS = 40
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def curve_of(runs: Sequence[ModelRun]) -> dict[str, Any] | None:
    """Of runs, the newest first; None where fewer than two can be judged. Of several with as many
    labelled tasks the newest stands for all."""
    judged = list({run.labelled: run for run in reversed(runs) if run.accuracy["n"]}.values())
    if len(judged) < 2:
        return None
    kept = np.unique(np.linspace(0, len(judged) - 1, MOST_MARKS).round().astype(int))
    shown = [judged[at] for at in kept]
    most = max(run.labelled for run in shown)
    points = [_point(run, most) for run in shown]
    line = "L".join(f"{one['x']} {one['y']}" for one in points)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": RIGHT,
        "bottom": BOTTOM,
        "rows": [{"value": tick, "y": _y(tick)} for tick in TICKS],
        "columns": [{"value": round(tick), "x": _x(tick, most)} for tick in _ticks(most)],
        "line": f"M{line}",
        "points": points,
    }


def _ticks(most: int) -> list[float]:
    return list(Scale(0, most).ticks(5)) if most else [0]


def _point(run: ModelRun, most: int) -> dict[str, Any]:
    found = run.accuracy
    return {
        "run": run,
        "x": _x(run.labelled, most),
        "y": _y(found["value"]),
        "y_low": _y(found["low"]),
        "y_high": _y(found["high"]),
        **found,
    }


def _x(value: float, most: int) -> float:
    return round(LEFT + value / max(most, 1) * (RIGHT - LEFT), 1)


def _y(value: float) -> float:
    return round(BOTTOM - value * (BOTTOM - TOP), 1)
