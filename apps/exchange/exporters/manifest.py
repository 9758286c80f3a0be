"""The paper that goes with an exported file: what it contains, what it lacks, how to make it again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.exchange.exporters.base import Counts, Exporter, Sink, iso

VERSION = 1


class Digesting:
    """Writes through to a file while its length and sha256 are taken, so that no byte is read twice."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an export comes from: enough to make it again."""

    project: str
    project_id: int
    question_version: int
    at: datetime
    made_by: str
    software: str
    filters: Mapping[str, Any] = field(default_factory=dict)


def build_manifest(
    *, exporter: Exporter, origin: Origin, counts: Counts, filename: str, file: Digesting
) -> dict[str, Any]:
    """Plain JSON. `left_out` has what the format lost in this file, `loses` what it cannot hold."""
    return {
        "manifest_version": VERSION,
        "project": {"id": origin.project_id, "name": origin.project},
        "format": exporter.name,
        "snapshot_at": iso(origin.at),
        "made_by": origin.made_by,
        "software": origin.software,
        "question_version": origin.question_version,
        "filters": dict(origin.filters),
        "counts": {
            "in": {
                "tasks": counts.tasks_in,
                "annotations": counts.annotations_in,
                **_some(signatures=counts.signatures_in),
            },
            "out": {
                "rows": counts.rows_out,
                "annotations": counts.annotations_out,
                **_some(signatures=counts.signatures_out),
            },
            "left_out": {reason: n for reason, n in sorted(counts.left_out.items()) if n},
        },
        "loses": list(exporter.loses),
        "file": {"name": filename, "bytes": file.size, "sha256": file.sha256},
        "rebuild": _recipe(exporter, origin),
    }


def _some(**counts: int) -> dict[str, int]:
    """Of what most projects have none of."""
    return {name: n for name, n in counts.items() if n}


def _recipe(exporter: Exporter, origin: Origin) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": f"/api/v1/projects/{origin.project_id}/exports/",
        "body": {"format": exporter.name, **origin.filters},
        "note": "The bytes are the same as long as nothing in the project has changed since.",
    }
