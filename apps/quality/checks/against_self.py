"""Annotators who answer the same thing differently the second time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.quality.checks.base import (
    RATE,
    Asked,
    Check,
    Found,
    Work,
    beyond_people,
    corrected,
    places,
)

LEAST_PEOPLE = 5


class AgainstSelf(Check):
    """How often somebody answers planned repeats, and tasks that show the same, differently the
    second time, against how often the others do. People differ in that as in all else, so the
    scale is that of people (`beyond_people`).

    >>> value = np.zeros(400, int); value[1:80:2] = 1
    >>> asked = Asked(name="q", value=value, words=("a", "b"), is_allowed=np.array([True, True]))
    >>> work = Work(task=np.arange(400) // 2, person=np.arange(400) // 80,
    ...             round=np.arange(400) % 2, at=np.arange(400.0), seconds=np.ones(400),
    ...             content=np.arange(200), questions=(asked,))
    >>> [(found.people, found.words) for found in AgainstSelf().find(work)]
    [((0,), '{person} answers 40 of 40 repeats differently the second time.')]
    """

    name = "against_self"
    label = "Against themselves"
    summary = (
        "Compares each annotator's answers to the same thing, seen twice. Who differs far more"
        " often than people do is named; it takes repeats of five annotators at least."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        looked = [one for asked in work.questions for one in _of(work, asked)]
        kept = corrected([one.p if one.p is not None else 1.0 for one in looked])
        return [replace(one, p=float(p)) for p, one in zip(kept, looked, strict=True) if p <= rate]


def _of(work: Work, asked: Asked) -> list[Found]:
    given = np.flatnonzero(asked.value >= 0)
    content = work.content[work.task[given]]
    order = np.lexsort((work.at[given], content, work.person[given]))
    given, content = given[order], content[order]
    person, value = work.person[given], asked.value[given]
    # Each answer against the one before it, of the same person to the same thing.
    again = np.flatnonzero((np.diff(person) == 0) & (np.diff(content) == 0))
    differ = value[again] != value[again + 1]
    repeats = np.bincount(person[again], minlength=work.people)
    differing = np.bincount(person[again], differ, minlength=work.people).astype(int)
    found = []
    people = np.flatnonzero(repeats)
    if people.size < LEAST_PEOPLE:
        return []
    for place, who in enumerate(people):
        mine = again[differ & (person[again] == who)]
        found.append(
            Found(
                words=(
                    f"{{person}} answers {differing[who]:,} of {repeats[who]:,} repeats differently"
                    " the second time."
                ),
                tasks=places(work.task[np.concatenate([given[mine], given[mine + 1]])]),
                people=(int(who),),
                question=asked.name,
                p=beyond_people(differing[people], repeats[people], place),
            )
        )
    return found
