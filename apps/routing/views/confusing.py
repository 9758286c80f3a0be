"""What a model gets right and what it confuses, label by label, on the hold-out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from apps.routing.learners.figures import Rate
from apps.routing.models import ModelRun

MOST_CONFUSED, MOST_LABELS = 12, 200


@dataclass(frozen=True)
class OfLabel:
    """How often it is found where it is the answer (recall, sensitivity), is the answer where it is
    said (precision), and is left alone where it is not the answer (specificity)."""

    title: str
    found: Rate
    meant: Rate
    spared: Rate

    @classmethod
    def of(cls, title: str, *, right: int, truth: int, said: int, n: int) -> OfLabel:
        """Of n tasks: so many have it, of so many it is said, and so often both."""
        spared = Rate.of(n - truth - said + right, n - truth)
        return cls(title, Rate.of(right, truth), Rate.of(right, said), spared)


@dataclass(frozen=True)
class Confused:
    truth: str
    said: str
    number: int
    of: int


def labels_of_run(run: ModelRun) -> list[OfLabel]:
    """Those that occur, in the order of the question."""
    if "each" in run.figures:
        return _of_sets(run)
    truth: Counter[int] = Counter()
    said: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for t, s, number in run.figures.get("confusion", ()):
        truth[t] += number
        said[s] += number
        right[t] += number if t == s else 0
    titles, n = _titles(run), truth.total()
    return [
        OfLabel.of(titles[at], right=right[at], truth=truth[at], said=said[at], n=n)
        for at in range(len(run.values))
        if truth[at] or said[at]
    ][:MOST_LABELS]


def _of_sets(run: ModelRun) -> list[OfLabel]:
    titles, n = _titles(run), run.figure["n"]
    found = []
    for one in run.figures["each"]:
        recall, precision = Rate(**one["recall"]), Rate(**one["precision"])
        right = round((recall.value or 0) * recall.n)
        found.append(
            OfLabel.of(titles[one["label"]], right=right, truth=recall.n, said=precision.n, n=n)
        )
    return [one for one in found if one.found.n or one.meant.n][:MOST_LABELS]


def confused(run: ModelRun) -> list[Confused]:
    """The pairs that are taken for each other most often."""
    cells = run.figures.get("confusion", ())
    truth: Counter[int] = Counter()
    for t, _, number in cells:
        truth[t] += number
    wrong = sorted((cell for cell in cells if cell[0] != cell[1]), key=lambda cell: -cell[2])
    titles = _titles(run)
    return [Confused(titles[t], titles[s], number, truth[t]) for t, s, number in wrong][
        :MOST_CONFUSED
    ]


def _titles(run: ModelRun) -> list[str]:
    question = run.question
    known = {one.value: one.title for one in question.behaviour.labels(question.config)}
    return [known.get(value, value) for value in run.values]
