"""Is it ambiguity, the guideline or a slip? Each conflict's most likely cause."""

from __future__ import annotations

from typing import Any

from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import Frame
from apps.agreement.views.tasks import named_tasks
from apps.agreement.views.who import GONE
from apps.core.figures import share

MOST_TASKS = 6
CAUSES = {
    "slip": ("A slip", "Others agree; one answer was given without looking closely."),
    "between": (
        "The line between two labels",
        "Who looks gives the one or the other: the guideline does not say.",
    ),
    "open": ("An open task", "Who looks may give any label: the task itself is ambiguous."),
}
ADVICE = {
    "slip": "Talk with the people named below, and look at their pace.",
    "between": "Write down where one label ends and the other begins.",
    "open": "Allow “cannot tell”, or ask for more answers and keep them all.",
}
# Of answers that can only be compared.
READINGS = {
    "slip": ("A slip", "Others read it alike; one answer was given without looking closely."),
    "between": (
        "Two readings",
        "Who looks gives the one or the other: the guideline does not say which.",
    ),
    "open": ("An open task", "Each has a reading of their own: the task itself is ambiguous."),
}
OF_READINGS = ADVICE | {
    "between": "Show both readings in the guideline, and say which one is meant."
}
TWO = "With two labels an unclear line and an open task cannot be told apart: both count here."


def why(frame: Frame) -> dict[str, Any]:
    one, study = frame.one, frame.study("causes")
    if one is None:
        return {}
    body = study.body if study else {}
    if not body or body.get("reason"):
        return {"study": study, "reason": (body.get("reason") or {}).get("sentence", "")}
    # Who answered what is hidden from reviewers where the project says so.
    is_hidden = frame.project.is_blind and not frame.leads
    ids = {row["rater"] for row in body["people"]}
    ids |= {row["rater"] for rows in body["tasks"].values() for row in rows if row["rater"]}
    names = frame.names(ids)
    tasks = _tasks(frame, one, body["tasks"], {} if is_hidden else names)
    by_readings = body.get("by_readings", False)
    words, advice = (READINGS, OF_READINGS) if by_readings else (CAUSES, ADVICE)
    rows = _causes(body, words, advice)
    causes = [{**row, "tasks": tasks.get(row["key"], [])} for row in rows]
    return {
        "study": study,
        "every_task": [row for rows in tasks.values() for row in rows],
        "conflicts": body["conflicts"],
        "causes": causes,
        "found": _found(causes, body["conflicts"]),
        "pairs": [_pair(one, row) for row in body["pairs"]],
        "by_readings": by_readings,
        "limit": body.get("limit"),
        "not_drawn": body.get("not_drawn"),
        "people": [{**row, "name": names.get(row["rater"], GONE)} for row in body["people"]],
    }


def _causes(
    body: dict[str, Any], words: dict[str, tuple[str, str]], advice: dict[str, str]
) -> list[dict[str, Any]]:
    total = body["conflicts"]
    return [
        {
            "key": key,
            "title": title,
            "text": TWO if key == "between" and body["two_labels"] else text,
            "advice": advice[key],
            "expected": body["expected"][key],
            "share": body["expected"][key] / total if total else None,
        }
        for key, (title, text) in words.items()
        if not (key == "open" and body["two_labels"])
    ]


def _found(causes: list[dict[str, Any]], conflicts: int) -> dict[str, str]:
    if not conflicts:
        return {"headline": "No answers differ.", "more": "There is nothing to explain."}
    first = max(causes, key=lambda row: float(row["expected"]))
    return {
        "headline": f"Most likely: {first['title'][0].lower()}{first['title'][1:]}.",
        "more": f"It explains about {share(first['share'])} of the {conflicts:,} tasks whose"
        f" answers differ. {first['advice']}",
    }


def _pair(one: QuestionFigures, row: dict[str, Any]) -> dict[str, Any]:
    titles = [one.title_of(row[side]) for side in ("first", "second")]
    return {**row, "names": titles}


def _tasks(
    frame: Frame, one: QuestionFigures, by_cause: dict[str, Any], names: dict[int, str]
) -> dict[str, list[dict[str, Any]]]:
    """The surest tasks of each cause, read at once."""
    chosen = {key: rows[:MOST_TASKS] for key, rows in by_cause.items()}
    ids = [row["task"] for rows in chosen.values() for row in rows]
    shown = {row["id"]: row for row in named_tasks(frame.project, one, ids)} if ids else {}
    return {
        key: [
            {
                **shown[row["task"]],
                "probability": row["probability"],
                "who": names.get(row["rater"], "") if row["rater"] else "",
                "pair": [one.title_of(value) for value in row["pair"] or []],
            }
            for row in rows
            if row["task"] in shown
        ]
        for key, rows in chosen.items()
    }
