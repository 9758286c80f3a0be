"""How good one training was: each figure with its limits, what it is of, and whether the model is right as
often as it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.consensus.views.plots import frame_of
from apps.core.figures import coefficient
from apps.routing.models import ModelRun

HELD, CROSSED = "the tasks left to chance", "cross-validation of what it learns from"


@dataclass(frozen=True)
class Row:
    name: str
    said: str
    limits: str
    n: int
    # By what it is told.
    by: str


def judged_of(run: ModelRun) -> list[Row]:
    """Of a model of labels; nothing of others, and of trainings from before it was kept."""
    found = run.figures
    rows = [_row("Accuracy", run.accuracy, HELD)] if run.accuracy["n"] else []
    if (crossed := found.get("crossed")) and crossed["n"]:
        rows.append(_row("Accuracy", crossed, CROSSED))
    limits = found.get("limits") or {}
    if limits:
        rows.append(_row("Macro F1", limits["macro_f1"], HELD))
        rows.append(_row("Log loss, nats", limits["log_loss"], HELD))
    return rows if limits or crossed else []


def reliability_of(run: ModelRun) -> dict[str, Any] | None:
    """In coordinates, as that of a consensus is drawn."""
    found = run.figures.get("reliability")
    return {**found, **frame_of(found["bins"])} if found else None


def _row(name: str, found: dict[str, Any], by: str) -> Row:
    low, high = found["low"], found["high"]
    limits = "" if low is None else f"{coefficient(low, 2)} to {coefficient(high, 2)}"
    return Row(name, coefficient(found["value"], 2), limits, found["n"], by)
