"""What the figures mean, in sentences. Only what an interval supports is said."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from apps.agreement.models import Ledger
from apps.core.figures import coefficient, interval, share

if TYPE_CHECKING:
    from apps.agreement.views.page import QuestionFigures

# Of the next steps: a pair of labels is named from this share of all disagreement on.
WORTH_NAMING = 0.1
LEAST_TASKS = 5
MOST_STEPS = 3


def verdict_of(questions: Sequence[QuestionFigures], ledger: Ledger) -> dict[str, str]:
    """The headline, and the sentence below it."""
    if not questions:
        return {
            "headline": "Nothing is asked yet that agreement can be counted for.",
            "more": "Agreement is counted for choices, sets of labels, ratings and numbers.",
        }
    known = [one for one in questions if one.value is not None]
    if not known:
        return _nothing_known(questions, ledger)
    return {"headline": _headline(known), "more": " ".join(_sentence(one) for one in known[:4])}


def _nothing_known(questions: Sequence[QuestionFigures], ledger: Ledger) -> dict[str, str]:
    answers = ledger.progress.get("answers", 0)
    if not answers:
        return {
            "headline": "No answers yet.",
            "more": "The first figure stands here as soon as two people have answered the same task.",
        }
    reason = questions[0].reason
    noun = "answer" if answers == 1 else "answers"
    return {"headline": reason, "more": f"{answers:,} {noun} so far. Nothing can be said before."}


def _headline(known: Sequence[QuestionFigures]) -> str:
    below = [one.question.title for one in known if one.verdict == "below"]
    undecided = [one.question.title for one in known if one.verdict == "undecided"]
    above = [one.question.title for one in known if one.verdict == "above"]
    if below:
        return f"{_listed(below)} {'is' if len(below) == 1 else 'are'} below the goal."
    if undecided:
        return f"{_listed(undecided)} cannot be told apart from the goal yet."
    if above:
        return f"{_listed(above)} {'is' if len(above) == 1 else 'are'} above the goal."
    worst = min(known, key=lambda one: one.value or 0)
    if len(known) == 1:
        return f"{worst.question.title}: alpha is {coefficient(worst.value)}."
    return f"Agreement is lowest on {worst.question.title}: alpha is {coefficient(worst.value)}."


def _sentence(one: QuestionFigures) -> str:
    title, value = one.question.title, coefficient(one.value)
    if one.low is None:
        return f"{title}: {value}, without an interval. {one.interval_reason}".strip()
    span = interval(one.low, one.high)
    tasks = f"{one.units:,} tasks"
    if one.goal is None:
        return f"{title}: {value} ({span}, from {tasks}); no goal is set."
    goal = coefficient(one.goal, 2)
    words = {
        "below": f"the whole interval, {span}, lies under {goal}",
        "above": f"the whole interval, {span}, lies over {goal}",
        "undecided": f"the interval, {span}, holds the goal of {goal}",
    }
    return f"{title}: {value}, {words[one.verdict]}."


def steps_of(one: QuestionFigures, names: dict[int, str]) -> list[dict[str, Any]]:
    """What would help most: at most three, each with its evidence and a link to it."""
    found = [_pair_step(one), _person_step(one, names), _slice_step(one)]
    return [step for step in found if step][:MOST_STEPS]


def _pair_step(one: QuestionFigures) -> dict[str, Any] | None:
    confusion = one.body.get("confusion") or {}
    pairs = confusion.get("pairs", [])
    if not pairs or pairs[0]["share"] < WORTH_NAMING or pairs[0]["tasks"] < LEAST_TASKS:
        return None
    a, b = (one.title_of(confusion["values"][pairs[0][side]]) for side in ("a", "b"))
    return {
        "href": "#labels",
        "title": f"Write down where “{a}” ends and “{b}” begins",
        "why": f"They make {share(pairs[0]['share'])} of all disagreement on {one.question.title},"
        f" in {pairs[0]['tasks']:,} tasks.",
    }


def _person_step(one: QuestionFigures, names: dict[int, str]) -> dict[str, Any] | None:
    """Somebody whose whole interval lies under what is usual among the others."""
    rows = [row for row in one.body.get("annotators", []) if row["value"] is not None]
    if len(rows) < 3:
        return None
    worst = min(rows, key=lambda row: row["value"])
    usual = median(row["value"] for row in rows if row is not worst)
    if worst["high"] >= usual:
        return None
    span = f"{share(worst['low'])} to {share(worst['high'])}"
    return {
        "href": "#people",
        "title": f"Talk with {names.get(worst['rater'], 'the annotator who stands apart')}",
        "why": f"Says the same as others in {share(worst['value'])} of shared answers ({span});"
        f" usual is {share(usual)}.",
    }


def _slice_step(one: QuestionFigures) -> dict[str, Any] | None:
    entries = [
        (name, entry)
        for name, values in one.body.get("slices", {}).items()
        for entry in values
        if entry["value"] is not None and entry.get("high") is not None
    ]
    low = [pair for pair in entries if one.low is not None and pair[1]["high"] < one.low]
    if not low:
        return None
    name, worst = min(low, key=lambda pair: float(pair[1]["value"]))
    return {
        "href": "#slices",
        "title": f"Look at {name} “{worst['of'] or 'other'}”",
        "why": f"It stands at {coefficient(worst['value'])}"
        f" ({interval(worst['low'], worst['high'])}), from {worst['units']:,} tasks.",
    }


def _listed(titles: Sequence[str]) -> str:
    if len(titles) == 1:
        return titles[0]
    return f"{', '.join(titles[:-1])} and {titles[-1]}"
