"""JSON Lines: one line per task with everything that is known of it. The importer reads it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.core.json import dumps
from apps.exchange.exporters.base import (
    AnnotationExport,
    Counts,
    ExportContext,
    Exporter,
    Sink,
    TaskExport,
    counted,
    iso,
)


class Jsonl(Exporter):
    name = "jsonl"
    label = "JSON Lines (lossless)"
    extension = ".jsonl"
    media_type = "application/jsonl"
    loses = ()

    def write(self, records: Iterable[TaskExport], file: Sink, context: ExportContext) -> Counts:
        counts = Counts()
        for task in counted(records, counts):
            file.write(dumps(_task(task)) + b"\n")
            counts.rows_out += 1
            counts.annotations_out += len(task.annotations)
        return counts


def _task(task: TaskExport) -> dict[str, Any]:
    return {
        "id": task.id,
        "external_id": task.external_id,
        "state": task.state,
        "data": task.data,
        "meta": task.meta,
        "group": task.group,
        "priority": task.priority,
        "requires": task.requires,
        "gold": task.gold,
        "suggestions": [
            {"source": found.source, "answers": found.answers, "score": found.score}
            for found in task.suggestions
        ],
        "annotations": [_annotation(annotation) for annotation in task.annotations],
        "consensus": [
            {
                "question": found.question,
                "value": found.value,
                "share": found.share,
                "is_tie": found.is_tie,
                "aggregator": found.aggregator,
            }
            for found in task.consensus
        ],
        "adjudications": [
            {
                "answers": found.answers,
                "outcome": found.outcome,
                "reason": found.reason,
                "by": found.by,
                "at": iso(found.at),
            }
            for found in task.adjudications
        ],
    }


def _annotation(annotation: AnnotationExport) -> dict[str, Any]:
    return {
        "id": annotation.id,
        "key": annotation.key,
        "annotator": annotation.annotator,
        "round": annotation.round,
        "revision": annotation.revision,
        "predecessor": annotation.predecessor,
        "answers": annotation.answers,
        "question_version": annotation.question_version,
        "seconds": annotation.seconds,
        "confidence": annotation.confidence,
        "independent": annotation.independent,
        "surplus": annotation.surplus,
        "excluded": annotation.excluded,
        "erased_at": iso(annotation.erased_at) if annotation.erased_at else None,
        "note": annotation.note,
        "submitted_at": iso(annotation.submitted_at),
    }
