"""Computes a past fit or consensus once more, from the annotations that it saw."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np

from apps.annotations.models import Annotation, Question
from apps.consensus.actions.hearing import hearing
from apps.consensus.actions.judged import Judged
from apps.consensus.actions.packing import unpacked
from apps.consensus.actions.plain import judged_plainly
from apps.consensus.actions.reading import Given, form_for, table_of_annotations
from apps.consensus.actions.standing import judged_by
from apps.consensus.actions.then import as_asked, as_fitted
from apps.consensus.aggregators import Model, aggregators
from apps.consensus.aggregators.plain import Plain
from apps.consensus.models import Consensus, Run, Skill

# What a consensus says; where it came from stands beside it.
SAID = ("winners", "share", "probability", "low", "high", "parts")


@dataclass(frozen=True)
class Recomputed:
    """What became of a fit: annotations that were erased since, and whether it is the same."""

    missing: int
    is_same: bool


@dataclass(frozen=True)
class Again:
    """What became of a consensus: annotations that were erased since, what it comes to now (None where
    none is left), and in what it differs."""

    missing: int
    judged: Judged | None
    differs: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return not self.differs

    @property
    def words(self) -> str:
        gone = f" {self.missing} of its annotations were erased since." if self.missing else ""
        if self.judged is None:
            return f"Cannot be computed again.{gone}"
        if self.is_same:
            return f"Computed again: the same.{gone}"
        told = [f"{name} is {getattr(self.judged, name)}" for name in self.differs]
        return f"Computed again, it differs: {'; '.join(told)}.{gone}"


def recompute_fit(run: Run) -> Recomputed:
    """Fit once more to what it saw. The digits are the same where `run.code` is."""
    question = as_fitted(run, run.question)
    saw = unpacked(bytes(run.saw))
    method = aggregators[run.aggregator].using(run.parameters)
    if not isinstance(method, Model | Plain):
        raise TypeError(f"{run.aggregator!r} learns nothing.")
    asked = form_for(question, method)
    if asked == "distance":
        question = _with_bar(question, run.common[0])
    table = table_of_annotations(question, saw.tolist())
    if isinstance(method, Model):
        table = hearing(method, table, run.opinions)
    fitted = method.fit(table.answers(asked), asked)
    rows = dict(Skill.objects.filter(run=run).values_list("annotator_id", "parameters"))
    # A plain method learns nothing of anybody.
    people = table.people.tolist()[: len(fitted.raters)]
    now = dict(zip(people, fitted.raters.tolist(), strict=True))
    is_same = np.array_equal(fitted.common, np.array(run.common)) and rows == now
    return Recomputed(missing=saw.size - table.unit.size, is_same=is_same)


def _with_bar(question: Question, bar: float) -> Question:
    """The bar within which answers said the same then; it can be moved without a new version."""
    found = copy(question)
    found.conflict_over = bar
    return found


def recompute_consensus(consensus: Consensus) -> Judged | None:
    """The verdict on its task from the annotations that it saw, by what it was judged by; None where
    all of them were erased."""
    rows = Annotation.objects.filter(pk__in=consensus.saw, erased_at__isnull=True).order_by("pk")
    given = [Given(*row) for row in rows.values_list("pk", "task_id", "annotator_id", "answers")]
    run, question = consensus.run, consensus.question
    method = aggregators[consensus.aggregator].using(consensus.parameters)
    if isinstance(method, Model) and run is not None:
        found = judged_by(run, question, given)
    else:
        then = as_asked(question, consensus.question_version)
        found = judged_plainly(then, method, given, run)
    return found[0] if found else None


def computed_again(consensus: Consensus) -> Again:
    """Whether it comes to the same, to the digit."""
    there = Annotation.objects.filter(pk__in=consensus.saw, erased_at__isnull=True).count()
    judged = recompute_consensus(consensus)
    differs = tuple(
        name for name in SAID if judged is None or getattr(judged, name) != getattr(consensus, name)
    )
    return Again(missing=len(consensus.saw) - there, judged=judged, differs=differs)
