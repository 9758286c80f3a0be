"""What a model thinks of a question's tasks, for a consensus that hears it beside the votes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from django.db import connection

from apps.annotations.models import Question
from apps.consensus.actions.reading import Table
from apps.consensus.aggregators import Model
from apps.consensus.aggregators.base import FloatArray, FormError
from apps.consensus.models import OpinionRun
from apps.projects.models import Project

# What a model thought when there were fewer than so many of the labels that there are now is old.
LEAST_OF_NOW = 0.5
BATCH = 5_000
SQL = """
SELECT task_id, said FROM consensus_opinion
 WHERE run_id = %s AND task_id = ANY(%s) ORDER BY task_id
"""


class NothingHeard(FormError):
    """There is no model that can be heard; why, in a sentence. The votes stand alone."""


def hearing(model: Model, table: Table, run: OpinionRun | None = None) -> Table:
    """The answers, with what a model thinks of their tasks where the method hears one: what it
    thought in that run, else what it thinks now."""
    if not model.hears_model:
        return table
    run = run or opinions_to_hear(table.question, table.tasks.size)
    said = opinions_of(run, table.tasks.tolist(), table.values)
    return replace(table, heard=run, opinions=said)


def opinions_to_hear(question: Question, answered: int) -> OpinionRun:
    """The newest, unless it is of other labels or of far fewer than the `answered` tasks."""
    run = OpinionRun.objects.newest_of(question)
    if run is None:
        raise NothingHeard(
            "no model has read these tasks yet. One does by itself, once it has learned from 100 of them."
        )
    labels = question.behaviour.labels(question.config)
    if set(run.values) != {label.value for label in labels if not label.is_retired}:
        raise NothingHeard("the labels have changed since a model last read these tasks.")
    if run.labelled < LEAST_OF_NOW * answered:
        raise NothingHeard(
            f"when a model last read these tasks, {run.labelled:,} had a label; now {answered:,} have an"
            " answer. It reads them anew when it next learns."
        )
    return run


def still_kept(run: OpinionRun) -> bool:
    """Call it in the transaction that keeps a fit made with them. Newer opinions may have taken their
    place meanwhile; then those have asked for a fit of their own."""
    Project.objects.select_for_update(no_key=True).get(pk=run.question.project_id)
    return OpinionRun.objects.filter(pk=run.pk).exists()


def opinions_of(run: OpinionRun, tasks: Sequence[int], values: Sequence[Hashable]) -> FloatArray:
    """tasks x values; NaN of tasks about which the model was not asked, 0 of labels it did not know."""
    found: FloatArray = np.full((len(tasks), len(values)), np.nan)
    place = {task: row for row, task in enumerate(tasks)}
    column = {value: number for number, value in enumerate(run.values)}
    mine = np.array([n for n, value in enumerate(values) if value in column], np.int64)
    theirs = np.array([column[values[number]] for number in mine.tolist()], np.int64)
    with connection.chunked_cursor() as cursor:
        cursor.execute(SQL, (run.pk, list(tasks)))
        while rows := cursor.fetchmany(BATCH):
            said = np.frombuffer(b"".join(bytes(one) for _, one in rows), "<f4")
            heard = said.reshape(len(rows), len(run.values)).astype(float)
            at = np.array([place[task] for task, _ in rows], np.int64)
            found[at] = 0.0
            found[np.ix_(at, mine)] = heard[:, theirs]
    return found
