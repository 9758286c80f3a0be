"""What was marked, found and named: the figures of objects as pages and tables to save show them."""

from __future__ import annotations

from typing import Any

from apps.agreement.measures import object_measures
from apps.agreement.measures.joined import REFERENCES
from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import scale_of
from apps.core.figures import coefficient, interval

# What a reason for leaving tasks out is called.
LEFT_OUT = {
    "fewer_than_two_answers": "with one answer",
    "overlapping_segments": "in which one person's stretches overlap",
    "not_drawn": "not drawn, as it takes long",
    "answers_beyond_six": "answers beyond six of a task",
    "ends_not_marked": "whose ends nobody marked",
}
COLUMNS = [
    "Measure",
    "Value",
    "Lower",
    "Upper",
    "Tasks",
    "Annotators",
    "Answers",
    "Method",
    "Left out",
]


def objects_page(one: QuestionFigures) -> dict[str, Any] | None:
    """None where answers are no lists of objects, or nothing was found out yet."""
    if one.study is None:
        return None
    rows = [_row(figure, one.objects) for figure in one.objects["measures"]]
    labels = _labels(one)
    return {
        "made_at": one.study.made_at,
        "since": one.since,
        "answers": one.objects["answers"],
        "rows": rows,
        "loose": one.objects.get("loose", 0),
        "scale": scale_of([row for row in rows if row["is_coefficient"]], one.goal),
        "labels": labels,
        "label_names": [figure["label"] for figure in labels[0]["figures"]] if labels else [],
        "label_scale": scale_of([row["figures"][0] for row in labels], None),
        "numbers": _numbers(one, rows, labels),
        "threshold": coefficient(one.objects["geometry"]["threshold"], 2)
        if one.objects.get("geometry")
        else "",
        "likeness": (one.objects.get("geometry") or {}).get("likeness", ""),
    }


def _row(figure: dict[str, Any], objects: dict[str, Any]) -> dict[str, Any]:
    steps = (objects.get("geometry") or {}).get("steps", "")
    why = figure.get("undefined_reason") or figure.get("interval_reason") or {}
    note = "" if figure["chance_corrected"] else "not corrected for chance"
    return {
        **figure,
        "note": note if figure["is_coefficient"] else f"in {steps}; 0 is best",
        "why": why.get("sentence", ""),
        "left_out": left_out(figure),
    }


def left_out(figure: dict[str, Any]) -> str:
    """How many tasks were left out, and why, in words."""
    found = (figure.get("excluded") or {}).items()
    return ", ".join(f"{n:,} {LEFT_OUT.get(why, why.replace('_', ' '))}" for why, n in found if n)


def _labels(one: QuestionFigures) -> list[dict[str, Any]]:
    return [
        {
            "title": one.label_title(row["of"]),
            "colour": one.label_colour(row["of"]),
            "figures": [
                {**each, "why": (each.get("undefined_reason") or {}).get("sentence", "")}
                for each in row["measures"]
            ],
            "coverage": row["coverage"],
        }
        for row in one.objects["labels"]
    ]


def _numbers(
    one: QuestionFigures, rows: list[dict[str, Any]], labels: list[dict[str, Any]]
) -> dict[str, Any]:
    """All of it as one table, exact, to be saved."""
    lines = [_line(row["label"], row) for row in rows]
    lines += [
        _line(f"{figure['label']}: {row['title']}", figure)
        for row in labels
        for figure in row["figures"]
    ]
    return {"name": f"agreement on objects of {one.name}", "columns": COLUMNS, "rows": lines}


def _line(name: str, figure: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = [(coefficient(figure[key]), figure[key]) for key in ("value", "low", "high")]
    counts = [
        (f"{figure[key] or 0:,}", figure[key] or 0) for key in ("units", "raters", "pairable")
    ]
    words = [
        (text, text) for text in (figure.get("method") or figure.get("why") or "", left_out(figure))
    ]
    return [
        {"text": text, "raw": "" if raw is None else raw}
        for text, raw in [(name, name), *numbers, *counts, *words]
    ]


def methods_of(one: QuestionFigures) -> str:
    """A paragraph for a methods section; empty where answers are no lists of objects."""
    if one.study is None:
        return ""
    geometry = one.objects.get("geometry")
    known = [figure for figure in one.objects["measures"] if figure.get("value") is not None]
    said = [
        f"{figure['label']} was {coefficient(figure['value'])}"
        f" ({interval(figure['low'], figure['high']) or 'no interval'})"
        for figure in known
        if figure["is_coefficient"]
    ]
    how = (
        f"Objects of two annotators were matched one to one where their {geometry['likeness']} is"
        f" {coefficient(geometry['threshold'], 2)} or more. "
        if geometry
        else ""
    )
    return f"{how}{'; '.join(said)}. Whole tasks, or groups of them, were drawn for the intervals."


def references_of(one: QuestionFigures) -> list[str]:
    names = [figure["measure"] for figure in one.objects.get("measures", [])]
    known = {name: measure.reference for name, measure in object_measures.items()} | REFERENCES
    return [known[name] for name in names if name in known]
