"""Which words and values tell some tasks from others.

Each is counted once a task. How far it is more common here than there is the logarithm of the ratio of
odds, with half a task added to each count (Haldane 1956; Anscombe 1956), divided by its standard error;
it is told where that is further from 0 than chance would bring any of all that were looked at
(Bonferroni). Words by log-odds: Monroe, B., Colaresi, M., Quinn, K. (2008). Fightin' words. Political
Analysis 16, 372-403.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from apps.routing.learners.features import row_of

WORD = re.compile(r"\b\w\w+\b")
LONGEST = 40
# What so few tasks have tells nothing, and may be about one person.
LEAST_TASKS = 5
CHANCE = 0.05


@dataclass(frozen=True, kw_only=True)
class Telling:
    """`of_these` and `of_others` are shares of the tasks; z is above 0 for what these have more of."""

    item: str
    of_these: float
    of_others: float
    z: float


def items_of(data: Mapping[str, Any]) -> set[str]:
    """The words of a task, and its categories as `field: value`.

    >>> sorted(items_of({"text": "Two red birds, two", "country": "no"}))
    ['birds', 'country: no', 'red', 'two']
    """
    text, table = row_of(data)
    named = {name.replace("=", ": ", 1) for name in table if "=" in name}
    values = {one.partition(": ")[2].lower() for one in named}
    words = {word for word in WORD.findall(text.lower()) if len(word) <= LONGEST}
    return {one[: 2 * LONGEST] for one in named} | (words - values)


def telling(
    these: Sequence[Collection[str]], others: Sequence[Collection[str]], *, most: int = 20
) -> list[Telling]:
    """What these tasks have more of, or less, than the others: the surest first.

    >>> found = telling([{"late", "the"}] * 60 + [{"the"}] * 40, [{"the"}] * 100)
    >>> [(one.item, one.of_these, one.of_others) for one in found]
    [('late', 0.6, 0.0)]
    """
    here, there = (Counter(item for one in some for item in set(one)) for some in (these, others))
    items = sorted(item for item in here | there if here[item] + there[item] >= LEAST_TASKS)
    if not (items and these and others):
        return []
    a = np.array([here[item] for item in items], float)
    b = np.array([there[item] for item in items], float)
    odds = [(x + 0.5, n - x + 0.5) for x, n in ((a, len(these)), (b, len(others)))]
    (yes, no), (yes_there, no_there) = odds
    error = np.sqrt(1 / yes + 1 / no + 1 / yes_there + 1 / no_there)
    z = (np.log(yes / no) - np.log(yes_there / no_there)) / error
    bar = float(norm.isf(CHANCE / 2 / len(items)))
    order = np.argsort(-np.abs(z), kind="stable")
    return [
        Telling(
            item=items[at],
            of_these=float(a[at]) / len(these),
            of_others=float(b[at]) / len(others),
            z=float(z[at]),
        )
        for at in order[:most].tolist()
        if abs(z[at]) > bar
    ]
