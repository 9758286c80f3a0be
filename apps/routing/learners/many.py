"""Several labels at once: each against the rest, with a probability of its own that is put right.

One-against-rest ("binary relevance": Read, J., Pfahringer, B., Holmes, G., Frank, E. (2011). Machine
Learning 85, 333-359, who also say what it leaves out: that labels come together).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Foreteller, Settings, TooFew, columns_of, train

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Floats = NDArray[np.float32]
BAR = 0.5


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Which sets are answers: how many labels, and which label stands alone (-1: none does)."""

    least: int = 0
    most: int | None = None
    alone: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """Of one label on the hold-out: of those said how many were right, of those true how many said."""

    label: int
    precision: Rate
    recall: Rate
    f1: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldSets:
    """On the hold-out: whole sets that are right, each label, and all labels together."""

    exact: Rate
    each: tuple[LabelFigures, ...]
    # Over the labels that were given or said.
    macro_f1: float | None
    micro_f1: float | None
    # The mean over labels, in nats.
    log_loss: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class SetForeteller:
    """What was learned of each label; None where one was given to all or to none of the lessons."""

    columns: IntArray
    models: tuple[Foreteller | None, ...]
    # What is then said of it: 0 or 1.
    constant: Floats
    rules: Rules
    held: HeldSets

    def __call__(self, rows: Any) -> Floats:
        """The probability of each label, rows x labels; each by itself."""
        given = rows[:, self.columns]
        found = np.tile(self.constant, (rows.shape[0], 1))
        for label, model in enumerate(self.models):
            if model is not None:
                found[:, label] = model(given)[:, 1]
        return found

    def sets(self, rows: Any) -> BoolArray:
        """The likeliest answer that the rules allow, rows x labels."""
        return chosen(self(rows), self.rules)


def train_sets(
    rows: Any,
    given: BoolArray,
    *,
    is_held: BoolArray,
    settings: Settings,
    rules: Rules | None = None,
) -> SetForeteller:
    """Learn from answers (`given`: rows x labels) that are not held out.

    >>> x = np.random.default_rng(0).normal(size=(400, 2))
    >>> model = train_sets(x, x > 0, is_held=np.arange(400) % 4 == 0, settings=Settings(alpha=1e-3))
    >>> model(x).shape, bool(model.held.exact.value > 0.9)
    ((400, 2), True)
    """
    rules = rules or Rules()
    lessons = np.flatnonzero(~is_held)
    columns = columns_of(rows[lessons])
    narrow = rows[:, columns]
    models: list[Foreteller | None] = []
    for label in range(given.shape[1]):
        own = given[:, label].astype(np.int64)
        try:
            models.append(train(narrow, own, 2, is_held=is_held, settings=settings))
        except TooFew:
            models.append(None)
    constant = given[lessons].all(axis=0) & (lessons.size > 0)
    found = SetForeteller(
        columns=columns,
        models=tuple(models),
        constant=np.asarray(constant, np.float32),
        rules=rules,
        held=held_sets(np.zeros((0, given.shape[1])), given[:0], rules),
    )
    held = np.flatnonzero(is_held)
    figures = held_sets(found(rows[held]).astype(float), given[held], rules)
    return SetForeteller(**{**vars(found), "held": figures})


def chosen(p: NDArray[np.floating], rules: Rules) -> BoolArray:
    """Labels that are likelier than not, then as many more or fewer as the rules say.

    A label that stands alone is taken where it is likelier than each of the others.

    >>> p = np.array([[0.9, 0.7, 0.1], [0.2, 0.4, 0.3]])
    >>> chosen(p, Rules(least=1, most=1)).astype(int).tolist()
    [[1, 0, 0], [0, 1, 0]]
    """
    alone = np.zeros(p.shape[1], np.bool_)
    alone[list(rules.alone)] = True
    common = np.where(alone, -1.0, p)
    place = np.argsort(np.argsort(-common, axis=1, kind="stable"), axis=1, kind="stable")
    found = (common > BAR) | ((place < rules.least) & ~alone)
    if rules.most is not None:
        found &= place < rules.most
    if alone.any():
        single = np.where(alone, p, -1.0)
        best = single.argmax(axis=1)
        is_single = single.max(axis=1) > common.max(axis=1)
        found[is_single] = False
        found[is_single, best[is_single]] = True
    return found


def held_sets(p: NDArray[np.float64], truth: BoolArray, rules: Rules) -> HeldSets:
    said = chosen(p, rules)
    n = len(truth)
    right = (said & truth).sum(axis=0)
    each = tuple(
        _of_label(label, int(right[label]), int(said[:, label].sum()), int(truth[:, label].sum()))
        for label in range(truth.shape[1])
    )
    f1 = [one.f1 for one in each if one.f1 is not None]
    total = int(said.sum() + truth.sum())
    sure = np.clip(np.where(truth, p, 1 - p), 1e-15, 1)
    return HeldSets(
        exact=Rate.of(int((said == truth).all(axis=1).sum()), n),
        each=each,
        macro_f1=float(np.mean(f1)) if f1 else None,
        micro_f1=2 * int(right.sum()) / total if total else None,
        log_loss=float(-np.log(sure).mean()) if sure.size else None,
    )


def as_sets(answers: Sequence[Sequence[int]], labels: int) -> BoolArray:
    """Sets of labels as rows.

    >>> as_sets([[0, 2], []], 3).astype(int).tolist()
    [[1, 0, 1], [0, 0, 0]]
    """
    found = np.zeros((len(answers), labels), np.bool_)
    for row, own in zip(found, answers, strict=True):
        row[list(own)] = True
    return found


def _of_label(label: int, right: int, said: int, true: int) -> LabelFigures:
    both = said + true
    return LabelFigures(
        label=label,
        precision=Rate.of(right, said),
        recall=Rate.of(right, true),
        f1=2 * right / both if both else None,
    )
