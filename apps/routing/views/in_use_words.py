"""How good a model in use is, in sentences and plots."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.template.defaultfilters import pluralize

from apps.agreement.views.plots import plot
from apps.consensus.views import plots as reliability
from apps.core.figures import coefficient, interval, share
from apps.quality.measures.shares import Told
from apps.routing.actions.feed_report import Judged, Report
from apps.routing.learners.in_use import Calibration
from apps.routing.models import FeedLook
from apps.routing.views.map_looks import titles_of

# With fewer an interval is too wide to say anything by.
FEW = 10
MOST_LABELS = 50
TITLES = {
    "outcome": "Against outcomes",
    "lot": "Against people's answers, drawn by lot",
    "chosen": "Tasks that were chosen",
    "sent": "Predictions sent with a task",
}
PERIODS = {
    "4": "the last 4 weeks",
    "13": "the last 13 weeks",
    "52": "the last year",
    "all": "all that is kept",
}


def headline(report: Report) -> str:
    main = report.main
    if main is None or main.accuracy.value is None:
        return "How good this model is where it is in use is not known yet."
    if main.accuracy.n < FEW:
        return "How good this model is where it is in use cannot be told from so few."
    said = "what people say" if main.source == "lot" else "what turns out to be so"
    return f"The model says {said} in {share(main.accuracy.value)} of the cases."


def more(report: Report) -> str:
    days = report.count.maturity_days
    old = f"old enough ({days} day{'' if days == 1 else 's'} or more)"
    main = report.main
    if main is None:
        return (
            f"Of {report.predictions:,} predictions {report.mature:,} are {old}; none of these has an"
            " outcome, or answers of people to a task that was drawn by lot."
        )
    told = main.accuracy
    known = "have an outcome" if main.source == "outcome" else "were drawn by lot and answered"
    said = (
        f"Between {share(told.low, 1)} and {share(told.high, 1)} with 95 % certainty: of"
        f" {report.mature:,} predictions {old} {told.n:,} {known}."
    )
    if main.source == "outcome" and report.bounds is not None:
        low, high = report.bounds
        said += (
            f" Whatever the others would show, of them all {share(low, 1)} to {share(high, 1)} were"
            " right."
        )
    return said


def sections(report: Report) -> list[dict[str, Any]]:
    """What stands for all predictions: outcomes, and the lot."""
    titles = titles_of(report.count.question)
    return [
        _section(report.judged[name], titles)
        for name in ("outcome", "lot")
        if report.judged[name].accuracy.n
    ]


def _section(judged: Judged, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "judged": judged,
        "title": TITLES[judged.source],
        "labels": [
            {"title": titles.get(one.label, one.label), "figures": one}
            for one in judged.labels[:MOST_LABELS]
        ],
        "left_out": max(0, len(judged.labels) - MOST_LABELS),
        "reliability": reliability_of(judged.calibration),
    }


def reliability_of(found: Calibration) -> dict[str, Any] | None:
    """In coordinates, as the reliability of a consensus is drawn; None without probabilities."""
    if found.error.value is None:
        return None
    bins = [
        {
            "said": one.probability,
            "right": one.right.value,
            "low": one.right.low,
            "high": one.right.high,
            "units": one.right.n,
        }
        for one in found.bins
    ]
    error = found.error
    return {
        "words": f"{error.n:,} prediction{pluralize(error.n)} with a probability",
        "ece": error.value,
        "ece_low": error.low,
        "ece_high": error.high,
        "brier": None,
        **reliability.frame_of(bins),
    }


def apart(report: Report) -> list[dict[str, Any]]:
    """What was chosen, and stands for itself alone."""
    return [
        {"title": TITLES[name], "judged": report.judged[name]}
        for name in ("chosen", "sent")
        if report.judged[name].of
    ]


def history_of(report: Report) -> dict[str, Any] | None:
    """The accuracy of each week's predictions; None before there are two weeks."""
    lines = [report.judged[name] for name in ("outcome", "lot") if report.judged[name].weeks]
    weeks = sorted({week for line in lines for week, _ in line.weeks})
    if len(weeks) < 2:
        return None
    first, last = lines[0].weeks[0][1], lines[0].weeks[-1][1]
    return plot(
        "how often the model is right, by week",
        f"{TITLES[lines[0].source]}: from {share(first.value)} to {share(last.value)}.",
        x="time",
        ends=[_floor(lines), 1],
        series=[
            {
                "name": TITLES[line.source].lower(),
                "points": [_point(week, told) for week, told in line.weeks],
            }
            for line in lines
        ],
        columns=["Week from", "Against", "Right", "Lower", "Upper", "Predictions"],
        rows=[_row(week, line.source, told) for line in lines for week, told in line.weeks],
    )


def _floor(lines: list[Judged]) -> float:
    lowest = min(told.low or 0 for line in lines for _, told in line.weeks)
    return max(0, int(lowest * 10) / 10)


def _point(week: str, told: Told) -> dict[str, Any]:
    return {
        "x": week,
        "y": told.value,
        "low": told.low,
        "high": told.high,
        "mark": "plain",
        "note": f"{share(told.value, 1)}  {interval(told.low, told.high)}, {told.n:,} predictions",
    }


def _row(week: str, source: str, told: Told) -> list[Any]:
    figures = [(coefficient(one), one) for one in (told.value, told.low, told.high)]
    which = "outcomes" if source == "outcome" else "people, by lot"
    return [
        (f"{date.fromisoformat(week):%-d %b %Y}", week),
        which,
        *figures,
        (f"{told.n:,}", told.n),
    ]


def looked(look: FeedLook) -> dict[str, Any]:
    """One look, for the table of them."""
    has_before = bool(look.before_number)
    return {
        "look": look,
        "now": look.right / look.number,
        "before": look.before_right / look.before_number if has_before else None,
        "p": None if look.p_value is None else _p(look.p_value),
    }


def _p(value: float) -> str:
    return "below .001" if value < 0.001 else coefficient(value)


def page_of(report: Report) -> dict[str, Any]:
    """All that the page says of one model and question."""
    return {
        "report": report,
        "headline": headline(report),
        "more": more(report),
        "sections": sections(report),
        "apart": apart(report),
        "plot": history_of(report),
    }
