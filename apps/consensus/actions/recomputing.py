"""Computes a past fit or consensus once more, from the annotations that it saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.annotations.models import Annotation
from apps.consensus.actions.hearing import hearing
from apps.consensus.actions.judged import Judged
from apps.consensus.actions.packing import unpacked
from apps.consensus.actions.plain import judged_plainly
from apps.consensus.actions.reading import Given, form_for, table_of_annotations
from apps.consensus.actions.standing import judged_by
from apps.consensus.actions.then import as_fitted
from apps.consensus.aggregators import Model, aggregators
from apps.consensus.models import Consensus, Run, Skill


@dataclass(frozen=True)
class Recomputed:
    """What became of a fit: annotations that were erased since, and whether it is the same."""

    missing: int
    is_same: bool


def recompute_fit(run: Run) -> Recomputed:
    """Fit once more to what it saw. The digits are the same where `run.code` is."""
    question = as_fitted(run, run.question)
    saw = unpacked(bytes(run.saw))
    table = table_of_annotations(question, saw.tolist())
    model = aggregators[run.aggregator].using(run.parameters)
    if not isinstance(model, Model):
        raise TypeError(f"{run.aggregator!r} is no model.")
    table = hearing(model, table, run.opinions)
    asked = form_for(question, model)
    fitted = model.fit(table.answers(asked), asked)
    rows = dict(Skill.objects.filter(run=run).values_list("annotator_id", "parameters"))
    now = dict(zip(table.people.tolist(), fitted.raters.tolist(), strict=True))
    is_same = np.array_equal(fitted.common, np.array(run.common)) and rows == now
    return Recomputed(missing=saw.size - table.unit.size, is_same=is_same)


def recompute_consensus(consensus: Consensus) -> Judged:
    """The verdict on its task from the annotations that it saw, by what it was judged by."""
    question = consensus.question
    rows = Annotation.objects.filter(pk__in=consensus.saw, erased_at__isnull=True).order_by("pk")
    given = [Given(*row) for row in rows.values_list("pk", "task_id", "annotator_id", "answers")]
    if consensus.run is not None:
        (judged,) = judged_by(consensus.run, question, given)
    else:
        (judged,) = judged_plainly(question, aggregators[consensus.aggregator], given)
    return judged
