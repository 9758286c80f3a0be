"""The same answer again and again, whatever is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.quality.checks.base import (
    RATE,
    Asked,
    Check,
    Found,
    Work,
    corrected,
    first_answers,
    places,
    shares,
)


class StraightLining(Check):
    """Of each annotator the run of equal answers, in the order of time, that is least probable.

    Given what all said to a task, the chance that mine is a value that m of its k answers have is
    m/k; a run's is the product. For each place and value there is one shortest run below any
    bound, so the chance that any run is below it is at most places x values x bound (Boole). Runs
    that come from the tasks themselves (a file sorted by label) are no evidence, for others give
    the same answers there.

    >>> value = np.tile([0, 1, 2], 60); value[::3] = np.arange(60) % 3
    >>> value[1::3] = value[::3]; value[2::3] = 0
    >>> asked = Asked(name="q", value=value, words=("a", "b", "c"), is_allowed=np.ones(3, bool))
    >>> work = Work(task=np.arange(180) // 3, person=np.arange(180) % 3, round=np.zeros(180, int),
    ...             at=np.arange(180.0), seconds=np.ones(180), content=np.arange(60),
    ...             questions=(asked,))
    >>> [found.people for found in StraightLining().find(work)]
    [(2,)]
    """

    name = "straight_lining"
    label = "Same answer in a row"
    summary = (
        "Looks for long runs of one answer where others' answers change."
        " Tasks with one answer say nothing, so it needs an overlap of two or more."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        looked = [one for asked in work.questions if asked.is_label for one in _of(work, asked)]
        kept = corrected([one.p if one.p is not None else 1.0 for one in looked])
        return [replace(one, p=float(p)) for p, one in zip(kept, looked, strict=True) if p <= rate]


def _of(work: Work, asked: Asked) -> list[Found]:
    at = first_answers(work, asked)
    if not at.size:
        return []
    task, person, value = work.task[at], work.person[at], asked.value[at]
    same, many = shares(task, value, len(asked.words))
    order = np.lexsort((task, work.at[at], person))
    person, value, task = person[order], value[order], task[order]
    chance = np.log(same[order] / many[order])
    new = (np.diff(person, prepend=-1) != 0) | (np.diff(value, prepend=-1) != 0)
    starts = np.flatnonzero(new)
    total = np.add.reduceat(chance, starts)
    ends = np.append(starts[1:], person.size)
    answers = np.bincount(person)
    found = []
    for who in np.unique(person):
        mine = np.flatnonzero(person[starts] == who)
        best = mine[total[mine].argmin()]
        start, end = starts[best], ends[best]
        bound = np.log(answers[who]) + np.log(len(asked.words)) + total[best]
        found.append(
            Found(
                words=(
                    f"{{person}} answers {asked.words[value[start]]} {end - start:,} times in a"
                    " row, where others answer differently."
                ),
                tasks=places(task[start:end]),
                people=(int(who),),
                question=asked.name,
                p=float(np.exp(min(bound, 0.0))),
            )
        )
    return found
