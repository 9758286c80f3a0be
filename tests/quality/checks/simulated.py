"""Projects whose truth is known: nothing is wrong, or one thing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from apps.quality.checks import Asked, Work

PEOPLE, TASKS, OVERLAP, LABELS = 12, 240, 5, 4


def sound(seed: int) -> Work:
    """Annotators of several skills and speeds, tasks of several kinds sorted as in a file."""
    rng = np.random.default_rng(seed)
    truth = np.sort(rng.integers(0, LABELS, TASKS))
    person = np.concatenate([rng.permutation(PEOPLE)[:OVERLAP] for _ in range(TASKS)])
    task = np.repeat(np.arange(TASKS), OVERLAP)
    skill = rng.uniform(0.6, 0.95, PEOPLE)
    right = rng.random(task.size) < skill[person]
    wrong = (truth[task] + rng.integers(1, LABELS, task.size)) % LABELS
    value = np.where(right, truth[task], wrong)
    speed = rng.normal(2.5, 0.35, PEOPLE)
    # Each sees twenty of the tasks once more, and is as right as before.
    again = rng.choice(task.size, 200, replace=False)
    redone = rng.random(200) < skill[person[again]]
    repeat = np.where(redone, truth[task[again]], (truth[task[again]] + 1) % LABELS)
    return Work(
        task=np.concatenate([task, task[again]]),
        person=np.concatenate([person, person[again]]),
        round=np.repeat([0, 1], [task.size, 200]),
        at=np.arange(task.size + 200.0),
        seconds=np.exp(rng.normal(np.concatenate([speed[person], speed[person[again]]]), 0.5)),
        content=np.arange(TASKS),
        questions=(asked(np.concatenate([value, repeat])),),
    )


def asked(value: np.ndarray) -> Asked:
    return Asked(
        name="intent", value=value, words=tuple("abcd"), is_allowed=np.ones(LABELS, dtype=bool)
    )


def answering(work: Work, value: np.ndarray) -> Work:
    return replace(work, questions=(asked(value),))


def with_fault(name: str, seed: int) -> tuple[Work, set[int]]:
    """A project in which the check of that name has something to find, and whom it concerns."""
    return FAULTS[name](sound(seed), np.random.default_rng(1_000 + seed))


Faulty = tuple[Work, set[int]]


def same_content(work: Work, rng: np.random.Generator) -> Faulty:
    return replace(work, content=np.arange(TASKS) % 120), set()


def retired_label(work: Work, rng: np.random.Generator) -> Faulty:
    gone = replace(work.questions[0], is_allowed=np.array([True, True, False, True]))
    return replace(work, questions=(gone,)), set()


def hurried(work: Work, rng: np.random.Generator) -> Faulty:
    return replace(work, seconds=np.where(work.person == 3, 0.4, work.seconds)), {3}


def biased(work: Work, rng: np.random.Generator) -> Faulty:
    value = work.questions[0].value
    mine = (work.person == 3) & (rng.random(value.size) < 0.6)
    return answering(work, np.where(mine, 2, value)), {3}


def straight(work: Work, rng: np.random.Generator) -> Faulty:
    value = work.questions[0].value.copy()
    value[np.flatnonzero(work.person == 3)[-60:]] = 0
    return answering(work, value), {3}


def fickle(work: Work, rng: np.random.Generator) -> Faulty:
    value = work.questions[0].value
    again = (work.round == 1) & (work.person == 3)
    first = {
        (t, p): v
        for t, p, r, v in zip(work.task, work.person, work.round, value, strict=True)
        if r == 0
    }
    before = np.array([first[t, p] for t, p in zip(work.task, work.person, strict=True)])
    return answering(work, np.where(again, (before + 1) % LABELS, value)), {3}


def copying(work: Work, rng: np.random.Generator) -> Faulty:
    shared = rng.integers(0, LABELS, TASKS)[work.task]
    return answering(
        work, np.where(np.isin(work.person, (3, 4)), shared, work.questions[0].value)
    ), {3, 4}


FAULTS: dict[str, Callable[[Work, np.random.Generator], Faulty]] = {
    "duplicates": same_content,
    "outside_schema": retired_label,
    "too_fast": hurried,
    "label_mix": biased,
    "straight_lining": straight,
    "against_self": fickle,
    "copied": copying,
}
