"""CSV with the answer of each task: what a person decided, else what the answers agree on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from apps.exchange.exporters.base import (
    Counts,
    Document,
    ExportContext,
    Exporter,
    Sink,
    TaskExport,
    iso,
    taken_apart,
)
from apps.exchange.exporters.sheet import LOSSES, Sheet

# Of each question: its answer, where it comes from, and how sure that is.
TOLD = ("", " source", " answers", " share", " probability", " low", " high", " tie")
NOTHING: tuple[Any, ...] = (None,) * (len(TOLD) - 2)


class Consensus(Exporter):
    name = "consensus"
    label = "CSV, consensus only"
    extension = ".csv"
    media_type = "text/csv"
    loses = (
        *LOSSES,
        "The single answers, skips, meta, gold and suggestions are left out.",
        "Probabilities of each respect of A or B are left out.",
        "Of several decisions on a task, only the newest is here.",
        "Of the data, only the fields that annotators see are here.",
    )

    def write(self, documents: Iterable[Document], file: Sink, context: ExportContext) -> Counts:
        counts = Counts()
        sheet = Sheet(
            file,
            [
                *("task", "external_id", "group", "state", "left_to_chance"),
                *(f"data.{name}" for name in context.fields),
                *(f"{question}{part}" for question in context.questions for part in TOLD),
                *("outcome", "reason", "decided_by", "decided_at"),
            ],
        )
        for task in taken_apart(documents, counts):
            shown = [task.data.get(name) for name in context.fields]
            sheet.add(
                [
                    *(task.id, task.external_id, task.group, task.state),
                    *(task.left_to_chance, *shown),
                    *_answers(task, context),
                    *_decision(task),
                ]
            )
            counts.rows_out += 1
            counts.left_out["single annotations"] += len(task.annotations)
            older = max(0, len(task.adjudications) - 1)
            counts.left_out["older decisions"] += older
        return counts


def _answers(task: TaskExport, context: ExportContext) -> Iterator[Any]:
    decided = task.decision()
    computed = {found.question: found for found in task.consensus}
    for question in context.questions:
        found = computed.get(question)
        told: tuple[Any, ...] = NOTHING
        if found:
            told = (
                found.answers,
                found.share,
                found.probability,
                found.low,
                found.high,
                found.is_tie,
            )
        if decided and question in decided.answers:
            yield from (decided.answers[question], "adjudication", *told)
        elif decided and not decided.answers:
            # None can be right: a computed answer would contradict the person who decided.
            yield from (None, "adjudication", *told)
        elif found:
            yield from (found.value, found.aggregator or "consensus", *told)
        else:
            yield from (None, None, *told)


def _decision(task: TaskExport) -> tuple[Any, ...]:
    decided = task.decision()
    if decided is None:
        return (None, None, None, None)
    return (decided.outcome, decided.reason, decided.by, iso(decided.at))
