"""What a comparison came to: a sentence, a row for each strategy, and the curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.agreement.views.plots import plot
from apps.core.figures import Scale, coefficient, interval, share
from apps.projects.models import Project
from apps.routing.actions.replaying import LEAST, MOST_SECONDS, replayed_of
from apps.routing.learners.replay import Mean, Replayed
from apps.routing.learners.saving import best_of, saved
from apps.routing.models import Replay
from apps.routing.strategies import strategies

MOST_KEPT = 20
# Lines of one plot stand a little beside each other, or their intervals would hide each other.
BESIDE = 0.006


@dataclass(frozen=True)
class Row:
    """One strategy: what it came to, what it gained over chance, and what that would have saved."""

    name: str
    label: str
    last: Mean
    gained: Mean | None
    saved: Mean | None
    is_best: bool


def page_of(project: Project, kept: Replay | None) -> dict[str, Any]:
    earlier = list(
        Replay.objects.filter(project=project)
        .select_related("question")
        .order_by("-pk")[:MOST_KEPT]
    )
    common: dict[str, Any] = {"kept": kept, "least": LEAST, "minutes": MOST_SECONDS // 60}
    common["earlier"] = [(one, ", ".join(map(label_of, one.strategies[1:]))) for one in earlier]
    if kept is None:
        return common
    replayed = replayed_of(kept)
    best = best_of(replayed)
    rows = [_row(replayed, name, best) for name in replayed.accuracy]
    return common | {
        "headline": headline(replayed, best),
        "rows": sorted(rows, key=lambda row: -(row.gained.value if row.gained else 0.0)),
        "best": best,
        "best_label": label_of(best) if best else "",
        "plot": curves_of(replayed),
        "left_out": kept.figures["left_out"],
    }


def label_of(name: str) -> str:
    return strategies[name].label if name in strategies else name


def headline(replayed: Replayed, best: str | None) -> str:
    if best is None:
        return "No strategy is surely better here than tasks in random order."
    found = saved(replayed, best)
    if found.value < 1:
        return f"{label_of(best)} is better here than random order."
    base, last = label_of(replayed.base), replayed.sizes[-1]
    return (
        f"{label_of(best)} would have been as good with {last - found.value:,.0f} labels as"
        f" {base} with {last:,}."
    )


def _row(replayed: Replayed, name: str, best: str | None) -> Row:
    is_base = name == replayed.base
    return Row(
        name=name,
        label=label_of(name),
        last=replayed.curve(name)[-1],
        gained=None if is_base else _points(replayed.gained_on_average(name)),
        saved=None if is_base else saved(replayed, name),
        is_best=name == best,
    )


def _points(mean: Mean) -> Mean:
    """In points of accuracy."""
    low, high = (None if x is None else 100 * x for x in (mean.low, mean.high))
    return Mean(value=100 * mean.value, low=low, high=high, n=mean.n)


def curves_of(replayed: Replayed) -> dict[str, Any]:
    """One line a strategy, with its intervals; the table beside has the same numbers."""
    curves = {name: replayed.curve(name) for name in replayed.accuracy}
    ends = [f"{label_of(name)} {share(curve[-1].value)}" for name, curve in curves.items()]
    scale = Scale.around([x for curve in curves.values() for one in curve for x in _limits(one)])
    columns = [f"{label_of(name)}{end}" for name in curves for end in ("", ", lower", ", upper")]
    return plot(
        "accuracy by labels, strategy by strategy",
        f"Accuracy after {replayed.sizes[-1]:,} labels: {', '.join(ends)}.",
        x="value",
        x_name="labels",
        is_keyed=True,
        ends=[scale.start, scale.end],
        series=_lines(replayed, curves),
        columns=["Labels", *columns],
        rows=[
            [
                (f"{size:,}", size),
                *((coefficient(x), x) for curve in curves.values() for x in _limits(curve[at])),
            ]
            for at, size in enumerate(replayed.sizes)
        ],
    )


def _limits(one: Mean) -> tuple[float | None, ...]:
    return one.value, one.low, one.high


def _lines(replayed: Replayed, curves: dict[str, list[Mean]]) -> list[dict[str, Any]]:
    span = replayed.sizes[-1] - replayed.sizes[0]
    return [
        {
            "name": label_of(name),
            "colour": 8 if name == replayed.base else place,
            "points": [
                _point(size + (place - len(curves) / 2) * BESIDE * span, size, one)
                for size, one in zip(replayed.sizes, curve, strict=True)
            ],
        }
        for place, (name, curve) in enumerate(curves.items())
    ]


def _point(x: float, size: int, one: Mean) -> dict[str, Any]:
    return {
        "x": round(x, 2),
        "y": one.value,
        "low": one.low,
        "high": one.high,
        "note": f"{size:,} labels: {coefficient(one.value)}  {interval(one.low, one.high)}",
    }
