"""What a look at new tasks found, in sentences, and all looks as a plot."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.agreement.views.plots import plot
from apps.annotations.models import Question
from apps.core.figures import coefficient, interval, share
from apps.projects.models import Project
from apps.routing.actions import windows
from apps.routing.actions.drifting import LEAST_APART, RATE
from apps.routing.actions.raising import last_raises
from apps.routing.models import DriftRun
from apps.routing.views.map_looks import titles_of

MOST_RUNS, SURE = 30, 0.05
KINDS = {"number": "numbers", "category": "values", "length": "length in words"}
BANDS = {"little": "little", "some": "some", "much": "much", "unknown": "not known"}


def page_of(project: Project, run: DriftRun | None) -> dict[str, Any]:
    runs = list(DriftRun.objects.filter(project=project).order_by("-pk")[:MOST_RUNS])
    common: dict[str, Any] = {
        "run": run,
        "runs": runs,
        "least": windows.LEAST_NEW,
        "raises": last_raises(project),
    }
    common |= {"plot": history_of(runs), "rate": RATE}
    if run is None:
        return common
    found = run.figures
    return common | {
        "headline": headline(found["apart"]),
        "more": more(run),
        "fields": [_field(one) for one in found["fields"]],
        "words": [_word(one) for one in found["words"]],
        "model": _model(project, found["model"]),
        "left_out": found["left_out"],
    }


def headline(apart: dict[str, Any]) -> str:
    if apart["p_value"] is None:
        return "Whether new tasks are like those before is not known yet."
    if apart["p_value"] > SURE:
        return "New tasks look like those before."
    if apart["low"] < LEAST_APART:
        return "New tasks differ a little from those before."
    return "New tasks are not like those before."


def more(run: DriftRun) -> str:
    """What the test found, and whether leads were told."""
    apart = run.figures["apart"]
    if apart["value"] is None:
        return str(apart["words"])
    said = (
        f"A model that has learned to tell them apart is right for {share(apart['value'])}"
        f" ({share(apart['low'])} to {share(apart['high'])} with 95 % certainty) of {apart['n']:,} tasks"
        f" that it had not seen, 50 % by chance ({_p(apart['p_value'])})."
    )
    if run.look is None:
        return f"{said} A lead asked for this look, so nobody was told."
    bar = coefficient(run.bar, 4)
    told = "so leads were told" if run.is_alarm else "so nobody was told"
    reach = "reaches" if apart["p_value"] <= (run.bar or 0) else "does not reach"
    small = " and is large enough" if run.is_alarm else ""
    return f"{said} It {reach} the bar of this look, p at most {bar}{small}, {told}."


def _p(value: float) -> str:
    return "p below .001" if value < 0.001 else f"p = {coefficient(value)}"


def _field(one: dict[str, Any]) -> dict[str, Any]:
    means = one["means"] and [None if x is None else f"{x:.3g}" for x in one["means"]]
    return one | {"what": KINDS[one["kind"]], "says": BANDS.get(one["band"], ""), "means": means}


def _word(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"is_more": one["z"] > 0}


def _model(project: Project, found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    question = Question.objects.filter(project=project, name=found["question"]).first()
    titles, sure = titles_of(question), found["sure"]
    rows = [(titles.get(value, value), then, now) for value, then, now in found["labels"]["rows"]]
    return {
        "title": question.title if question else found["question"],
        "lessons": found["lessons"],
        "sure": _sure(sure),
        "psi": found["labels"]["psi"]["words"],
        "rows": rows,
    }


def _sure(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "There are too few tasks to tell how sure the model is."
    value, low, high = (f"{100 * found[name]:+.1f}" for name in ("value", "low", "high"))
    return (
        f"It is {_change(found)} of them: on average {share(found['now'])} where it was"
        f" {share(found['before'])}, {value} points ({low} to {high} with 95 % certainty)."
    )


def _change(found: dict[str, Any]) -> str:
    if found["low"] > 0:
        return "more sure"
    return "less sure" if found["high"] < 0 else "about as sure"


def history_of(runs: list[DriftRun]) -> dict[str, Any] | None:
    """How well the two could be told apart, look by look; None before there are two."""
    known = [run for run in reversed(runs) if run.figures["apart"]["value"] is not None]
    if len(known) < 2:
        return None
    names = [
        f"{number}. {timezone.localtime(run.made_at):%-d %b}" for number, run in enumerate(known, 1)
    ]
    alarms = sum(run.is_alarm for run in known)
    return plot(
        "how well new tasks are told from those before",
        f"{len(known)} looks, {alarms} with an alarm.",
        x="category",
        categories=names,
        ends=[0, 1],
        goal={"y": 0.5, "text": "by chance"},
        series=[{"name": "told apart", "points": [_point(run) for run in known]}],
        columns=["Look", "Told apart", "Lower", "Upper", "p", "New tasks", "Alarm"],
        rows=[_row(name, run) for name, run in zip(names, known, strict=True)],
    )


def _point(run: DriftRun) -> dict[str, Any]:
    apart = run.figures["apart"]
    return {
        "y": apart["value"],
        "low": apart["low"],
        "high": apart["high"],
        "mark": "below" if run.is_alarm else "above" if run.look else "plain",
        "note": f"{coefficient(apart['value'])}  {interval(apart['low'], apart['high'])},"
        f" {run.now:,} new tasks{', alarm' if run.is_alarm else ''}",
    }


def _row(name: str, run: DriftRun) -> list[Any]:
    apart = run.figures["apart"]
    figures = [(coefficient(apart[key]), apart[key]) for key in ("value", "low", "high")]
    said = "alarm" if run.is_alarm else "" if run.look else "asked for"
    return [
        name,
        *figures,
        (_p(apart["p_value"]), apart["p_value"]),
        (f"{run.now:,}", run.now),
        said,
    ]
