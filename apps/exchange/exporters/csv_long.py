"""CSV with one row per answer: the form that statistics packages read."""

from __future__ import annotations

from collections.abc import Iterable

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

COLUMNS = (
    *("annotator", "round", "question", "value", "independent", "surplus", "excluded"),
    *("seconds", "submitted_at", "question_version"),
)


class CsvLong(Exporter):
    name = "csv_long"
    label = "CSV, one row per answer"
    extension = ".csv"
    media_type = "text/csv"
    loses = (
        *LOSSES,
        "Tasks without an answer have no row.",
        "Only the newest revision of each annotation is here.",
        "Meta, gold, suggestions, skips, notes, consensus and decisions are left out.",
        "Of the data, only the fields that annotators see are here.",
    )

    def write(self, documents: Iterable[Document], file: Sink, context: ExportContext) -> Counts:
        counts = Counts()
        data = [f"data.{name}" for name in context.fields]
        sheet = Sheet(file, ["task", "external_id", "group", "left_to_chance", *data, *COLUMNS])
        for task in taken_apart(documents, counts):
            self._add(task, sheet, context, counts)
        return counts

    def _add(self, task: TaskExport, sheet: Sheet, context: ExportContext, counts: Counts) -> None:
        heads = task.heads()
        if not heads:
            counts.left_out["tasks without an answer"] += 1
        counts.left_out["older revisions"] += len(task.annotations) - len(heads)
        shown = [task.data.get(name) for name in context.fields]
        for annotation in heads:
            if not annotation.answers:
                counts.left_out["annotations without an answer"] += 1
                continue
            counts.annotations_out += 1
            for question, value in annotation.answers.items():
                counts.rows_out += 1
                sheet.add(
                    [
                        *(task.id, task.external_id, task.group, task.left_to_chance, *shown),
                        *(annotation.annotator, annotation.round, question, value),
                        *(annotation.independent, annotation.surplus, annotation.excluded),
                        *(annotation.seconds, iso(annotation.submitted_at)),
                        annotation.question_version,
                    ]
                )
