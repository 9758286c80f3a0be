"""Annotators by labels, and groups: whom to ask for what."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, IntegerField, TextField, Value
from django.db.models.functions import Cast

from apps.annotations.models import Question
from apps.core.figures import Scale, share
from apps.core.json import loads
from apps.projects.models import Membership, Project
from apps.quality.measures.groups import LEAST_ANSWERS, LEAST_PEOPLE
from apps.quality.measures.people import RATE
from apps.quality.measures.shares import KNOWN
from apps.quality.models import PeopleRun, PersonReport

# Rows: those with most answers. Columns: more labels cannot stand side by side.
MOST_PEOPLE, MOST_LABELS = 60, 20
# Of a label that was met less often nothing is said.
LEAST_MET = 5
FEW = "few"


def matrix_of(project: Project, question: Question | None, by: str = "") -> dict[str, Any]:
    """By label; or by one of the slices, how often somebody is right in each of its values."""
    run = PeopleRun.objects.filter(project=project).first()
    told = run.questions.get(question.name, {}) if run and question else {}
    context: dict[str, Any] = {"run": run, "told": told, "matrix": None, "groups": []}
    context["agreeing"] = []
    if question is None or run is None:
        return context
    slices = told.get("slices", {})
    by = by if by in slices else ""
    people = _people(project, question, ("slices", by) if by else ("labels",))
    labels = _labels(people)
    words = slices[by] if by else told.get("words", [])
    names = Membership.objects.filter(project=project).select_related("user")
    members = names.in_bulk([pk for pk, _ in people])
    context["matrix"] = {
        "names": [words[code] if code < len(words) else "?" for code in labels],
        "rest": max(len(words) - len(labels), 0),
        "rows": [
            {"member": members[pk], "cells": _cells(found, labels, words)}
            for pk, found in people
            if pk in members
        ],
    }
    groups = [_group(row) for row in told.get("groups", [])]
    context["groups"] = groups
    context["group_scale"] = Scale.around(
        [row[key] for row in groups for key in ("value", "low", "high")]
    )
    agreeing = [_agreeing(row) for row in told.get("agreeing", [])]
    context["agreeing"] = agreeing
    context["agreeing_scale"] = Scale.around(
        [row[key] for row in agreeing for key in ("value", "low", "high")]
    )
    context |= {"by": by, "slices": list(slices)}
    context |= {"least_people": LEAST_PEOPLE, "least_answers": LEAST_ANSWERS}
    return context


def _people(
    project: Project, question: Question, path: tuple[str, ...]
) -> list[tuple[int, list[dict[str, Any]]]]:
    """Those with most answers to the question, with their labels, or one slice, alone."""
    rows = (
        PersonReport.objects.filter(project=project, summary__questions__has_key=question.name)
        .annotate(
            labels=_part("body", question.name, *path),
            answers=Cast(_part("summary", question.name, "agree", "n"), IntegerField()),
        )
        .order_by("-answers", "annotator")
        .values_list("annotator", "labels")[:MOST_PEOPLE]
    )
    return [(pk, loads(labels.encode())) for pk, labels in rows if labels]


def _part(column: str, name: str, *path: str) -> Func:
    steps = [Value(step) for step in ("questions", name, *path)]
    return Func(F(column), *steps, function="jsonb_extract_path_text", output_field=TextField())


def _labels(people: list[tuple[int, list[dict[str, Any]]]]) -> list[int]:
    """The most frequent ones, in their order."""
    met: dict[int, int] = {}
    for _, rows in people:
        for row in rows:
            met[row["label"]] = met.get(row["label"], 0) + row["met"]
    return sorted(sorted(met, key=lambda code: (-met[code], code))[:MOST_LABELS])


def _cells(rows: list[dict[str, Any]], labels: list[int], words: list[str]) -> list[dict[str, Any]]:
    found = {row["label"]: row["found"] for row in rows}
    return [_cell(found.get(code), words[code] if code < len(words) else "?") for code in labels]


def _cell(found: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """A shade by the lower limit: what is surely so, not what may be luck."""
    if found is None or found["value"] is None or found["n"] < LEAST_MET:
        n = found["n"] if found else 0
        told = f"{name}: of {n} answers, too few"
        return {"css": "mx", "text": "\N{EN DASH}", "told": told}
    between = f"{share(found['low'])} to {share(found['high'])}"
    is_wide = (found["high"] - found["low"]) / 2 > KNOWN
    return {
        "css": f"m{min(9, int(found['low'] * 10))}",
        "text": f"{100 * found['value']:.0f}",
        "small": "±" + f"{50 * (found['high'] - found['low']):.0f}",
        "is_wide": is_wide,
        "told": f"{name}: {share(found['value'])}, 95 % between {between}, of {found['n']} answers",
    }


def _agreeing(row: dict[str, Any]) -> dict[str, Any]:
    """No verdict where the interval of the difference says too little."""
    q, low, high = row["q"], row["difference_low"], row["difference_high"]
    is_told = q is not None and q <= RATE
    is_wide = q is None or low is None or (high - low) / 2 > KNOWN
    standing = "lacking" if is_wide and not is_told else ""
    if is_told:
        standing = "above" if row["difference"] > 0 else "below"
    return row | {"standing": standing}


def _group(row: dict[str, Any]) -> dict[str, Any]:
    q = row.get("q")
    is_told = q is not None and q <= RATE
    difference = row["difference"]
    return row | {
        "standing": ("above" if difference > 0 else "below") if is_told else "",
        "q": q,
        "points": None if difference is None else f"{100 * difference:+.1f}",
    }
