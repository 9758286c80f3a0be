"""Looks for better settings of a question's model, when a lead asks; they are used where they are surely
better on answers that took no part in the choice."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
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
from apps.routing.actions.features import keep_features
from apps.routing.actions.labels import IntArray, known_labels, questions_to_learn
from apps.routing.actions.plans import plan_of
from apps.routing.actions.teachers import SPACES, teacher_of
from apps.routing.learners.linear import Settings, TooFew
from apps.routing.learners.search import Searched, Tried, Worth, search_labels
from apps.routing.models import Plan, SettingsSearch
from apps.routing.strategies.lots import Draw, chances, held_out

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "routing.search"
TRIES, MOST_TRIES, WAYS = 18, 60, ("tpe", "random")
# One half of what is held out chooses, the other judges; and of more lessons some are taken.
LEAST_HELD, MOST_LESSONS = 40, 20_000


class BadSearch(BadInput):
    """Nothing can be looked for so: a sentence for each field at fault."""

    code = "bad_search"


def ask_for_search(
    *, project: Project, by: User, question: str, tries: int = TRIES, way: str = "tpe"
) -> JobRun:
    named = {one.name: one for one in questions_to_learn(project.pk)}
    errors = {}
    if not 1 <= tries <= MOST_TRIES:
        errors["tries"] = f"Give 1 to {MOST_TRIES}."
    if way not in WAYS:
        errors["way"] = f"Use one of {', '.join(WAYS)}."
    if question not in named:
        known = ", ".join(named) or "there is none"
        errors["question"] = (
            f"No settings are looked for of {question!r}. Those of one label or a scale: {known}."
        )
    elif (held := _held(known_labels(named[question]).tasks, plan_of(project)).sum()) < LEAST_HELD:
        errors["question"] = (
            f"A search needs {LEAST_HELD} answered tasks that were left to chance; there are {held}."
        )
    if errors:
        raise BadSearch(errors)
    asked = {"question_id": named[question].pk, "tries": tries, "way": way, "by_id": by.pk}
    return ask_once(project=project, kind=KIND, by=by, **asked)


def search_settings(
    progress: Progress, project_id: int, question_id: int, tries: int, way: str, by_id: int
) -> dict[str, Any]:
    start = time.perf_counter()
    project = Project.objects.get(pk=project_id)
    question = Question.objects.get(pk=question_id)
    with alone(project_id, progress), threadpool_limits(limits=1):
        built_in, seed = keep_features(project, progress), plan_of(project).seed
        features, _ = with_embeddings(project, built_in, seed=seed, progress=progress, most=0)

    def tell(number: int) -> None:
        progress.report(number, tries + 1, f"Trying settings for {question.name}.")

    # What follows reads features and writes nothing of them: whoever learns need not wait.
    with threadpool_limits(limits=1):
        found, learner, held = _searched(question, features, tell, tries, way)
    kept = _keep(question, found, learner, held)
    kept.way, kept.made_by_id, kept.seconds = way, by_id, time.perf_counter() - start
    kept.save()
    return {"search": kept.pk, "tried": len(kept.trials), "is_used": kept.is_used}


def _searched(
    question: Question, features: Any, tell: Any, tries: int, way: str
) -> tuple[Worth[Any], str, int]:
    plan, known = plan_of(question.project), known_labels(question)
    kept = np.flatnonzero(np.isin(known.tasks, features.tasks))
    lot = chances(known.tasks[kept], plan.seed, Draw.SEARCHED)
    kept = np.sort(kept[np.argsort(lot)[:MOST_LESSONS]])
    known = replace(known, tasks=known.tasks[kept], label=known.label[kept])
    is_held = _held(known.tasks, plan)
    teacher, _ = teacher_of(features, known, is_held, Settings(seed=plan.seed % 2**31))
    try:
        found = search_labels(
            teacher.train,
            teacher.rows(features, known.tasks),
            known.label,
            len(known.values),
            is_held=is_held,
            usual=teacher.settings,
            space=SPACES[teacher.learner],
            tries=tries,
            way=way,
            tell=tell,
        )
    except TooFew as few:
        raise JobFailed(str(few)) from few
    return found, teacher.learner, int(is_held.sum())


def _keep(question: Question, found: Worth[Any], learner: str, held: int) -> SettingsSearch:
    searched: Searched[Any] = found.searched
    low = found.saved.low
    return SettingsSearch(
        project_id=question.project_id,
        question=question,
        learner=learner,
        seed=found.settings.seed,
        lessons=searched.lessons[-1],
        chosen_by=held - found.saved.n,
        judged_on=found.saved.n,
        best=asdict(found.settings),
        trials=[_row(one) for one in searched.trials],
        saved=asdict(found.saved),
        is_used=low is not None and low > 0,
    )


def _row(tried: Tried[Any]) -> dict[str, Any]:
    return {
        "number": tried.number,
        "settings": asdict(tried.settings),
        "losses": [round(loss, 5) for loss in tried.losses],
        "is_done": tried.is_done,
    }


def _held(tasks: IntArray, plan: Plan) -> Any:
    return held_out(tasks, plan.seed, plan.exploration)
