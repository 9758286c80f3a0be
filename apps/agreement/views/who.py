"""Who? Each annotator against the others, in pairs, over time; and how much each has done."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.agreement.actions.people import LEAST_SHARED
from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import Frame, scale_of
from apps.agreement.views.matrices import FEW, people_matrix
from apps.agreement.views.named import Shown, named_of
from apps.agreement.views.plots import drift_plot
from apps.core.figures import coefficient, interval

# Of the annotators, at first and on request.
FIRST_PEOPLE = 12
MOST_PEOPLE = 500
GONE = "somebody who left"
# A change is told where no more than one in twenty such would be chance.
RATE = 0.05


def who(frame: Frame) -> dict[str, Any]:
    one, study = frame.one, frame.study("people")
    if one is None:
        return {}
    found = study.body if study else {}
    work = frame.ledger.progress.get("people", [])
    people = _people(found, work)
    shown = people[: MOST_PEOPLE if frame.chosen.everybody else FIRST_PEOPLE]
    marked = one.objects if one.objects.get("pairs") else {}
    wanted = {*found.get("order", []), *marked.get("order", [])}
    names = frame.names({row["rater"] for row in shown} | wanted)
    for row in shown:
        row["name"] = names.get(row["rater"], GONE)
    total = frame.ledger.progress.get("answers", 0)
    for row in shown:
        row["part"] = row["answers"] / total if total else None
    return {
        "study": study,
        "people": shown,
        "people_scale": scale_of(shown, None),
        "more_people": min(len(people), MOST_PEOPLE) if len(people) > len(shown) else 0,
        "found": _found(one, shown),
        "least_shared": LEAST_SHARED,
        "matrix": people_matrix(found, names),
        "marked": _marked(one, marked, names),
        "drift": drift_plot(found, shown),
        "named": _named(frame, one),
    }


def _marked(
    one: QuestionFigures, found: dict[str, Any], names: dict[int, str]
) -> dict[str, Any] | None:
    """Who marks the same things with the same labels: F1 of each two."""
    matrix = people_matrix(found, names) if found else None
    if matrix is None or one.study is None:
        return None
    at = timezone.localtime(one.study.made_at)
    return matrix | {
        "title": "F1 of what two marked",
        "says": f"F1 of what both found and named alike, as of {at:%H:%M}, not corrected for chance",
    }


def _named(frame: Frame, one: QuestionFigures) -> dict[str, Any] | None:
    row = frame.report
    shown = Shown(row.version, row.is_measuring) if row else Shown()
    return named_of(frame.project, frame.user, one.question, one.body["level"], shown)


def _people(found: dict[str, Any], work: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All who answered anything, those with most answers first, with what is known of them."""
    known = {row["rater"]: row for row in found.get("raters", [])}
    rows = []
    for one in work:
        row = known.get(one["annotator"], {})
        change = row.get("change") or {}
        rows.append(
            {
                "rater": one["annotator"],
                "answers": one["answers"],
                "seconds": one["seconds"],
                "value": row.get("value"),
                "low": row.get("low"),
                "high": row.get("high"),
                "tasks": row.get("tasks", 0),
                "is_few": row.get("tasks", 0) < FEW,
                "windows": row.get("windows", []),
                "changed": change.get("q", 1.0) <= RATE,
                "chance": change.get("q"),
            }
        )
    return rows


def _found(one: QuestionFigures, people: list[dict[str, Any]]) -> dict[str, str] | None:
    """Who stands apart, in a sentence: only those whose whole interval lies under the figure."""
    known = [row for row in people if row["value"] is not None]
    if len(known) < 2 or one.value is None:
        return None
    apart = sorted(
        (row for row in known if row["high"] < (one.low if one.low is not None else one.value)),
        key=lambda row: float(row["value"]),
    )
    few = sum(row["value"] is None for row in people)
    more = f" {few} share too few tasks to say." if few else ""
    if not apart:
        return {
            "headline": "Nobody stands apart.",
            "more": "No annotator's interval lies under that of all together." + more,
        }
    first = apart[0]
    others = f" So {'does' if len(apart) == 2 else 'do'} {_listed(apart[1:])}." if apart[1:] else ""
    return {
        "headline": f"{first['name']} stands apart from the others.",
        "more": f"{coefficient(first['value'])} ({interval(first['low'], first['high'])}) beyond"
        f" chance in {first['tasks']:,} shared tasks, where all together reach"
        f" {coefficient(one.value)}.{others}{more}",
    }


def _listed(rows: list[dict[str, Any]]) -> str:
    names = [f"{row['name']} ({coefficient(row['value'])})" for row in rows[:3]]
    rest = len(rows) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")
