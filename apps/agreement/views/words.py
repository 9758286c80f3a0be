"""What the figures mean, in sentences. Only what an interval supports is said."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from apps.agreement.models import Ledger
from apps.core.figures import coefficient, interval, share
from apps.core.figures import goal as goal_text

if TYPE_CHECKING:
    from apps.agreement.views.figures import QuestionFigures

# Of the next steps: a pair of labels is named from this share of all disagreement on.
WORTH_NAMING = 0.1
LEAST_TASKS = 5
MOST_STEPS = 3
# So many questions are named in one sentence, and said something of below it.
MOST_NAMED = 3
# The worst comes first: it makes the headline.
PLACES = {"below": "below", "undecided": "be told apart from", "above": "above"}


def verdict_of(questions: Sequence[QuestionFigures], ledger: Ledger) -> dict[str, str]:
    """The headline, and the sentence below it."""
    if not questions:
        return {
            "headline": "Nothing is asked yet.",
            "more": "Agreement is measured for each question as soon as there is one.",
        }
    known = [one for one in questions if one.value is not None]
    if not known:
        return _nothing_known(questions, ledger)
    return {"headline": _headline(known), "more": _more(known)}


def _more(known: Sequence[QuestionFigures]) -> str:
    """A sentence on each question, those that the headline names first."""
    order = [*PLACES, "plain"]
    worst_first = sorted(known, key=lambda one: order.index(one.verdict))
    rest = len(known) - MOST_NAMED
    told = [_sentence(one) for one in worst_first[:MOST_NAMED]]
    return " ".join([*told, f"{rest} more below."] if rest > 0 else told)


def _nothing_known(questions: Sequence[QuestionFigures], ledger: Ledger) -> dict[str, str]:
    answers = ledger.progress.get("answers", 0)
    if not answers:
        return {
            "headline": "No answers yet.",
            "more": "The first figure appears here once two people have answered the same task.",
        }
    reason = questions[0].reason
    noun = "answer" if answers == 1 else "answers"
    return {
        "headline": reason,
        "more": f"{answers:,} {noun} so far. The first figure needs two on one task.",
    }


def _headline(known: Sequence[QuestionFigures]) -> str:
    judged = [one for one in known if one.verdict in PLACES]
    for place, words in PLACES.items():
        names = [one.name for one in judged if one.verdict == place]
        if names and place == "above" and len(names) == len(known) > 1:
            return f"All {len(known)} questions are above their goals."
        if names:
            verb = "cannot" if place == "undecided" else "is" if len(names) == 1 else "are"
            goals = {one.goal for one in judged if one.verdict == place}
            goal = f"goal of {goal_text(goals.pop())}" if len(goals) == 1 else "goals"
            return f"{_listed(names)} {verb} {words} the {goal}{'' if place != 'undecided' else ' yet'}."
    worst = min(known, key=lambda one: one.value or 0)
    if len(known) == 1:
        return f"{worst.name}: alpha is {coefficient(worst.value)}."
    return f"Agreement is lowest on {worst.name}: alpha is {coefficient(worst.value)}."


def _sentence(one: QuestionFigures) -> str:
    name, value = one.name, coefficient(one.value)
    if one.low is None:
        return f"{name}: alpha is {value}, without an interval. {one.interval_reason}".strip()
    span = interval(one.low, one.high)
    tasks = f"{one.units:,} {'task' if one.units == 1 else 'tasks'}"
    if one.goal is None:
        return f"{name}: alpha is {value} on {tasks} ({span}); no goal is set."
    goal = goal_text(one.goal)
    words = {
        "below": f"and the whole interval, {span}, lies under {goal}",
        "above": f"and the whole interval, {span}, lies over {goal}",
        "undecided": f"and the interval, {span}, holds the goal of {goal}",
    }
    return f"{name}: alpha is {value} on {tasks}, {words[one.verdict]}."


def steps_of(one: QuestionFigures, names: dict[int, str]) -> list[dict[str, Any]]:
    """What would help most: at most three, each with its evidence and a link to it."""
    found = [_pair_step(one), _person_step(one, names), _slice_step(one)]
    return [step for step in found if step][:MOST_STEPS]


def _pair_step(one: QuestionFigures) -> dict[str, Any] | None:
    confusion = one.body.get("confusion") or {}
    pairs = confusion.get("pairs", [])
    if not pairs or pairs[0]["share"] < WORTH_NAMING or pairs[0]["tasks"] < LEAST_TASKS:
        return None
    tasks = pairs[0]["tasks"]
    why = f"They make {share(pairs[0]['share'])} of all disagreement on {one.name}, in {tasks:,} tasks."
    if len(confusion["values"]) == 2:
        why = f"{tasks:,} of {one.units:,} tasks have been given both."
    a, b = (one.title_of(confusion["values"][pairs[0][side]]) for side in ("a", "b"))
    return {
        "section": "what",
        "title": f"Write down where “{a}” ends and “{b}” begins",
        "why": why,
    }


def _person_step(one: QuestionFigures, names: dict[int, str]) -> dict[str, Any] | None:
    worst = who_stands_apart(one)
    if worst is None:
        return None
    span = f"{share(worst['low'])} to {share(worst['high'])}"
    return {
        "section": "who",
        "title": f"Talk with {names.get(worst['rater'], 'the annotator who stands apart')}",
        "why": f"Says the same as others in {share(worst['value'])} of shared answers ({span});"
        f" usual is {share(worst['usual'])}.",
    }


def who_stands_apart(one: QuestionFigures) -> dict[str, Any] | None:
    """Somebody whose whole interval lies under what is usual among the others."""
    rows = [row for row in one.body.get("annotators", []) if row["value"] is not None]
    if len(rows) < 3:
        return None
    worst = min(rows, key=lambda row: row["value"])
    usual = median(row["value"] for row in rows if row is not worst)
    return {**worst, "usual": usual} if worst["high"] < usual else None


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
        "section": "where",
        "title": f"Look at {name} “{worst['of'] or 'other'}”",
        "why": f"It stands at {coefficient(worst['value'])}"
        f" ({interval(worst['low'], worst['high'])}), from {worst['units']:,} tasks.",
    }


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
