"""What the plots show, as numbers: the browser draws them, and a table beside each says the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from apps.agreement.actions.pace import days_of, ends_of, pace_of
from apps.agreement.models import Snapshot
from apps.core.figures import Scale, coefficient, interval, verdict
from apps.core.figures import goal as goal_text

if TYPE_CHECKING:
    from apps.agreement.actions.need import Aim

# More lines than this cannot be told apart.
MOST_LINES = 7

Point = dict[str, Any]
Plot = dict[str, Any]


def plot(
    name: str,
    words: str,
    *,
    series: Sequence[dict[str, Any]],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    **more: Any,
) -> Plot:
    """`words` say the finding; `columns` and `rows` are the table. A cell that is a pair has its
    text and its number."""
    spec = {"series": list(series), "words": words, **more}
    return {
        "name": name,
        "words": words,
        "spec": json.dumps(spec),
        "columns": list(columns),
        "rows": [[_cell(cell) for cell in row] for row in rows],
    }


def _cell(cell: Any) -> dict[str, Any]:
    text, number = cell if isinstance(cell, tuple) else (cell, cell)
    return {"text": text, "raw": "" if number is None else number}


def _figure(value: float | None) -> tuple[str, float | None]:
    return coefficient(value), value


def history_plot(
    snapshots: Sequence[Snapshot],
    goal: float | None,
    title: str,
    events: Sequence[tuple[date, str]] = (),
) -> Plot | None:
    """The headline figure at the end of each day on which it changed; None before there are two."""
    known = [shot for shot in snapshots if shot.value is not None]
    if len(known) < 2:
        return None
    scale = Scale.around([x for s in known for x in (s.value, s.low, s.high)] + [goal])
    first, last = known[0], known[-1]
    return plot(
        f"alpha of {title} by day",
        f"Alpha of {title}, from {coefficient(first.value)} to {coefficient(last.value)}.",
        x="time",
        ends=[scale.start, scale.end],
        goal=_goal(goal),
        events=[
            {"x": day.isoformat(), "text": text}
            for day, text in events
            if first.day <= day <= last.day
        ],
        series=[{"name": "alpha", "points": [_shot(shot, goal) for shot in known]}],
        columns=["Day", "Alpha", "Lower", "Upper", "Tasks"],
        rows=[
            [
                (f"{s.day:%-d %b %Y}", s.day.isoformat()),
                *map(_figure, (s.value, s.low, s.high)),
                s.units,
            ]
            for s in known
        ],
    )


def _goal(goal: float | None) -> dict[str, Any] | None:
    return None if goal is None else {"y": goal, "text": f"goal {goal_text(goal)}"}


def _shot(shot: Snapshot, goal: float | None) -> Point:
    return {
        "x": shot.day.isoformat(),
        "y": shot.value,
        "low": shot.low,
        "high": shot.high,
        "mark": verdict(shot.value, shot.low, shot.high, goal),
        "note": f"{coefficient(shot.value)}  {interval(shot.low, shot.high)}, {shot.units:,} tasks",
    }


def drift_plot(found: dict[str, Any], people: Sequence[dict[str, Any]]) -> Plot | None:
    """All together and each of the first annotators, over windows with about as many answers."""
    windows = found.get("windows", [])
    if len(windows) < 2:
        return None
    names = [_span(window) for window in windows]
    everybody = [_windowed(one) for one in found["everybody"]]
    # Those who changed come first, then those with most answers.
    shown = sorted(people, key=lambda row: not row["changed"])[:MOST_LINES]
    lines = [
        _line(row, place)
        for place, row in enumerate(shown, 1)
        if any(one["value"] is not None for one in row["windows"])
    ]
    changed = [row["name"] for row in shown if row["changed"]]
    words = f"{', '.join(changed)} changed over time." if changed else "Nobody changed for certain."
    known = [x for one in found["everybody"] for x in (one["low"], one["high"])]
    known += [one["value"] for row in shown for one in row["windows"]]
    scale = Scale.around(known)
    return plot(
        "agreement with the others over time",
        words,
        x="category",
        categories=names,
        ends=[scale.start, scale.end],
        series=[{"name": "all together", "is_band": True, "points": everybody}, *lines],
        columns=["From", "All together", "Lower", "Upper", *(line["name"] for line in lines)],
        rows=[
            [
                name,
                *(_figure(everybody[i][key]) for key in ("y", "low", "high")),
                *(_figure(line["points"][i]["y"]) for line in lines),
            ]
            for i, name in enumerate(names)
        ],
    )


def _line(row: dict[str, Any], colour: int) -> dict[str, Any]:
    points = [_windowed(one) for one in row["windows"]]
    return {"name": row["name"], "colour": colour, "is_thin": True, "points": points}


def windows_plot(found: dict[str, Any], goal: float | None, title: str) -> Plot | None:
    """Where no days were watched, as after an import: the stretches in which answers were given."""
    windows, values = found.get("windows", []), found.get("everybody", [])
    if sum(one["value"] is not None for one in values) < 2:
        return None
    names = [_span(window) for window in windows]
    known = [x for one in values for x in (one["low"], one["high"])]
    scale = Scale.around([*known, goal])
    points = [
        _windowed(one) | {"mark": verdict(one["value"], one["low"], one["high"], goal)}
        for one in values
    ]
    return plot(
        f"agreement on {title} by period",
        f"Agreement on {title} in {len(windows)} stretches with about as many answers each.",
        x="category",
        categories=names,
        ends=[scale.start, scale.end],
        goal=_goal(goal),
        series=[{"name": "agreement", "points": points}],
        columns=["Period", "Agreement", "Lower", "Upper", "Tasks"],
        rows=[
            [name, *map(_figure, (one["value"], one["low"], one["high"])), one["tasks"]]
            for name, one in zip(names, values, strict=True)
        ],
    )


def _windowed(one: dict[str, Any]) -> Point:
    return {
        "y": one["value"],
        "low": one["low"],
        "high": one["high"],
        "note": f"{coefficient(one['value'])}  {interval(one['low'], one['high'])},"
        f" {one['tasks']:,} tasks",
    }


def _span(window: dict[str, str]) -> str:
    first, last = (date.fromisoformat(window[side]) for side in ("first", "last"))
    if first == last:
        return f"{first:%-d %b}"
    return f"{first:%-d %b} \N{EN DASH} {last:%-d %b}"


def need_curve(found: dict[str, Any], aim: Aim, plan: dict[str, Any]) -> Plot:
    """What each number of tasks allows: the width of the interval, or the difference."""
    what = "detectable difference" if aim.kind == "difference" else "width of the interval"
    top = Scale.around([0, *(y for _, y in found["curve"][3:]), aim.size], top=None)
    now = {"x": plan["tasks"], "y": found["reached"], "mark": "plain", "note": "now"}
    there = {
        "x": found["tasks"],
        "y": aim.size,
        "mark": "above",
        "note": f"{found['tasks']:,} tasks",
    }
    return plot(
        f"{what} by tasks",
        f"With {plan['tasks']:,} tasks the {what} is {coefficient(found['reached'])};"
        f" {coefficient(aim.size)} takes {found['tasks']:,}.",
        x="value",
        x_name="tasks with two answers or more",
        ends=[0, top.end],
        goal={"y": aim.size, "text": coefficient(aim.size)},
        series=[
            {
                "name": what,
                "is_curve": True,
                "points": [{"x": n, "y": y} for n, y in found["curve"]],
            },
            {"name": "now", "is_dots": True, "points": [now, there]},
        ],
        columns=["Tasks", what.capitalize()],
        rows=[[(f"{n:,}", n), _figure(y)] for n, y in found["curve"][::4]],
    )


def pace_plot(progress: dict[str, Any]) -> dict[str, Any] | None:
    """Answers given over time, the pace with its interval, and when all is done at that pace."""
    days = days_of(progress)
    if not days:
        return None
    wanted, given = progress.get("wanted", 0), progress.get("given", 0)
    pace = pace_of([n for _, n in days])
    left = max(0, wanted - given)
    ends = ends_of(days, left, pace)
    return {
        "pace": pace,
        "left": left,
        "wanted": wanted,
        "given": given,
        "end": ends,
        "plot": _pace_curve(days, wanted, left, ends) if len(days) > 1 else None,
    }


def _pace_curve(
    days: Sequence[tuple[date, int]], wanted: int, left: int, ends: dict[str, Any] | None
) -> Plot:
    sums = list(accumulate(n for _, n in days))
    scale = Scale.around([0, sums[-1], wanted], top=None)
    series: list[dict[str, Any]] = [
        {
            "name": "answers",
            "is_curve": True,
            "points": [
                {"x": day.isoformat(), "y": total, "note": f"{total:,} answers"}
                for (day, _), total in zip(days, sums, strict=True)
            ],
        }
    ]
    if ends and ends["value"]:
        start = {"x": days[-1][0].isoformat(), "y": sums[-1]}
        # Answers that do not fill a slot are answers too: the line ends where none is left to give.
        end = {"x": ends["value"].isoformat(), "y": sums[-1] + left, "note": "at the present pace"}
        series.append({"name": "at the present pace", "is_forecast": True, "points": [start, end]})
    return plot(
        "answers over time",
        f"{sums[-1]:,} answers from {days[0][0]:%-d %B} to {days[-1][0]:%-d %B};"
        f" {wanted:,} are wanted.",
        x="time",
        is_count=True,
        ends=[0, scale.end],
        goal={"y": wanted, "text": f"all {wanted:,} answers"} if wanted else None,
        series=series,
        columns=["Day", "Answers", "So far"],
        rows=[
            [(f"{day:%-d %b %Y}", day.isoformat()), n, total]
            for (day, n), total in zip(days, sums, strict=True)
        ],
    )
