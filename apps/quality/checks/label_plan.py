"""Labels of which there are fewer than planned."""

from __future__ import annotations

import numpy as np
from scipy import stats

from apps.quality.checks.base import RATE, Check, Found, IntArray, Wanted, Work, corrected, winners


class LabelPlan(Check):
    """Exact tests, one-sided, corrected over all labels that are planned. A share is held against the
    binomial distribution: would so few of the labelled tasks have it, if each had it with that chance
    (Clopper and Pearson 1934, *The use of confidence or fiducial limits*, Biometrika 26)? A number
    against the hypergeometric one: would so few of those that are labelled, if there were so many
    among all tasks (Fisher 1935, *The logic of inductive inference*, JRSS 98)?

    >>> from apps.quality.checks.base import Asked
    >>> value = np.array([0] * 95 + [1] * 5)
    >>> asked = Asked(name="q", value=value, words=("a", "b"), is_allowed=np.ones(2, bool))
    >>> none = np.zeros(100, int)
    >>> work = Work(task=np.arange(100), person=none, round=none, at=none, seconds=none,
    ...             content=none, questions=(asked,),
    ...             wanted=(Wanted(question="q", value=1, word="b", share=0.2),))
    >>> [found] = LabelPlan().find(work)
    >>> print(found.words)
    b: 5 of 100 labelled tasks, 5% (1.6% to 11.3%); the plan wants 20%. 19 more would do.
    >>> round(found.p, 6)
    1.9e-05
    """

    name = "label_plan"
    label = "Fewer of a label than planned"
    summary = (
        "Counts each task once, by its most frequent answer, and holds what the plan of labels wants"
        " against it. It takes tasks for independent: of long documents in many parts it is too sure."
    )
    names_tasks = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        told = [_Told(work, wanted) for wanted in work.wanted]
        told = [one for one in told if one.labelled]
        p = corrected([one.p for one in told])
        return [
            Found(
                words=one.words,
                tasks=(),
                question=one.wanted.question,
                mark=one.wanted.word,
                p=float(chance),
            )
            for one, chance in zip(told, p, strict=True)
            if chance <= rate
        ]


class _Told:
    """One planned label, and how many tasks have it."""

    def __init__(self, work: Work, wanted: Wanted) -> None:
        self.wanted = wanted
        given = _given(work, wanted.question)
        self.labelled, self.there = given.size, int((given == wanted.value).sum())

    @property
    def p(self) -> float:
        x, n = self.there, self.labelled
        if self.wanted.share is not None:
            return float(stats.binom.cdf(x, n, self.wanted.share))
        number, tasks = self.wanted.number or 0, max(self.wanted.tasks, n)
        # More than there are tasks can never be reached.
        return float(stats.hypergeom.cdf(x, tasks, number, n)) if number <= tasks else 0.0

    @property
    def words(self) -> str:
        word, x, n = _short(self.wanted.word), self.there, self.labelled
        low, high = limits(x, n)
        is_one = "task" if n == 1 else "tasks"
        if self.wanted.share is None:
            ahead = max(self.wanted.tasks, n)
            return (
                f"{word}: {x:,} of {n:,} labelled {is_one}; of all {ahead:,} some {low * ahead:,.0f}"
                f" to {high * ahead:,.0f} will have it. The plan wants {self.wanted.number:,}."
            )
        return (
            f"{word}: {x:,} of {n:,} labelled {is_one}, {_percent(x / n)} ({_percent(low)} to"
            f" {_percent(high)}); the plan wants {_percent(self.wanted.share)}.{self._more()}"
        )

    def _more(self) -> str:
        """How many further tasks with this label alone would make up the share."""
        share = self.wanted.share or 0.0
        if share == 1:
            return ""
        more = int(np.ceil((share * self.labelled - self.there) / (1 - share) - 1e-9))
        return f" {more:,} more would do."


def limits(x: int, n: int) -> tuple[float, float]:
    """Of x in n independent tasks, the limits of 95 % by Clopper and Pearson, which hold exactly.

    >>> [round(one, 4) for one in limits(5, 100)], limits(0, 4)[0], limits(4, 4)[1]
    ([0.0164, 0.1128], 0.0, 1.0)
    """
    low = float(stats.beta.ppf(0.025, x, n - x + 1)) if x else 0.0
    high = float(stats.beta.ppf(0.975, x + 1, n - x)) if x < n else 1.0
    return low, high


def _given(work: Work, question: str) -> IntArray:
    for asked in work.questions:
        if asked.name == question:
            return winners(work, asked)[1]
    return np.empty(0, np.int64)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def _short(word: str) -> str:
    return word if len(word) <= 80 else f"{word[:79]}…"
