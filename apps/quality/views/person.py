"""What the page of one annotator shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.template.defaultfilters import pluralize

from apps.agreement.views.plots import plot
from apps.annotations.models import Question
from apps.annotations.views.items import words_of
from apps.core.figures import Scale, duration, interval, probability, share
from apps.projects.actions.background import last_job
from apps.projects.http.looks import looked_at
from apps.projects.models import Membership, Project, Seen
from apps.quality.actions.people import KIND
from apps.quality.actions.repeats import same_again
from apps.quality.forms.asides import AsideForm
from apps.quality.measures.people import LEAST_TESTED, RATE
from apps.quality.measures.shares import more_needed
from apps.quality.models import Aside, Finding, FindingState, GateState, PeopleRun, PersonReport
from apps.quality.views.findings import in_words, names_of
from apps.quality.views.people_rows import NONE, Row, add_skills, rows_of, standing_now, told_of
from apps.tasks.models import Task

MOST_FINDINGS, MOST_ASIDES, MOST_LINKED, MOST_PARTS = 20, 20, 6, 12
# What is said less often than this where another label is shown is nothing to train.
LEAST_TRAINED = 0.05
TO = "\N{EN DASH}"


def page_of(
    project: Project, member: Membership, one: Question | None, questions: Sequence[Question]
) -> dict[str, Any]:
    run = PeopleRun.objects.filter(project=project).first()
    kept = PersonReport.objects.filter(pk=member.pk).first()
    body = kept.body if kept else {}
    row = rows_of(project, one, only=member.pk)[0]
    model = add_skills([row], standing_now(one)) if one else ""
    report = body.get("questions", {}).get(one.name, {}) if one else {}
    told = run.questions.get(one.name, {}) if run and one else {}
    words = told.get("words", [])
    again = same_again(annotator_id=member.pk)
    figures = [*figures_of(row, model, told), figure_of(again, one, project)]
    return {
        "run": run,
        "job": last_job(project, KIND),
        "row": row,
        "model": model,
        "by": told.get("by", ""),
        "headline": headline_of(row, told),
        "figures": figures,
        "scale": Scale.around([x for each in figures for x in _limits(each)]),
        "labels": labels_of(report, words),
        "slices": in_slices(report, told),
        "confused": confused_of(project, report, words),
        "plots": [
            each for each in (agree_plot(report, told), speed_plot(body.get("pace", {}))) if each
        ],
        "pace": row.pace,
        "last": _day(row.pace.get("last")),
        "findings": findings_of(project, member),
        "gate": GateState.objects.filter(pk=member.pk).first(),
        "asides": list(
            Aside.objects.filter(annotator=member)
            .select_related("question", "made_by")
            .order_by("-pk")[:MOST_ASIDES]
        ),
        "form": AsideForm(questions=questions),
    }


def _limits(figure: dict[str, Any]) -> list[float | None]:
    return [figure["value"], figure["low"], figure["high"]]


def _day(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def headline_of(row: Row, told: dict[str, Any]) -> dict[str, str]:
    """What is known beyond doubt; else how many answers more would do."""
    known = row.agree
    if known["value"] is None:
        more = "There is no answer yet that can be held against what others said, or against gold."
        return {"headline": "Not enough known yet.", "more": more}
    seen = (
        f"{share(known['value'])} of {known['n']:,} {_noun(told)} are as {_by(told)}"
        f" ({share(known['low'])} {TO} {share(known['high'])})."
    )
    if row.standing:
        where = "more" if row.standing == "above" else "less"
        usual = told.get("share")
        others = f", where all together reach {share(usual)}" if usual is not None else ""
        rate = f"q {probability(row.stand['q'])}, corrected for all annotators"
        return {
            "headline": f"Right {where} often than the others.",
            "more": f"{seen[:-1]}{others}; {rate}.",
        }
    lacking = row.lacking
    if lacking:
        return {
            "headline": "Not enough known yet.",
            "more": f"{seen} About {lacking:,} more {_noun(told, lacking)} would do.",
        }
    return {"headline": "Not to be told apart from the others.", "more": seen}


def _noun(told: dict[str, Any], number: int = 2) -> str:
    """Of what is marked each thing is told of, not each answer."""
    return f"{'thing' if told.get('is_of_things') else 'answer'}{pluralize(number)}"


def _by(told: dict[str, Any]) -> str:
    by = told.get("by", "the others")
    return "most of the others say" if by == "the others" else f"{by} says without them"


def figures_of(row: Row, model: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Each with its name, and why it is not there."""
    return [
        {
            "name": f"Skill, by {model}" if model else "Skill",
            "about": "how often they are right, as the model of annotators that stands sees it",
            "reason": "no model of annotators stands; choose one on Consensus"
            if not model
            else "the model has not seen an answer of theirs",
            **row.skill,
            "unit": "answers",
        },
        {
            "name": "Known answers",
            "about": "mean score on gold that they met unseen",
            "reason": "no known answer counts yet",
            **row.gold,
            "unit": "answers",
        },
        {
            "name": "As the others",
            "about": f"same as {_by(told)}, or as gold, their own answer left out",
            "reason": "no task of theirs tells yet",
            **row.agree,
            "unit": _noun(told),
        },
        {
            "name": "Agreement with others",
            "about": "beyond chance, in the tasks they share; as on the dashboard",
            "reason": "shares too few tasks to say",
            **row.others,
            "unit": "tasks",
        },
    ]


