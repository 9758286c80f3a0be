"""What a check is: it reads all answers of a project as arrays, and says what looks wrong.

Some checks follow a rule, so what they say is true of the answers ("these two texts are the same
and are labelled differently"). The others are tests: what they say may be chance. A test gives a
p-value to each thing it looked at, and the run of a check is held to one rate of false alarms by
Holm (1979, *A simple sequentially rejective multiple test procedure*, Scandinavian Journal of
Statistics 6), whatever the dependence between them: the chance that it names anybody wrongly is
at most that rate. People are named, so it is that chance that is kept and not the share of wrong
findings; for few findings among few people it finds more than Benjamini and Yekutieli's would.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

if TYPE_CHECKING:
    from apps.quality.checks.alike import Texts
    from apps.quality.checks.alike_pictures import Pictures
    from apps.quality.checks.confident import Opinions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Figures = FloatArray | IntArray

RATE = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """The answers to one question. `value` is -1 where there is none."""

    name: str
    value: IntArray
    # What the values are called, and which of them the question still allows.
    words: tuple[str, ...]
    is_allowed: BoolArray
    # One label of a list: what can be counted by label.
    is_label: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Noted:
    """What was noticed about answers one by one, while they were read. `task` has one place per
    answer."""

    words: str
    task: IntArray
    question: str = ""
    # What tells it from others of the same question; its words, where there is nothing else.
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Of a question's labelled tasks at least such a share is to have a label; or of all tasks of the
    project, `tasks`, at least so many."""

    question: str
    # The place among the values of the question; -1: nobody gave it.
    value: int
    word: str
    share: float | None = None
    number: int | None = None
    tasks: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Again:
    """Planned repeats of one question, one place per repeat: how far the answer lies from what the
    same person said before, from 0 to 1, by the distance of the question's kind."""

    question: str
    task: IntArray
    person: IntArray
    distance: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Marked:
    """Answers to one question that can only be compared: how far two people's answers to one and the
    same task lie apart in tasks drawn by lot (`usual`), and of pairs of tasks that show the same
    (`task`, pairs x 2) how far the nearest answers of two different people do."""

    question: str
    usual: FloatArray
    task: IntArray
    apart: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Work:
    """All answers that count. Each array has one place per answer, but `content`: one per task.

    `seconds` is nan where nobody knows; tasks of equal `content` show the same.
    """

    task: IntArray
    person: IntArray
    round: IntArray
    at: FloatArray
    seconds: FloatArray
    content: IntArray
    questions: tuple[Asked, ...]
    # Marks that are hardly meant, as their kinds say it. Read for rules only.
    odd: tuple[Noted, ...] = ()
    # Answers that contradict a rule of the project, by the rule's sentence.
    broken: tuple[Noted, ...] = ()
    # Tasks that came back to their annotators on purpose; such answers are not among the others.
    again: tuple[Again, ...] = ()
    # What tasks show in words, one place per number of `content`; None where nothing was read.
    texts: Texts | None = None
    # The same of what they show as one picture.
    pictures: Pictures | None = None
    # Answers of kinds that are only compared, where tasks show the same.
    marked: tuple[Marked, ...] = ()
    # What models thought of labels that they had not learned from.
    opinions: tuple[Opinions, ...] = ()
    # What the lead plans to have of each label.
    wanted: tuple[Wanted, ...] = ()

    @cached_property
    def people(self) -> int:
        return int(self.person.max()) + 1 if self.person.size else 0


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that looks wrong. Tasks and people are places in the arrays of the work."""

    # A sentence for the lead; "{person}" and "{other}" stand for the people's names.
    words: str
    tasks: tuple[int, ...]
    people: tuple[int, ...] = ()
    question: str = ""
    # What tells it from others of the same check, question and people. Where all of those are
    # empty, its first task does.
    mark: str = ""
    # Corrected for all that the check looked at; None for a rule.
    p: float | None = None


class Check(ABC):
    """A check. `find` is all that one adds."""

    name: ClassVar[str]
    label: ClassVar[str]
    # Two sentences for the lead: what it looks at, and what it cannot tell.
    summary: ClassVar[str]
    is_test: ClassVar[bool] = True
    # What a model thinks is neither a test nor so.
    is_opinion: ClassVar[bool] = False
    # Whether what it finds can be looked at task by task; else it is about the work as a whole.
    names_tasks: ClassVar[bool] = True

    @abstractmethod
    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        """What looks wrong. A test keeps the rate of false alarms over all that it returns."""


def corrected(p: Sequence[float] | FloatArray) -> FloatArray:
    """p-values corrected by Holm: those up to a rate are found at that rate.

    >>> corrected([0.01, 0.02, 0.9]).round(3).tolist()
    [0.03, 0.04, 0.9]
    """
    given = np.asarray(p, float)
    order = np.argsort(given, kind="stable")
    stepped = np.maximum.accumulate(given[order] * np.arange(given.size, 0, -1))
    found: FloatArray = np.empty(given.size)
    found[order] = np.minimum(stepped, 1)
    return found


def at_least(hits: FloatArray, expected: FloatArray, trials: FloatArray) -> FloatArray:
    """A bound on the chance of so many hits or more, of independent trials whose own chances may
    differ and come to `expected` (Hoeffding 1963, *Probability inequalities for sums of bounded
    random variables*, JASA 58, theorem 1): exp(-n KL(hits/n, expected/n)). It never says less
    than the chance, also for few trials.

    >>> at_least(np.array([9.0, 4.0]), np.array([5.0, 5.0]), np.array([10.0, 10.0])).round(3).tolist()
    [0.025, 1.0]
    """
    n = np.maximum(trials, 1)
    a, b = hits / n, np.clip(expected / n, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        yes = np.where(a > 0, a * np.log(a / b), 0.0)
        no = np.where(a < 1, (1 - a) * np.log((1 - a) / (1 - b)), 0.0)
    found: FloatArray = np.where(a > b, np.exp(-n * (yes + no)), 1.0)
    return found


def beyond_people(hits: Figures, trials: Figures, place: int, part: float = 1) -> float:
    """How probable so high a rate is for the person at `place`, where people differ as the others
    do: each rate by Anscombe's transformation (1948, *The transformation of Poisson, binomial and
    negative-binomial data*, Biometrika 35), held against the others' mean and deviation by
    Student's t, with what few trials leave unsure. One-sided; two people at least. With a `part` of
    its degrees of freedom the tail is heavier, for rates that are skewed among people.
    """
    turned = np.arcsin(np.sqrt((hits + 3 / 8) / (trials + 3 / 4)))
    chance = 1 / (4 * trials + 2)
    others, theirs = np.delete(turned, place), np.delete(chance, place)
    wider = max(float(chance[place] - theirs.mean()), 0.0)
    spread = max(float(others.var(ddof=1)), float(theirs.mean())) + wider
    scale = np.sqrt(spread * (1 + 1 / others.size))
    freedom = max(part * (others.size - 1), 1.0)
    return float(stats.t.sf((turned[place] - others.mean()) / scale, freedom))


def shares(task: IntArray, value: IntArray, values: int) -> tuple[IntArray, IntArray]:
    """Per answer: how many of its task's answers say the same, and how many answers it has."""
    _, place, count = np.unique(task * values + value, return_inverse=True, return_counts=True)
    return count[place].astype(np.int64), np.bincount(task)[task].astype(np.int64)


def first_answers(work: Work, asked: Asked) -> IntArray:
    """The places of answers to a question, planned repeats left out."""
    return np.flatnonzero((asked.value >= 0) & (work.round == 0))


def places(tasks: IntArray) -> tuple[int, ...]:
    return tuple(int(task) for task in np.unique(tasks))


def winners(work: Work, asked: Asked) -> tuple[IntArray, IntArray]:
    """The tasks with one most frequent answer, and that answer."""
    given, size = asked.value >= 0, max(len(asked.words), 1)
    key, count = np.unique(work.task[given] * size + asked.value[given], return_counts=True)
    order = np.lexsort((-count, key // size))
    key, count = key[order], count[order]
    task = key // size
    first = np.flatnonzero(np.diff(task, prepend=-1) != 0)
    second = np.minimum(first + 1, max(task.size - 1, 0))
    tied = (second != first) & (task[second] == task[first]) & (count[second] == count[first])
    kept = first[~tied]
    return task[kept], key[kept] % size
