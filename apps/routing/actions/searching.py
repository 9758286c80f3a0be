"""Looks for better settings of a question's model, when a lead asks; they are used where they are surely
better on answers that took no part in the choice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
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
from apps.routing.actions.features import Features, keep_features
from apps.routing.actions.labels import known_answers
from apps.routing.actions.plans import plan_of
from apps.routing.actions.sought import Sought, searchable, sought_of
from apps.routing.learners.linear import TooFew
from apps.routing.learners.search import Searched, Tried, Worth, search_worth
from apps.routing.models import SettingsSearch
from apps.routing.strategies.lots import held_out

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "routing.search"
TRIES, MOST_TRIES, WAYS = 18, 60, ("tpe", "random")
# One half of what is held out chooses, the other judges.
LEAST_HELD = 40


class BadSearch(BadInput):
    """Nothing can be looked for so: a sentence for each field at fault."""

    code = "bad_search"


def ask_for_search(
    *, project: Project, by: User, question: str, tries: int = TRIES, way: str = "tpe"
) -> JobRun:
    named = {one.name: one for one in searchable(project.pk)}
    errors = {}
    if not 1 <= tries <= MOST_TRIES:
        errors["tries"] = f"Give 1 to {MOST_TRIES}."
    if way not in WAYS:
        errors["way"] = f"Use one of {', '.join(WAYS)}."
    if question not in named:
        known = ", ".join(named) or "there is none"
        errors["question"] = (
            f"No settings are looked for of {question!r}, but of: {known}. Of numbers they are where"
            " trees learn them."
        )
    elif (held := _held(named[question])) < LEAST_HELD:
        errors["question"] = _too_few(held)
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
        found, sought = _searched(question, features, tell, tries, way)
    kept = _keep(question, found, sought)
    kept.way, kept.made_by_id, kept.seconds = way, by_id, time.perf_counter() - start
    kept.save()
    return {"search": kept.pk, "tried": len(kept.trials), "is_used": kept.is_used}


def _held(question: Question) -> int:
    plan, tasks = plan_of(question.project), np.array(list(known_answers(question)), np.int64)
    return int(held_out(tasks, plan.seed, plan.exploration).sum())


def _too_few(held: int) -> str:
    return f"A search needs {LEAST_HELD} answered tasks that were left to chance; there are {held}."


def _searched(
    question: Question, features: Features, tell: Callable[[int], None], tries: int, way: str
) -> tuple[Worth[Any], Sought]:
    sought = sought_of(question, features, plan_of(question.project))
    # Of answers some may not be learned: with labels that were retired, of texts that are too long.
    if (held := int(sought.is_held.sum())) < LEAST_HELD:
        raise JobFailed(_too_few(held))
    try:
        found = search_worth(
            sought.losses,
            is_held=sought.is_held,
            usual=sought.usual,
            space=sought.space,
            tries=tries,
            way=way,
            tell=tell,
        )
    except TooFew as few:
        raise JobFailed(str(few)) from few
    return found, sought


def _keep(question: Question, found: Worth[Any], sought: Sought) -> SettingsSearch:
    searched: Searched[Any] = found.searched
    low = found.saved.low
    return SettingsSearch(
        project_id=question.project_id,
        question=question,
        learner=sought.learner,
        seed=found.settings.seed,
        lessons=searched.lessons[-1],
        chosen_by=int(sought.is_held.sum()) - found.saved.n,
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