def figure_of(again: dict[str, Any], one: Question | None, project: Project) -> dict[str, Any]:
    """Not beyond chance: of two labels, one of which is rare, two answers are alike most of the time
    whoever gives them."""
    return {
        "name": "As they said before",
        "about": "how like the first their second answer is, when a task comes back; not beyond chance",
        "reason": "no task has come back to them yet"
        if project.repeat_share
        else "repeats are off; switch them on under Known answers",
        **again.get(one.name if one else "", NONE),
        "unit": "repeats",
    }


def labels_of(report: dict[str, Any], words: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for one in report.get("labels", []):
        lacking = more_needed(told_of(one["found"]))
        rows.append(
            {
                "name": _word(words, one["label"]),
                "found": one["found"],
                "lacking": lacking,
                "said": one["said"],
                "met": one["met"],
                "n": one["n"],
                "more": one["more"],
                "between": f"{_points(one['low'])} to {_points(one['high'])}",
                "points": _points(one["more"]),
                "q": one.get("q"),
                "use": _use(one),
            }
        )
    return rows


def in_slices(report: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    """Of each slice the values in which they gave most answers."""
    return [
        {
            "name": name,
            "rows": [
                {**one, "name": _word(told["slices"][name], one["label"])}
                for one in sorted(rows, key=lambda one: (-one["met"], one["label"]))[:MOST_PARTS]
            ],
            "rest": max(len(rows) - MOST_PARTS, 0),
        }
        for name, rows in report.get("slices", {}).items()
        if rows and name in told.get("slices", {})
    ]


def _use(one: dict[str, Any]) -> str:
    if one["n"] < LEAST_TESTED:
        return "unknown"
    if one.get("q", 1.0) > RATE:
        return ""
    return "over" if one["more"] > 0 else "under"


def _points(value: float) -> str:
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{abs(100 * value):.1f}"


def _word(words: Sequence[str], code: int) -> str:
    return words[code] if code < len(words) else "?"


def confused_of(
    project: Project, report: dict[str, Any], words: Sequence[str]
) -> list[dict[str, Any]]:
    """What to train: first what is surely more than now and then."""
    found = [one for one in report.get("confused", []) if one["value"] >= LEAST_TRAINED]
    found.sort(key=lambda one: (one["low"] < LEAST_TRAINED, -one["times"]))
    ids = [pk for one in found for pk in one["tasks"][:MOST_LINKED]]
    tasks = Task.objects.filter(project=project).in_bulk(ids)
    looked_at(tasks, Seen.ANSWERS)
    return [
        {
            **one,
            "shown": _word(words, one["shown"]),
            "says": _word(words, one["says"]),
            "is_sure": one["low"] >= LEAST_TRAINED,
            "between": f"{share(one['low'])} {TO} {share(one['high'])}",
            "tasks": [
                (tasks[pk], words_of(tasks[pk], project))
                for pk in one["tasks"][:MOST_LINKED]
                if pk in tasks
            ],
        }
        for one in found
    ]


def findings_of(project: Project, member: Membership) -> list[tuple[Finding, str]]:
    found = list(
        Finding.objects.filter(project=project, annotators__contains=[member.pk])
        .exclude(state=FindingState.GONE)
        .surest_first()[:MOST_FINDINGS]
    )
    names = names_of(project, found)
    return [(one, in_words(one, names)) for one in found]


def agree_plot(report: dict[str, Any], told: dict[str, Any]) -> dict[str, Any] | None:
    windows = report.get("windows", [])
    if len(windows) < 2:
        return None
    change = report.get("trend", {})
    is_told = change.get("q", 1.0) <= RATE
    way = "rose" if change.get("z", 0) > 0 else "fell"
    words = (
        f"It {way} over time (q {probability(change['q'])})."
        if is_told
        else "No trend beyond chance."
    )
    usual = told.get("share")
    known = [x for one in windows for x in (one["low"], one["high"])]
    scale = Scale.around([*known, usual])
    names = [_span(one) for one in windows]
    return plot(
        "right answers over time",
        words,
        x="category",
        categories=names,
        ends=[scale.start, scale.end],
        goal={"y": usual, "text": "all together"} if usual is not None else None,
        series=[{"name": "as the others", "points": [_point(one) for one in windows]}],
        columns=["Answers", "As the others", "Lower", "Upper"],
        rows=[
            [name, *((share(one[key]), one[key]) for key in ("value", "low", "high"))]
            for name, one in zip(names, windows, strict=True)
        ],
    )


def speed_plot(pace: dict[str, Any]) -> dict[str, Any] | None:
    windows = [one for one in pace.get("windows", []) if one["value"] is not None]
    if len(windows) < 2:
        return None
    known = [x for one in windows for x in (one["value"], one["low"], one["high"])]
    scale = Scale.around([0, *known], top=None)
    names = [_span(one) for one in windows]
    return plot(
        "seconds for an answer over time",
        f"From {duration(windows[0]['value'])} for an answer to {duration(windows[-1]['value'])}.",
        x="category",
        categories=names,
        ends=[0, scale.end],
        is_count=True,
        series=[
            {
                "name": "median of seconds",
                "points": [
                    {
                        "y": one["value"],
                        "low": one["low"],
                        "high": one["high"],
                        "note": f"{one['value']:.1f} s",
                    }
                    for one in windows
                ],
            }
        ],
        columns=["Answers", "Median of seconds", "Lower", "Upper"],
        rows=[
            [name, *((_short(one[key]), one[key]) for key in ("value", "low", "high"))]
            for name, one in zip(names, windows, strict=True)
        ],
    )


def _short(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f}"


def _span(one: dict[str, Any]) -> str:
    return f"{one['from']:,}{TO}{one['to']:,}"


def _point(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "y": one["value"],
        "low": one["low"],
        "high": one["high"],
        "note": f"{share(one['value'])}  {interval(one['low'], one['high'])}, {one['n']} answers",
    }
