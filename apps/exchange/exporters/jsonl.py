"""JSON Lines: one line per task with everything that is known of it. The importer reads it back."""

from __future__ import annotations

from collections.abc import Iterable

from apps.exchange.exporters.base import Counts, Document, ExportContext, Exporter, Sink, counted


class Jsonl(Exporter):
    name = "jsonl"
    label = "JSON Lines (lossless)"
    extension = ".jsonl"
    media_type = "application/jsonl"
    loses = ()

    def write(self, documents: Iterable[Document], file: Sink, context: ExportContext) -> Counts:
        counts = Counts()
        for document in counted(documents, counts):
            file.write(document.json + b"\n")
            counts.rows_out += 1
            counts.annotations_out += document.annotations
            counts.signatures_out += document.signatures
        return counts
