"""All that the page of active learning shows, in a few queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.annotations.models import Question
from apps.annotations.views.items import words_of
from apps.consensus.models import Consensus
from apps.projects.actions.background import last_job
from apps.projects.models import Project
from apps.routing.actions.learnable import all_to_learn
from apps.routing.actions.learning import FIRST, KIND
from apps.routing.actions.plans import offered, plan_of
from apps.routing.actions.training import LEARNERS
from apps.routing.models import Endpoint, ModelRun, Plan, Rank, Ranking
from apps.routing.views import kind_words, words
from apps.routing.views.curve import curve_of
from apps.routing.views.searching import looked_of
from apps.routing.views.uses import studies_of
from apps.tasks.models import Task

MOST_NEXT, MOST_RUNS, MOST_POINTS = 10, 10, 400


@dataclass(frozen=True)
class Next:
    """A task that comes soon."""

    task: Task
    rank: Rank
    words: str
    why: str


def page_of(project: Project, name: str) -> dict[str, Any]:
    job = last_job(project, KIND)
    plan = plan_of(project)
    questions = all_to_learn(project.pk)
    question = next((one for one in questions if one.name == name), None) or next(
        iter(questions), None
    )
    runs = _runs(question, plan)
    newest = runs[0] if runs else None
    ranking = (
        Ranking.objects.filter(project=project).select_related("run__question").order_by("-pk")
    ).first()
    return {
        "job": job,
        "plan": plan,
        "questions": questions,
        "question": question,
        "run": newest,
        "runs": [_shown(one) for one in runs[:MOST_RUNS]],
        "figure_name": kind_words.title_of(newest) if newest else "",
        "more_runs": max(len(runs) - MOST_RUNS, 0),
        "curve": curve_of(runs),
        "ranking": ranking,
        "looked": looked_of(project, question),
        "next": _next(project, ranking) if ranking else [],
        # A template would call a strategy that it is given.
        "studies": studies_of(project),
        "endpoints": list(Endpoint.objects.filter(project=project).order_by("name")),
        "strategies": [(one.label, one.summary, one.advice) for one in offered()],
        "words": {
            "headline": words.headline(newest),
            "more": words.more(newest, _answered(project), has_question=question is not None),
            "further": words.further(newest),
            "advised": words.advised(newest),
            "pseudo": words.pseudo_of(newest),
            "order": words.order_of(ranking, plan),
            "proposed": words.proposed_of(plan, job.result if job else None),
            "shown": words.shown_of(project),
        },
    }


def _runs(question: Question | None, plan: Plan) -> list[ModelRun]:
    """Those of the model that puts the queue in order, the newest first."""
    if question is None:
        return []
    found = ModelRun.objects.filter(project=question.project_id, question=question)
    found = found.order_by("-pk")
    own = list(found.filter(learner=plan.endpoint.learner)[:MOST_POINTS]) if plan.endpoint else []
    runs = own or list(found.filter(learner__in=LEARNERS)[:MOST_POINTS])
    for run in runs:
        run.question = question
    return runs


def _shown(run: ModelRun) -> dict[str, Any]:
    return {
        "pk": run.pk,
        "made_at": run.made_at,
        "labelled": run.labelled,
        "figure": run.figure,
        "figures": run.figures,
        "said": kind_words.said(run),
        "limits": kind_words.limits(run),
    }


def _answered(project: Project) -> int:
    """No more are counted than matter."""
    return Consensus.objects.filter(project=project).order_by()[:FIRST].count()


def _next(project: Project, ranking: Ranking) -> list[Next]:
    """Those that nobody has in hand, in the order of the queue."""
    question = ranking.run.question if ranking.run else None
    ranks = Rank.objects.filter(ranking=ranking, task__queue__handed=0).order_by("place")
    found = []
    for rank in ranks.select_related("task")[:MOST_NEXT]:
        rank.ranking = ranking
        found.append(
            Next(
                task=rank.task,
                rank=rank,
                words=words_of(rank.task, project),
                why=words.thought_of(rank, question),
            )
        )
    return found
