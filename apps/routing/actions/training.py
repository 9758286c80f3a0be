"""Trains a model of one question and keeps how good it was."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Annotation, Question
from apps.projects.models import Project
from apps.routing.actions.against_gold import gold_figures
from apps.routing.actions.features import Features, with_beside
from apps.routing.actions.figures import crossed_accuracy, kept_figures
from apps.routing.actions.foreseeing import ahead_of, kept_ahead
from apps.routing.actions.labels import IntArray, Known
from apps.routing.actions.self_training import self_taught
from apps.routing.actions.settings import found_for
from apps.routing.actions.stabilizing import ask_stop_set
from apps.routing.actions.teachers import BESIDE, LINES, TREES, Says, Teacher, teacher_of
from apps.routing.actions.weighing import weighed
from apps.routing.learners.features import VERSION
from apps.routing.learners.linear import Settings, TooFew
from apps.routing.learners.stopping import little_to_gain, together
from apps.routing.models import ModelRun, Weighing
from apps.routing.strategies.lots import Draw, chances, held_out

# Of answers that are sets of labels, numbers, and spans of texts.
SETS, SPANS = "linear, each label", "linear, each word"
NUMBERS = {LINES: "linear, a number", TREES: "boosted trees, a number"}
NUMBERS[BESIDE] = with_beside(NUMBERS[LINES])
LEARNERS = (LINES, BESIDE, TREES, SETS, with_beside(SETS), SPANS, *NUMBERS.values())
# A model of fewer says nothing; of more it learns no more, and only gets slower.
LEAST_LABELLED, MOST_LABELLED = 30, 100_000
# So many of the answers tell at least when to stop, up to such a share of them.
LEAST_STOPS, MOST_STOPS = 40, 0.25
# Of very many tasks some are looked at, by a lot that is another one each time.
MOST_CANDIDATES = 200_000
# What a strategy compares the candidates with.
MOST_COMPARED = 20_000


@dataclass(frozen=True, eq=False)
class Trained:
    """A model with its run, and the features that it reads."""

    run: ModelRun
    says: Says
    # The same, if it is another that learned from pseudo-labels too: this one learned from answers alone.
    by_answers: Says
    features: Features
    known: Known
    teacher: Teacher
    # Of what is known, what it did not learn from.
    is_stop: NDArray[np.bool_]

    def candidates(self, tasks: IntArray, draw: int) -> IntArray:
        """Of tasks that wait those about which it can say something; some, where they are very many."""
        return some_of(tasks[np.isin(tasks, self.features.tasks)], draw, MOST_CANDIDATES)

    def compared(self, draw: int) -> IntArray:
        """Of what is known, the places with which candidates are compared."""
        lot = chances(self.known.tasks, draw, Draw.LOOKED_AT)
        return np.sort(np.argsort(lot)[:MOST_COMPARED])

    def chances_of(self, tasks: IntArray) -> NDArray[np.float32]:
        """Tasks x labels."""
        return self.says(self.rows(tasks))

    def rows(self, tasks: IntArray) -> Any:
        """As its model reads them."""
        return self.teacher.rows(self.features, tasks)

    @property
    def one_of_each(self) -> IntArray:
        """Of what it learned from, one of each label."""
        learned = np.flatnonzero(~self.is_stop)
        _, places = np.unique(self.known.label[learned], return_index=True)
        return learned[places]


def some_of(tasks: IntArray, draw: int, most: int) -> IntArray:
    """At most so many, by a lot that is another one for each draw."""
    if tasks.size <= most:
        return tasks
    lot = chances(tasks, draw, Draw.LOOKED_AT)
    return np.sort(tasks[np.argpartition(lot, most)[:most]])


def train_model(
    *,
    question: Question,
    features: Features,
    known: Known,
    held: float,
    seed: int,
    is_self_training: bool = False,
    weighing: str = Weighing.NEVER,
) -> Trained | None:
    """None where there is too little to learn from. `held` is the share that is held out."""
    known = _learnable(known, features, seed)
    if known.tasks.size < LEAST_LABELLED:
        return None
    start = time.perf_counter()
    is_held = held_out(known.tasks, seed, held)
    is_stop = is_held | more_stops(known.tasks, is_held, seed)
    teacher, compared = _teacher_for(question, features, known, is_stop, seed, weighing)
    rows = teacher.rows(features, known.tasks)
    try:
        by_answers = teacher.teach(rows, known.label, len(known.values), is_held=is_stop)
    except TooFew:
        return None
    common: dict[str, Any] = {"question": question, "features": features, "known": known}
    common |= {"held": held, "seed": seed, "teacher": teacher}
    says, figures = _judged(by_answers, rows, is_held, is_stop, is_self_training, **common)
    run = keep_run(
        question,
        learner=teacher.learner,
        parameters=asdict(teacher.settings) | compared,
        seed=seed,
        consensus_id=known.consensus,
        is_held=is_held,
        is_stop=is_stop,
        values=list(known.values),
        figures=figures,
        passes=says.passes,
        seconds=time.perf_counter() - start,
    )
    return Trained(run, says, by_answers, features, known, teacher, is_stop)


def _teacher_for(
    question: Question,
    features: Features,
    known: Known,
    is_stop: NDArray[np.bool_],
    seed: int,
    weighing: str,
) -> tuple[Teacher, dict[str, Any]]:
    """The better way to learn these, with the settings that were found for it; what was compared, which
    models are heard beside, and whether labels are weighed."""
    usual = Settings(seed=seed % 2**31)
    teacher, lost = teacher_of(features, known, is_stop, usual)
    settings = found_for(question, teacher.learner, teacher.settings)
    teacher, weighs = weighed(
        question=question,
        teacher=replace(teacher, settings=settings),
        features=features,
        known=known,
        is_held=is_stop,
        weighing=weighing,
    )
    compared = {"compared": lost} if lost else {}
    told = features.told if teacher.learner == BESIDE else {}
    return teacher, compared | weighs | told


def _judged(
    says: Any,
    rows: Any,
    is_held: NDArray[np.bool_],
    is_stop: NDArray[np.bool_],
    is_self_training: bool,
    **common: Any,
) -> tuple[Any, dict[str, Any]]:
    """The model, which may have learned from pseudo-labels too, and how good it is on the hold-out."""
    known: Known = common["known"]
    more: dict[str, Any] = {}
    if is_self_training and common["teacher"].learner != TREES:
        says, more["pseudo"] = self_taught(
            says=says, rows=rows, is_held=is_held, is_stop=is_stop, **common
        )
    features, teacher, seed = common["features"], common["teacher"], common["seed"]
    said = says(rows[is_held]).astype(float)
    figures = kept_figures(said, known.label[is_held], seed=seed)
    more["crossed"] = crossed_accuracy(teacher, rows, known, is_held)
    more["gold"] = gold_figures(
        question=common["question"],
        values=known.values,
        learned=known.tasks[~is_held],
        readable=features.tasks,
        seed=seed,
        chances_of=lambda tasks: says(teacher.rows(features, tasks)),
    )
    return says, figures | more | _advised(says=says, accuracy=figures["accuracy"], **common)


def _advised(
    *,
    question: Question,
    says: Says,
    features: Features,
    known: Known,
    held: float,
    seed: int,
    teacher: Teacher,
    accuracy: dict[str, Any],
) -> dict[str, Any]:
    """What more labels should bring, and whether to stop: both rules together."""
    labelled = int(known.tasks.size)
    stable = ask_stop_set(
        question=question,
        says=lambda tasks: says(teacher.rows(features, tasks)),
        tasks=features.tasks,
        values=known.values,
        labelled=labelled,
        held=held,
        seed=seed,
    )
    ahead = ahead_of(question, teacher.learner, labelled, {"accuracy": accuracy})
    advice = together(stable, little_to_gain(ahead))
    return {"foreseen": kept_ahead(ahead), "advice": asdict(advice)}


def keep_run(
    question: Question,
    *,
    is_held: NDArray[np.bool_],
    is_stop: NDArray[np.bool_] | None = None,
    **more: Any,
) -> ModelRun:
    """A training, with the data version as it is now; `is_stop` marks what told when to stop."""
    given: dict[str, Any] = {"values": [], "passes": 0} | more
    run: ModelRun = ModelRun.objects.create(
        project=question.project,
        question=question,
        feature_version=VERSION,
        question_version=question.project.question_version,
        annotation_id=newest_annotation(question.project),
        labelled=is_held.size,
        held_out=int(is_held.sum()),
        stopped_by=0 if is_stop is None else int(is_stop.sum()),
        **given,
    )
    return run


def newest_annotation(project: Project) -> int:
    newest = Annotation.objects.filter(project=project).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _learnable(known: Known, features: Features, seed: int) -> Known:
    """Those that have features; of very many, some by lot."""
    kept = np.isin(known.tasks, features.tasks)
    tasks, label = known.tasks[kept], known.label[kept]
    if tasks.size > MOST_LABELLED:
        some = np.sort(np.argsort(chances(tasks, seed, Draw.LEARNED))[:MOST_LABELLED])
        tasks, label = tasks[some], label[some]
    return replace(known, tasks=tasks, label=label)


def more_stops(tasks: IntArray, is_held: NDArray[np.bool_], seed: int) -> NDArray[np.bool_]:
    """While few are held out, some of the others tell when to stop, too. They are not judged by:
    a strategy chose them."""
    wanted = min(LEAST_STOPS, int(tasks.size * MOST_STOPS)) - int(is_held.sum())
    lot = np.where(is_held, 2.0, chances(tasks, seed, Draw.STOPS))
    found = np.zeros(tasks.size, np.bool_)
    found[np.argsort(lot)[: max(wanted, 0)]] = True
    return found & ~is_held
