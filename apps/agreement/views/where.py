"""Where? The tasks that pull the figure down, and the slices that differ more than chance."""

from __future__ import annotations

from typing import Any

from apps.agreement.views.frame import Frame
from apps.agreement.views.tasks import costly_tasks, named_tasks
from apps.core.figures import Scale, coefficient

MOST_TASKS = 12
# One task of many moves the figure little.
PLACES = 5


def where(frame: Frame) -> dict[str, Any]:
    one, study = frame.one, frame.study("tasks")
    if one is None:
        return {}
    body = study.body if study else {}
    slices = _slices(one.body.get("slices", {}), body.get("slices", {}))
    effects = {row["task"]: row["effect"] for row in body.get("tasks", [])[:MOST_TASKS]}
    tasks = named_tasks(frame.project, one, list(effects)) if effects else []
    if not effects:
        tasks = costly_tasks(frame.project, one, MOST_TASKS)
    for row in tasks:
        row["effect"] = effects.get(row["id"])
        row["rise"] = coefficient(-(row["effect"] or 0.0), PLACES)
    numbers = [one.low, one.high, one.goal]
    numbers += [
        e.get(k) for rows in slices.values() for e in rows for k in ("value", "low", "high")
    ]
    return {
        "study": study,
        "tasks": tasks,
        "held_by": body.get("held_by", []),
        "slices": slices,
        "slice_scale": Scale.around(numbers),
        "found": _found(slices, body.get("held_by", [])),
    }


def _slices(
    figures: dict[str, list[dict[str, Any]]], tested: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Each slice's own figure, with whether it differs from the others where that was tested."""
    return {
        name: [{**entry, "test": found.get(entry["slice_id"])} for entry in entries]
        for name, entries in figures.items()
        for found in [{row["slice_id"]: row for row in tested.get(name, [])}]
    }


def _found(
    slices: dict[str, list[dict[str, Any]]], held_by: list[dict[str, Any]]
) -> dict[str, str] | None:
    low = [
        (name, entry)
        for name, entries in slices.items()
        for entry in entries
        if entry["test"] and entry["test"]["differs"] and entry["test"]["difference"] < 0
    ]
    half = next((row for row in held_by if row["share"] == 0.5), None)
    held = (
        f"{half['tasks']:,} of {half['of']:,} tasks hold half of all disagreement." if half else ""
    )
    if low:
        name, worst = min(low, key=lambda pair: float(pair[1]["test"]["difference"]))
        gap = coefficient(abs(worst["test"]["difference"]))
        return {
            "headline": f"Agreement is lower in {name} “{worst['of'] or 'other'}”.",
            "more": f"It lies {gap} under the others, more than chance would make it. {held}",
        }
    if held:
        told = bool(slices)
        return {
            "headline": "No slice is lower than the others for certain." if told else held,
            "more": held
            if told
            else "Declare slices in the settings to see whether it is one part of the data.",
        }
    return None
