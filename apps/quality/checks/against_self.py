"""Annotators who answer the same thing differently the second time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from apps.quality.checks.base import (
    RATE,
    Again,
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
    """How far somebody's second answers to the same thing lie from their first, against how far the
    others' do. People differ in that as in all else, so the scale is that of people
    (`beyond_people`; distances between 0 and 1 vary less than what is right or wrong, so it never
    finds too much by them).

    By planned repeats, where five people at least have had some: they were drawn by lot, so all have
    had the like, and every kind of answers has a distance. Else by repeats that came in with a file
    and by tasks that happen to show the same.

    >>> value = np.zeros(400, int); value[1:80:2] = 1
    >>> asked = Asked(name="q", value=value, words=("a", "b"), is_allowed=np.array([True, True]))
    >>> work = Work(task=np.arange(400) // 2, person=np.arange(400) // 80,
    ...             round=np.arange(400) % 2, at=np.arange(400.0), seconds=np.ones(400),
    ...             content=np.arange(200), questions=(asked,))
    >>> [(found.people, found.words) for found in AgainstSelf().find(work)]
    [((0,), '{person} answers 40 of 40 repeats differently the second time.')]
    >>> planted = Again(question="q", task=np.arange(200), person=np.arange(200) // 40,
    ...                 distance=np.where(np.arange(200) < 40, 0.9, 0.05))
    >>> [(found.people, found.words) for found in AgainstSelf().find(replace(work, again=(planted,)))]
    [((0,), 'Of 40 tasks that came back to {person} the answers are 10 % alike.')]
    """

    name = "against_self"
    label = "Against themselves"
    summary = (
        "Compares each annotator's answers to the same thing, seen twice: to repeats, where they are"
        " switched on under Known answers, else to tasks that happen to show the same. Who differs far"
        " more often than people do is named; it takes repeats of five annotators at least."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        planted = {again.question: list(_planted(work, again)) for again in work.again}
        looked = [one for found in planted.values() for one in found]
        for asked in work.questions:
            if not planted.get(asked.name):
                looked += _of(work, asked)
        kept = corrected([one.p if one.p is not None else 1.0 for one in looked])
        return [replace(one, p=float(p)) for p, one in zip(kept, looked, strict=True) if p <= rate]


def _planted(work: Work, again: Again) -> Iterator[Found]:
    size = max(work.people, int(again.person.max(initial=-1)) + 1)
    repeats = np.bincount(again.person, minlength=size)
    apart = np.bincount(again.person, again.distance, minlength=size)
    people = np.flatnonzero(repeats)
    for place, who in enumerate(people if people.size >= LEAST_PEOPLE else ()):
        mine = (again.person == who) & (again.distance > 0)
        yield Found(
            words=(
                f"Of {repeats[who]:,} tasks that came back to {{person}} the answers are"
                f" {100 * (1 - apart[who] / repeats[who]):.0f} % alike."
            ),
            tasks=places(again.task[mine]),
            people=(int(who),),
            question=again.question,
            p=beyond_people(apart[people], repeats[people], place),
        )


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
