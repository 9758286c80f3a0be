"""The job that compares strategies on what a project has labelled already."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from apps.annotations.models import Question
from apps.core.actions import JobFailed
from apps.core.faults import BadInput
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.actions.background import ask_once
from apps.projects.models import Project
from apps.routing.actions.alone import alone
from apps.routing.actions.embedding import with_embeddings
from apps.routing.actions.features import Features, keep_features
from apps.routing.actions.labels import known_labels, questions_to_learn
from apps.routing.actions.plans import offered, plan_of
from apps.routing.learners import replay as replays
from apps.routing.learners.features import dense
from apps.routing.learners.replay import Answered, Chooser, Replayed
from apps.routing.models import Replay
from apps.routing.strategies import CannotRank, Pool, Strategy, strategies
from apps.routing.strategies.lots import Draw, chances, held_out

if TYPE_CHECKING:
    from apps.accounts.models import User

IntArray = NDArray[np.int64]
KIND = "routing.replay"
# With fewer labels a curve says nothing; of more, some by lot.
LEAST, MOST_OFFERED, MOST_TESTED, LEAST_TESTED = 200, 3_000, 2_000, 100
MOST_STRATEGIES, MOST_SEEDS, SEEDS = 4, 10, 5
ROUNDS, START, LAST = 6, 50, 800
# No seed is begun after so long: what has ended is shown.
MOST_SECONDS = 180
# The share that is set aside to judge by, where too few tasks were left to chance.
TESTED = 1 / 3
# What is known of tasks whose labels are told one by one.
KNOWN = frozenset({"probabilities", "features", "answers", "labels"})
ASKS = frozenset({"probabilities", "features"})


class BadReplay(BadInput):
    """Nothing can be compared so: a sentence for each field at fault."""

    code = "bad_replay"


@dataclass(frozen=True, eq=False)
class Lessons:
    """What one can choose from, and what models are judged on; keys of tasks, and labels."""

    offered: IntArray
    offered_label: IntArray
    tested: IntArray
    tested_label: IntArray
    labels: int
    left_out: list[str]


def comparable() -> list[Strategy]:
    """Strategies that ask a model or look at what tasks say, and need no more than is known here."""
    return [one for one in offered() if one.needs <= KNOWN and one.needs & ASKS]


def ask_for_replay(
    *, project: Project, by: User, question: str, chosen: Sequence[str], seeds: int = SEEDS
) -> JobRun:
    errors = _errors(chosen, seeds)
    named = {one.name: one for one in questions_to_learn(project.pk)}
    if question not in named:
        known = ", ".join(named) or "there is none"
        errors["question"] = f"No model learns {question!r}. Those that are learned: {known}."
    elif (labelled := known_labels(named[question]).tasks.size) < LEAST:
        errors["question"] = f"A comparison needs {LEAST} labelled tasks; there are {labelled}."
    if errors:
        raise BadReplay(errors)
    asked = {"question_id": named[question].pk, "chosen": list(chosen), "seeds": seeds}
    return ask_once(project=project, kind=KIND, by=by, **asked)


def _errors(chosen: Sequence[str], seeds: int) -> dict[str, str]:
    errors, known = {}, [one.name for one in comparable()]
    if not 1 <= len(set(chosen)) <= MOST_STRATEGIES or len(set(chosen)) != len(chosen):
        errors["strategies"] = f"Choose one to {MOST_STRATEGIES} strategies, each of them once."
    elif wrong := sorted(set(chosen) - set(known)):
        errors["strategies"] = f"{', '.join(wrong)} cannot be compared. Use {', '.join(known)}."
    if not 2 <= seeds <= MOST_SEEDS:
        errors["seeds"] = f"Give 2 to {MOST_SEEDS}: with one there are no intervals."
    return errors


def compare(
    progress: Progress,
    project_id: int,
    question_id: int,
    chosen: list[str],
    seeds: int,
) -> dict[str, Any]:
    start = time.perf_counter()
    project = Project.objects.get(pk=project_id)
    question = Question.objects.get(pk=question_id)
    with alone(project_id, progress), threadpool_limits(limits=1):
        built_in, lot = keep_features(project, progress), plan_of(project).seed
        features, _ = with_embeddings(project, built_in, seed=lot, progress=progress, most=0)
    # What follows reads features and writes nothing of them: whoever learns need not wait.
    with threadpool_limits(limits=1):
        lessons = _lessons(project, question, features)
        found = _replayed(features, lessons, [replays.BASE, *chosen], seeds, progress)
    kept = Replay.objects.create(
        project=project,
        question=question,
        strategies=list(found.accuracy),
        seeds=len(found.accuracy[replays.BASE]),
        start=found.sizes[0],
        batch=found.sizes[1] - found.sizes[0],
        last=found.sizes[-1],
        offered=lessons.offered.size,
        tested=lessons.tested.size,
        figures={
            "sizes": list(found.sizes),
            "accuracy": {name: rows.round(5).tolist() for name, rows in found.accuracy.items()},
            "left_out": lessons.left_out,
        },
        made_by=progress.job.requested_by,
        seconds=time.perf_counter() - start,
    )
    return {"replay": kept.pk}


def replayed_of(kept: Replay) -> Replayed:
    """As it was computed."""
    accuracy = {name: np.array(kept.figures["accuracy"][name]) for name in kept.strategies}
    return Replayed(
        sizes=tuple(kept.figures["sizes"]),
        accuracy=accuracy,
        base=replays.BASE,
        tested=kept.tested,
    )


def _lessons(project: Project, question: Question, features: Features) -> Lessons:
    """Judged on the tasks that were left to chance, whom no strategy chose, where there are enough."""
    known, plan = known_labels(question), plan_of(project)
    there = np.isin(known.tasks, features.tasks)
    tasks, label = known.tasks[there], known.label[there]
    if tasks.size < LEAST:
        raise JobFailed(f"A comparison needs {LEAST} labelled tasks; there are {tasks.size}.")
    left_out = []
    is_test = held_out(tasks, plan.seed, plan.exploration)
    if is_test.sum() < LEAST_TESTED:
        left_out.append(
            f"Only {int(is_test.sum())} tasks that were left to chance are labelled, so models are"
            " judged on a third of all labelled tasks, by lot: these are what was asked for so far,"
            " not a sample of the whole."
        )
        is_test = chances(tasks, plan.seed, Draw.REPLAY_JUDGED) < TESTED
    offered_ = _some(tasks, ~is_test, MOST_OFFERED, "to choose from", left_out)
    tested = _some(tasks, is_test, MOST_TESTED, "to judge by", left_out)
    if np.unique(label[offered_]).size < 2:
        raise JobFailed("The labelled tasks have one label only, so there is nothing to learn.")
    return Lessons(
        offered=tasks[offered_],
        offered_label=label[offered_],
        tested=tasks[tested],
        tested_label=label[tested],
        labels=len(known.values),
        left_out=left_out,
    )


def _some(
    tasks: IntArray, is_mine: NDArray[np.bool_], most: int, what: str, left_out: list[str]
) -> IntArray:
    mine = np.flatnonzero(is_mine)
    if mine.size > most:
        left_out.append(f"Of {mine.size:,} labelled tasks {what}, {most:,} were taken, by lot.")
    return np.sort(mine[np.argsort(chances(tasks[mine], 0, Draw.REPLAYED))[:most]])


def _replayed(
    features: Features, lessons: Lessons, names: list[str], seeds: int, progress: Progress
) -> Replayed:
    """Seed by seed, until the time is over."""
    answered = _answered(features, lessons, names)
    choosers = {name: _choosing(strategies[name], lessons.offered) for name in names}
    start, done = time.perf_counter(), list[Replayed]()
    runs = seeds * len(names)
    learn = partial(replays.learned, usual=features.usual(0))

    def told(number: int, _: int) -> None:
        at = len(done) * len(names) + number
        progress.report(at, runs, f"Seed {len(done) + 1} of {seeds}.")

    progress.report(0, runs, f"Seed 1 of {seeds}.")
    for seed in range(seeds):
        plan = replays.Plan(seeds=(seed,), **_sizes(lessons.offered.size))
        try:
            done.append(replays.replay(answered, choosers, plan, told=told, learn=learn))
        except CannotRank as why:
            raise JobFailed(str(why)) from why
        if time.perf_counter() - start > MOST_SECONDS and seed + 1 < seeds:
            lessons.left_out.append(
                f"After {MOST_SECONDS // 60} minutes {seed + 1} of {seeds} seeds had been tried, and no"
                " more were begun."
            )
            break
    accuracy = {name: np.concatenate([one.accuracy[name] for one in done]) for name in names}
    return Replayed(
        sizes=done[0].sizes, accuracy=accuracy, base=replays.BASE, tested=done[0].tested
    )


def _sizes(there: int) -> dict[str, int]:
    """From a tenth of what is there, or START, up to two thirds of it, or LAST: beyond that every
    strategy has chosen nearly the same."""
    last = min(LAST, there * 2 // 3)
    start = min(START, max(10, last // 5))
    return {"start": start, "batch": max(1, -(-(last - start) // (ROUNDS - 1))), "last": last}


def _answered(features: Features, lessons: Lessons, names: list[str]) -> Answered:
    rows = features.rows(lessons.offered)
    needs = {need for name in names for need in strategies[name].needs}
    return Answered(
        rows=rows,
        label=lessons.offered_label,
        test_rows=features.rows(lessons.tested),
        test_label=lessons.tested_label,
        labels=lessons.labels,
        features=dense(rows) if "features" in needs else None,
    )


def _choosing(strategy: Strategy, keys: IntArray) -> Chooser:
    """The strategy as it ranks the queue, told what is known in the replay."""

    def choose(known: replays.Known, count: int, seed: int) -> IntArray:
        pool = Pool(
            units=known.units,
            keys=keys,
            probabilities=known.probabilities,
            features=known.features,
            labels=known.labels,
            answers=np.where(known.labels < 0, 0, 1),
        )
        chosen: IntArray = strategy(pool, count=count, seed=seed)
        return chosen

    return choose
