"""How good a project's own model is: on the hold-out, against what people's answers come to."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.consensus.models import Consensus
from apps.core.jobs import Progress
from apps.routing.actions.asking import batches
from apps.routing.actions.figures import kept_figures
from apps.routing.actions.foreseeing import foreseen
from apps.routing.actions.labels import Known, can_be_learned, known_labels
from apps.routing.actions.training import newest_annotation
from apps.routing.models import Endpoint, ModelRun, Plan
from apps.routing.remote import Foretold, Interface
from apps.routing.strategies.lots import Draw, chances, held_out

# Of a larger hold-out some are asked about, by a lot that stays.
MOST_JUDGED = 1_000
LEAST_NEW = 25


def questions_judged(interface: Interface, endpoint: Endpoint) -> list[Question]:
    """Those that it answers and that have one label out of several."""
    found = Question.objects.filter(project=endpoint.project).asked()
    return [one for one in found if one.name in interface.questions and can_be_learned(one)]


def judge_where_new(
    endpoint: Endpoint, interface: Interface, plan: Plan, version: str, progress: Progress
) -> int:
    """Where it is another version, or much has been answered since. Returns of how many questions."""
    due = [
        one
        for one in questions_judged(interface, endpoint)
        if _is_due(newest_run(endpoint, one), version)
    ]
    for question in due:
        judge(endpoint, interface, plan, question, version, progress)
    return len(due)


def newest_run(endpoint: Endpoint, question: Question) -> ModelRun | None:
    runs = ModelRun.objects.filter(
        project=endpoint.project, question=question, learner=endpoint.learner
    )
    return runs.order_by("-pk").first()


def judge(
    endpoint: Endpoint,
    interface: Interface,
    plan: Plan,
    question: Question,
    version: str,
    progress: Progress,
) -> tuple[ModelRun, Known, dict[int, NDArray[np.float32]]]:
    """The run, what is known, and of the hold-out what it thinks. Raises RemoteError."""
    start, known = time.perf_counter(), known_labels(question)
    held = known.tasks[held_out(known.tasks, plan.seed, plan.exploration)]
    held = np.sort(held[np.argsort(chances(held, plan.seed, Draw.JUDGED))[:MOST_JUDGED]])
    message = f"Judging it by the tasks left to chance: {question.name}."
    asked = batches(endpoint, interface, held.tolist(), progress, message)
    said = [one for batch in asked for one in batch]
    version = next((one.version for one in said if one.version), version)
    thought = thoughts(said, question.name, known.values)
    before = newest_run(endpoint, question)
    if before is not None and _is_same(before, plan, known, version, len(thought)):
        return before, known, thought
    run = _kept(endpoint, plan, question, known, thought, version, held.size)
    run.seconds = time.perf_counter() - start
    run.save(update_fields=["seconds"])
    return run, known, thought


def thoughts(
    said: Sequence[Foretold], name: str, values: Sequence[str]
) -> dict[int, NDArray[np.float32]]:
    """By task a probability for each label. What it says without any is all on one label; of what it
    says nothing there is nothing."""
    place = {value: number for number, value in enumerate(values)}
    found: dict[int, NDArray[np.float32]] = {}
    for one in said:
        chances_of: Mapping[str, float] = one.probabilities.get(name, {})
        if not chances_of and name in one.answers:
            chances_of = {str(one.answers[name]): 1.0}
        row = np.zeros(len(values), np.float32)
        for label, chance in chances_of.items():
            if label in place:
                row[place[label]] = chance
        if row.any():
            found[one.item] = row / row.sum()
    return found


def gives_probabilities(said: Sequence[Foretold], name: str) -> bool:
    """For each task about which it says something."""
    return all(one.probabilities.get(name) for one in said if name in one.answers)


def _kept(
    endpoint: Endpoint,
    plan: Plan,
    question: Question,
    known: Known,
    thought: Mapping[int, NDArray[np.float32]],
    version: str,
    asked: int,
) -> ModelRun:
    is_said = np.isin(known.tasks, list(thought))
    rows = [thought[pk] for pk in known.tasks[is_said].tolist()]
    said = np.array(rows, float).reshape(len(rows), len(known.values))
    figures = kept_figures(said, known.label[is_said], seed=plan.seed)
    figures["foreseen"] = foreseen(question, endpoint.learner, int(known.tasks.size), figures)
    run: ModelRun = ModelRun.objects.create(
        project=endpoint.project,
        question=question,
        learner=endpoint.learner,
        parameters={"version": version or "not said", "says nothing of": asked - len(rows)},
        seed=plan.seed,
        feature_version=0,
        question_version=endpoint.project.question_version,
        annotation_id=newest_annotation(endpoint.project),
        consensus_id=known.consensus,
        labelled=known.tasks.size,
        held_out=len(rows),
        stopped_by=0,
        values=list(known.values),
        figures=figures,
        passes=0,
        seconds=0,
    )
    return run


def _is_same(run: ModelRun, plan: Plan, known: Known, version: str, said: int) -> bool:
    """The same model, asked about the same tasks, with the same answers: no point of a curve."""
    then = (run.parameters.get("version"), run.consensus_id, run.seed, run.held_out)
    return bool(version) and then == (version, known.consensus, plan.seed, said)


def _is_due(run: ModelRun | None, version: str) -> bool:
    if run is None or (version and run.parameters.get("version") != version):
        return True
    new = Consensus.objects.filter(project=run.project_id, pk__gt=run.consensus_id)
    return new[:LEAST_NEW].count() >= LEAST_NEW
