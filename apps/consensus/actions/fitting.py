"""Fits a question's model to all its answers, and judges every task by it. Run as a job."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from apps.annotations.models import Question
from apps.consensus import aggregators as package
from apps.consensus.actions.checking import (
    Learns,
    checked_by_replay,
    checked_on_gold,
    checked_on_votes,
    what_was_heard,
)
from apps.consensus.actions.hearing import NothingHeard, hearing, still_kept
from apps.consensus.actions.packing import packed
from apps.consensus.actions.plain import plain_method
from apps.consensus.actions.reading import Table, form_for, form_of, given_of, plain, table_of
from apps.consensus.actions.refresh import lock, write_consensus
from apps.consensus.actions.standing import standing_of, standings_of
from apps.consensus.aggregators import Model, aggregators
from apps.consensus.aggregators.base import Fitted, FormError
from apps.consensus.aggregators.plain import LEAST, Plain, too_few
from apps.consensus.models import Consensus, Method, Run, Skill
from apps.consensus.signals import JUDGED_ANEW
from apps.core import outbox
from apps.core.jobs import Progress
from apps.tasks.models import QueueEntry

# Tasks of one transaction, which keeps others from writing the project's consensus.
AT_ONCE = 500
# Of what is drawn at random: limits, folds, the answers that are foretold.
SEED = 0


def compute_consensus(
    progress: Progress, project_id: int, question_ids: Sequence[int]
) -> dict[str, Any]:
    """Fit the chosen models, and learn how sure plain answers are where those stand; then judge all
    tasks by what stands."""
    # With the project, in one statement: its version is that of the questions that were read.
    asked = Question.objects.filter(project_id=project_id, pk__in=question_ids)
    questions = list(asked.select_related("project"))
    problems: dict[str, str] = {}
    runs: list[int] = []
    for question in questions:
        progress.report(0, message=f"Learning from the answers to {question.name}.")
        for fit in (fit_question, fit_plainly):
            method = _method_of(question)
            try:
                run = fit(question=question, method=method)
            except FormError as refused:
                problems.setdefault(question.name, str(refused))
                _came_to_nothing(method, refused)
            else:
                runs += [run.pk] if run else []
    tasks = _judge_all(progress, project_id, questions)
    return {"tasks": tasks, "runs": runs, "problems": problems}


def _method_of(question: Question) -> Method:
    """As a lead chose it, else as the kind says."""
    by_itself = {"aggregator": plain_method(question).name}
    return Method.objects.get_or_create(question=question, defaults=by_itself)[0]


def fit_plainly(*, question: Question, method: Method) -> Run | None:
    """How sure the plain method may be, where it stands. FormError says why nothing can be said."""
    standing = standing_of(question, method)
    if standing.run is not None or not isinstance(standing.plain, Plain):
        return None
    start = time.perf_counter()
    table = table_of(question)
    if not table.unit.size:
        return None
    if reason := too_few(table.answers(form_for(question, standing.plain))):
        if standing.has_model:
            return None  # Why the model does not stand is told instead.
        raise FormError(reason)
    return _fitted(question=question, method=method, model=standing.plain, table=table, start=start)


def _came_to_nothing(method: Method, refused: FormError) -> None:
    """What was fitted before stands, except where it heard a model that can be heard no more: then
    the votes do. It is tried anew when more is new, not each minute; and what the lead chose
    meanwhile keeps its own news."""
    told: dict[str, Any] = {
        "problem": str(refused)[:500],
        "fresh": Greatest(F("fresh") - method.fresh, 0),
    }
    if isinstance(refused, NothingHeard):
        told |= {"run": None}
    same = Method.objects.filter(
        pk=method.pk, aggregator=method.aggregator, parameters=method.parameters
    )
    same.update(**told)


def fit_question(*, question: Question, method: Method) -> Run | None:
    """A new run of the model that was chosen, in effect unless the lead chose otherwise meanwhile. None
    without answers, and where none was chosen."""
    model = aggregators[method.aggregator].using(method.parameters)
    if not isinstance(model, Model):
        return None
    start = time.perf_counter()
    table = table_of(question)
    if not table.unit.size:
        return None
    table = hearing(model, table)
    return _fitted(question=question, method=method, model=model, table=table, start=start)


def _fitted(
    *, question: Question, method: Method, model: Learns, table: Table, start: float
) -> Run | None:
    """What was learned, with how it does where something is known."""
    asked = form_for(question, model)
    fitted = model.fit(table.answers(asked), asked)
    checks = checked_on_gold(
        question=question, table=table, model=model, fitted=fitted, seed=SEED
    ) | checked_on_votes(table=table, model=model, fitted=fitted, seed=SEED)
    checks |= what_was_heard(table=table, model=model, fitted=fitted)
    checks |= checked_by_replay(
        question=question, table=table, model=model, fitted=fitted, checks=checks, seed=SEED
    )
    return _keep(
        question=question,
        method=method,
        model=model,
        table=table,
        fitted=fitted,
        checks=checks,
        seconds=time.perf_counter() - start,
    )


@transaction.atomic
def _keep(
    *,
    question: Question,
    method: Method,
    model: Learns,
    table: Table,
    fitted: Fitted,
    checks: dict[str, Any],
    seconds: float,
) -> Run | None:
    now = _still_chosen(method, table)
    if now is None:
        return None
    form, is_model = form_of(question), isinstance(model, Model)
    run = Run.objects.create(
        project_id=question.project_id,
        question=question,
        aggregator=model.name,
        parameters=method.parameters if is_model else model.changed(),
        seed=SEED,
        code=code_version(),
        question_version=question.project.question_version,
        saw=packed(table.annotation),
        opinions=table.heard,
        answers=table.unit.size,
        units=table.tasks.size,
        raters=table.people.size,
        values=[plain(value, form) for value in fitted.values],
        common=fitted.common.tolist(),
        newcomer=fitted.newcomer.tolist(),
        steps=fitted.steps,
        has_converged=fitted.has_converged,
        checks=checks,
        is_worse=is_model and checks.get("gold", {}).get("verdict") == "worse",
        seconds=seconds,
    )
    if is_model:
        Skill.objects.bulk_create(_skills(run, table, fitted), batch_size=500)
    _put_in_effect(run, now, method.fresh, is_model=is_model)
    return run


def _put_in_effect(run: Run, now: Method, news: int, *, is_model: bool) -> None:
    """`news` is what the fit has seen of the fresh answers."""
    which = "run" if is_model else "plain_run"
    setattr(now, which, run)
    if run.aggregator == now.aggregator:
        # Beside a model that does not stand, the news is the model's, and so is the problem.
        now.fresh, now.problem = max(now.fresh - news, 0), ""
    now.save(update_fields=[which, "fresh", "problem"])


def _still_chosen(method: Method, table: Table) -> Method | None:
    """Locked; None where the lead chose otherwise meanwhile, or what was heard has gone."""
    if table.heard is not None and not still_kept(table.heard):
        return None
    now = Method.objects.select_for_update().filter(pk=method.pk).first()
    is_same = now and (now.aggregator, now.parameters) == (method.aggregator, method.parameters)
    return now if is_same else None


def _skills(run: Run, table: Table, fitted: Fitted) -> list[Skill]:
    skills = fitted.skills
    empty: list[list[float]] = [[]] * table.people.size
    low = skills.low.tolist() if skills.low is not None else [None] * table.people.size
    high = skills.high.tolist() if skills.high is not None else [None] * table.people.size
    met = skills.met.tolist() if skills.met is not None else empty
    right = skills.right.tolist() if skills.right is not None else empty
    said = skills.said.tolist() if skills.said is not None else empty
    return [
        Skill(
            run=run,
            annotator_id=annotator,
            answers=int(skills.answers[rater]),
            accuracy=float(skills.accuracy[rater]),
            low=low[rater],
            high=high[rater],
            parameters=fitted.raters[rater].tolist(),
            met=met[rater],
            right=right[rater],
            said=said[rater],
        )
        for rater, annotator in enumerate(table.people.tolist())
    ]


def _judge_all(progress: Progress, project_id: int, questions: Sequence[Question]) -> int:
    """Portion by portion, each read under the lock: what comes in meanwhile is not lost."""
    answered = QueueEntry.objects.filter(project=project_id, submitted__gt=0).order_by("pk")
    total, done, last = answered.count(), 0, 0
    progress.report(0, total, "Judging every task.")
    while task_ids := list(answered.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            lock(project_id)
            given = given_of(task_ids)
            for standing in standings_of(questions):
                write_consensus(standing=standing, task_ids=task_ids, given=given)
        done, last = done + len(task_ids), task_ids[-1]
        progress.report(done, total)
    # One row of news: a million tasks need none each.
    outbox.publish(event=JUDGED_ANEW, scope_id=project_id, subject_ids=[project_id])
    return done


@cache
def code_version() -> str:
    """What a run was computed by: the methods' sources, and the libraries under them."""
    digest = hashlib.sha256()
    for path in sorted(Path(package.__path__[0]).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{digest.hexdigest()[:32]} numpy {np.__version__} scipy {scipy.__version__}"


def needs_fit(method: Method, *, at: datetime) -> bool:
    """When enough is new, and the last fit has rested for ten times as long as it took. How sure plain
    answers are changes little from day to day: that waits until a tenth is new."""
    if not isinstance(aggregators[method.aggregator], Model):
        return _needs_plain_fit(method, at)
    run = method.run
    if run is None:
        return method.fresh >= (NEWS_AFTER_PROBLEM if method.problem else 1)
    rested = (at - run.created_at).total_seconds()
    if rested < max(LEAST_REST, REST * run.seconds):
        return False
    return method.fresh >= max(1, run.units * ENOUGH) or (method.fresh > 0 and rested > LONGEST)


def _needs_plain_fit(method: Method, at: datetime) -> bool:
    run = method.plain_run
    if run is None:
        return method.fresh >= LEAST and (not method.problem or _is_a_tenth(method))
    rested = (at - run.created_at).total_seconds()
    is_enough = method.fresh >= max(LEAST, run.units * ENOUGH)
    return is_enough and rested >= max(LEAST_REST, REST * run.seconds)


def _is_a_tenth(method: Method) -> bool:
    """Whether the news is of so many of the tasks. Where most have one answer nothing can be learned,
    and to find that out takes all of them."""
    most = int(method.fresh / ENOUGH)
    judged = Consensus.objects.filter(
        project=method.question.project_id, question=method.question_id
    )
    return judged[: most + 1].count() <= most


# A tenth of the tasks had news, or anything did and ten minutes have passed.
ENOUGH = 0.1
LONGEST = 600.0
LEAST_REST = 20.0
REST = 10.0
# What could not be learned from the answers is tried again with so many more.
NEWS_AFTER_PROBLEM = 20
HEAVY = ("saw", "values", "common", "newcomer", "checks")


def due_projects(*, at: datetime) -> dict[int, list[Question]]:
    """Questions of which what was learned is behind, by project."""
    found: dict[int, list[Question]] = {}
    behind = Method.objects.filter(fresh__gt=0).select_related(
        "run", "plain_run", "question__project"
    )
    heavy = [f"{run}__{name}" for run in ("run", "plain_run") for name in HEAVY]
    for method in behind.defer(*heavy):
        if method.question.project.deleted_at is None and needs_fit(method, at=at):
            found.setdefault(method.question.project_id, []).append(method.question)
    return found
