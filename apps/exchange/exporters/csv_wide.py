"""CSV with one row per task: a column for each annotator and question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.exchange.exporters.base import (
    Counts,
    Document,
    ExportContext,
    Exporter,
    Sink,
    TaskExport,
    taken_apart,
)
from apps.exchange.exporters.sheet import LOSSES, Sheet


class CsvWide(Exporter):
    name = "csv_wide"
    label = "CSV, one row per task"
    extension = ".csv"
    media_type = "text/csv"
    loses = (
        *LOSSES,
        "Only the newest revision of each annotation is here.",
        "Surplus and excluded answers are left out.",
        "Times, seconds, meta, gold, suggestions, notes, skips, consensus and decisions are left out.",
        "Of the data, only the fields that annotators see are here.",
    )

    def write(self, documents: Iterable[Document], file: Sink, context: ExportContext) -> Counts:
        counts = Counts()
        places = [(*who, question) for who in context.annotators for question in context.questions]
        sheet = Sheet(
            file,
            [
                *("task", "external_id", "group", "state", "left_to_chance"),
                *(f"data.{name}" for name in context.fields),
                *(_title(*place) for place in places),
            ],
        )
        for task in taken_apart(documents, counts):
            answers = self._answers(task, counts)
            known = [answers.pop(place, None) for place in places]
            if answers:
                raise ValueError(f"No column was announced for {min(answers)}.")
            shown = [task.data.get(name) for name in context.fields]
            about = (task.id, task.external_id, task.group, task.state, task.left_to_chance)
            sheet.add([*about, *shown, *known])
            counts.rows_out += 1
        return counts

    def _answers(self, task: TaskExport, counts: Counts) -> dict[tuple[str, int, str], Any]:
        heads = task.heads()
        counts.left_out["older revisions"] += len(task.annotations) - len(heads)
        answers = {}
        for annotation in heads:
            if annotation.surplus or annotation.excluded:
                counts.left_out["surplus or excluded annotations"] += 1
                continue
            counts.annotations_out += 1
            for question, value in annotation.answers.items():
                answers[annotation.annotator, annotation.round, question] = value
        return answers


def _title(annotator: str, at_round: int, question: str) -> str:
    return f"{question} [{annotator}]" + (f" round {at_round}" if at_round else "")
