"""Projects whose truth is known: nothing is wrong, or one thing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.fft import idctn
from scipy.special import softmax

from apps.quality.checks import Asked, Marked, Noted, Work
from apps.quality.checks.alike import Texts
from apps.quality.checks.alike_pictures import WIDTH, Pictures
from apps.quality.checks.base import Wanted
from apps.quality.checks.confident import Opinions

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
    who = np.concatenate([person, person[again]])
    seconds = np.exp(rng.normal(speed[who], 0.5))
    return Work(
        task=np.concatenate([task, task[again]]),
        person=who,
        round=np.repeat([0, 1], [task.size, 200]),
        at=clocks(who, seconds, np.random.default_rng(2_000 + seed)),
        seconds=seconds,
        content=np.arange(TASKS),
        questions=(asked(np.concatenate([value, repeat])),),
        texts=texts(np.random.default_rng(3_000 + seed)),
        pictures=pictures(np.random.default_rng(5_000 + seed)),
        marked=(marked(np.random.default_rng(6_000 + seed)),),
        opinions=(opinions(truth, np.random.default_rng(4_000 + seed)),),
        wanted=tuple(as_drawn(value) for value in range(LABELS)),
    )


def as_drawn(value: int) -> Wanted:
    """What a label is drawn with: a quarter of the tasks, less what skill turns to others evenly."""
    return Wanted(question="intent", value=value, word="abcd"[value], share=1 / LABELS)


def opinions(
    truth: np.ndarray,
    rng: np.random.Generator,
    *,
    labels: int = LABELS,
    apart: float = 5.0,
    wrong: float = 0.0,
) -> Opinions:
    """Of a model that knows how tasks come about, and how often labels are wrong. They lie around a
    place for each label, `apart` in standard deviations: at 5 it is hardly ever at fault, at 3 of ten
    labels once in ten."""
    seen = apart * np.eye(labels)[truth] + rng.normal(size=(truth.size, labels))
    true = softmax(apart * seen, axis=1)
    is_wrong = rng.random(truth.size) < wrong
    other = (truth + rng.integers(1, labels, truth.size)) % labels
    return Opinions(
        question="intent",
        task=np.arange(truth.size),
        label=np.where(is_wrong, other, truth),
        said=(1 - wrong) * true + wrong * (1 - true) / (labels - 1),
        words=tuple(chr(97 + place) for place in range(labels)),
        is_decided=np.zeros(truth.size, bool),
    )


def texts(rng: np.random.Generator) -> Texts:
    """Of a text's thirty words most are frequent ones, so that all have some in common."""
    words = np.minimum(rng.zipf(1.3, (TASKS, 30)), 5_000).astype(np.uint64)
    return Texts(words.ravel(), np.arange(TASKS + 1) * 30, np.zeros(TASKS, np.int64))


def pictures(rng: np.random.Generator) -> Pictures:
    """Light that comes and goes slowly over each, as in pictures of things."""
    waves = rng.normal(0, 25, (TASKS, 16, 16)) / np.add.outer(np.arange(1, 17), np.arange(16))
    light = idctn(waves, axes=(1, 2), norm="ortho").reshape(TASKS, -1) * 18 + 128
    rows = np.hstack([light, rng.integers(60, 200, (TASKS, WIDTH - 256))])
    return Pictures(rows.clip(0, 255).astype(np.uint8), np.zeros(TASKS, np.int64))


def marked(rng: np.random.Generator) -> Marked:
    """Two people's marks lie apart as it comes, and those of twenty pairs that show the same too."""
    apart = rng.beta(1, 4, (20, 9)).min(axis=1)
    pairs = np.arange(40).reshape(20, 2)
    return Marked(question="names", usual=rng.beta(1, 4, 800), task=pairs, apart=apart)


def clocks(person: np.ndarray, seconds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """When answers came in: one after the other, with a pause now and then. Some people's browsers
    were without a network for a while, and sent at once what had gathered."""
    at = np.empty(person.size)
    for who in range(PEOPLE):
        mine = np.flatnonzero(person == who)
        pauses = np.where(rng.random(mine.size) < 0.05, rng.exponential(3_600, mine.size), 0.5)
        when = np.cumsum(seconds[mine] + pauses)
        for start in rng.integers(0, max(mine.size, 1), rng.integers(0, 4)):
            held = slice(start, start + rng.integers(2, 12))
            when[held] = when[held][-1:] + np.arange(when[held].size) / 1_000
        at[mine] = when
    return at


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


def rushed(work: Work, rng: np.random.Generator) -> Faulty:
    """At work like everybody, but for four stretches of ten answers, of one second each."""
    seconds, at = work.seconds.copy(), work.at.copy()
    mine = np.flatnonzero(work.person == 3)
    for start in range(0, mine.size, max(mine.size // 4, 1)):
        seconds[mine[start : start + 10]] = 1.0
    at[mine] = np.cumsum(seconds[mine] + 0.5)
    return replace(work, seconds=seconds, at=at), {3}


def cut_marks(work: Work, rng: np.random.Generator) -> Faulty:
    cut = Noted(
        question="names",
        words="a span that begins or ends inside a word",
        task=np.sort(rng.choice(TASKS, 9)),
    )
    return replace(work, odd=(cut,)), set()


def contradicting(work: Work, rng: np.random.Generator) -> Faulty:
    against = np.sort(rng.choice(TASKS, 9))
    return replace(work, broken=(Noted(words="None where none is", task=against, mark="1"),)), set()


def nearly_same(work: Work, rng: np.random.Generator) -> Faulty:
    """The last five texts are the first, whose label is another, with one more word."""
    said = texts(rng)
    words = said.tokens.reshape(TASKS, 30).copy()
    words[-5:] = words[:5]
    words[-5:, -1] = 6_000
    return replace(work, texts=replace(said, tokens=words.ravel())), set()


def same_pictures(work: Work, rng: np.random.Generator) -> Faulty:
    """The last five pictures are the first, saved once more with a loss."""
    shown = pictures(rng)
    rows = shown.rows.astype(float)
    rows[-5:] = rows[:5] + rng.normal(0, 1.5, (5, WIDTH))
    kept = rows.clip(0, 255).astype(np.uint8)
    return replace(work, pictures=replace(shown, rows=kept)), set()


def marked_elsewhere(work: Work, rng: np.random.Generator) -> Faulty:
    (one,) = work.marked
    return replace(
        work, marked=(replace(one, apart=np.where(np.arange(20) == 7, 1, one.apart)),)
    ), set()


def mislabelled(work: Work, rng: np.random.Generator) -> Faulty:
    truth = work.opinions[0].label
    return replace(work, opinions=(opinions(truth, rng, wrong=0.05),)), set()


def scarce(work: Work, rng: np.random.Generator) -> Faulty:
    """Two of five tasks are to have a label that one of four has."""
    return replace(work, wanted=(replace(as_drawn(2), share=0.4), as_drawn(0))), set()


FAULTS: dict[str, Callable[[Work, np.random.Generator], Faulty]] = {
    "duplicates": same_content,
    "outside_schema": retired_label,
    "too_fast": hurried,
    "bursts": rushed,
    "near_duplicates": nearly_same,
    "label_plan": scarce,
    "likely_wrong": mislabelled,
    "near_pictures": same_pictures,
    "marked_apart": marked_elsewhere,
    "odd_marks": cut_marks,
    "contradictions": contradicting,
    "label_mix": biased,
    "straight_lining": straight,
    "against_self": fickle,
    "copied": copying,
}
