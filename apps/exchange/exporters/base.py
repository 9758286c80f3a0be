"""What an exporter is given: every task with all that belongs to it, one at a time.

It comes as JSON whose keys are the fields of `TaskExport` and its parts. A format writes it as it
stands, or takes it apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

import orjson

Answers = Mapping[str, Any]


# Words about a task that leave it undecided.
OPEN_AGAIN = frozenset(("reopened", "sent_back"))


class Sink(Protocol):
    """What bytes are written to: a binary file, or something that looks on while they pass."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(slots=True)
class SignatureExport:
    """Who signed, what they said it means, when, and the SHA-256 of what they signed."""

    by: str
    meaning: str
    at: datetime
    digest: str
    # As it was when it was signed; None under a pseudonym.
    name: str | None = None
    # Of a reading that somebody reviewed: what they said of it, and signed.
    verdict: str | None = None


@dataclass(slots=True)
class AnnotationExport:
    """One revision of one annotator's answers to a task."""

    id: int
    key: str
    annotator: str
    answers: Answers
    submitted_at: datetime
    round: int = 0
    revision: int = 0
    predecessor: int | None = None
    question_version: int = 1
    seconds: float | None = None
    confidence: float | None = None
    independent: bool = True
    surplus: bool = False
    # Asked for because the answers before it differed.
    disputed: bool = False
    excluded: bool = False
    erased_at: datetime | None = None
    note: str = ""
    # By field, in which order its places were shown; None: as in the data.
    shown: dict[str, list[int]] | None = None
    # "question" asks the lead something.
    note_kind: str = "note"
    # By question, with which suggestion it began: {"source", "use"}; None: nobody says.
    suggestions: Mapping[str, Mapping[str, str | None]] | None = None
    # Of projects with a protocol alone.
    signatures: list[SignatureExport] = field(default_factory=list)


@dataclass(slots=True)
class ConsensusExport:
    """A computed answer to one question. `value` is None when there is a tie or no answer.

    Its `probability` by a model, the limits of 95 % of a number, and `parts` of an answer in several
    respects, {respect: {"share", "probability"}}, are None where its method does not tell them.
    """

    question: str
    value: Any
    share: float | None = None
    is_tie: bool = False
    aggregator: str = ""
    answers: int | None = None
    probability: float | None = None
    low: float | None = None
    high: float | None = None
    parts: Mapping[str, Mapping[str, float]] | None = None


@dataclass(slots=True)
class AdjudicationExport:
    """What a person decided. `answers` is empty when none can be right."""

    answers: Answers
    outcome: str
    reason: str
    by: str
    at: datetime
    # For each question the key of the annotation that was taken over; None: written anew.
    sources: Mapping[str, str | None] = field(default_factory=dict)
    example: bool = False
    # Of projects with a protocol alone.
    signatures: list[SignatureExport] = field(default_factory=list)


@dataclass(slots=True)
class SkipExport:
    """A task that somebody had and did not answer: skipped with a reason, given back, run out."""

    annotator: str
    round: int
    state: str
    reason: str
    leased_at: datetime


@dataclass(slots=True)
class SuggestionExport:
    source: str
    answers: Answers
    score: float | None = None


@dataclass(slots=True)
class TaskExport:
    id: int
    data: Answers
    external_id: str | None = None
    meta: Answers = field(default_factory=dict)
    group: str | None = None
    priority: float = 0.0
    requires: list[str] = field(default_factory=list)
    state: str = "open"
    # Whether it is of the hold-out: drawn by lot, so what is counted on it holds for the whole.
    left_to_chance: bool = False
    gold: Answers = field(default_factory=dict)
    suggestions: list[SuggestionExport] = field(default_factory=list)
    annotations: list[AnnotationExport] = field(default_factory=list)
    skips: list[SkipExport] = field(default_factory=list)
    consensus: list[ConsensusExport] = field(default_factory=list)
    adjudications: list[AdjudicationExport] = field(default_factory=list)

    def heads(self) -> list[AnnotationExport]:
        """The newest revision of each annotator and round."""
        newest: dict[tuple[str, int], AnnotationExport] = {}
        for annotation in self.annotations:
            place = (annotation.annotator, annotation.round)
            known = newest.get(place)
            if known is None or annotation.revision >= known.revision:
                newest[place] = annotation
        return list(newest.values())

    def decision(self) -> AdjudicationExport | None:
        """What people decided last; None when that was taken back, or more answers asked for."""
        newest = max(self.adjudications, key=lambda found: found.at, default=None)
        return None if newest is None or newest.outcome in OPEN_AGAIN else newest


PARTS: dict[str, type[Any]] = {
    "suggestions": SuggestionExport,
    "annotations": AnnotationExport,
    "skips": SkipExport,
    "consensus": ConsensusExport,
    "adjudications": AdjudicationExport,
}
_TIMES = ("submitted_at", "erased_at", "leased_at", "at")


@dataclass(frozen=True, slots=True)
class Document:
    """One task as JSON without a line break, and how many annotations and signatures are in it."""

    json: bytes
    annotations: int
    signatures: int = 0

    def task(self) -> TaskExport:
        found = orjson.loads(self.json)
        for name, part in PARTS.items():
            found[name] = [part(**_with_times(values)) for values in found[name]]
            for one in found[name]:
                if signed := getattr(one, "signatures", None):
                    one.signatures = [SignatureExport(**_with_times(values)) for values in signed]
        return TaskExport(**found)


def _with_times(values: dict[str, Any]) -> dict[str, Any]:
    for name in _TIMES:
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    return values


@dataclass(frozen=True, slots=True)
class ExportContext:
    """What must be known before the first task is written: the columns."""

    fields: tuple[str, ...] = ()
    # Every question that any answer names, retired ones too.
    questions: tuple[str, ...] = ()
    # Every (annotator, round) that occurs; only the wide table needs it.
    annotators: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Counts:
    """What went in and what came out. `left_out` has a number for each reason, in words."""

    tasks_in: int = 0
    annotations_in: int = 0
    rows_out: int = 0
    annotations_out: int = 0
    signatures_in: int = 0
    signatures_out: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class Exporter(ABC):
    """Writes one format. Stateless; streams in constant memory."""

    name: ClassVar[str]
    label: ClassVar[str]
    extension: ClassVar[str]
    media_type: ClassVar[str]
    # What the format cannot hold: sentences for the manifest and the page. Empty: it is lossless.
    loses: ClassVar[tuple[str, ...]]

    @abstractmethod
    def write(self, documents: Iterable[Document], file: Sink, context: ExportContext) -> Counts:
        """Writes every task in order; each annotation is written, or counted as left out."""


def counted(documents: Iterable[Document], counts: Counts) -> Iterator[Document]:
    """The documents, while what goes in is counted."""
    for document in documents:
        counts.tasks_in += 1
        counts.annotations_in += document.annotations
        counts.signatures_in += document.signatures
        yield document


def taken_apart(documents: Iterable[Document], counts: Counts) -> Iterator[TaskExport]:
    """The tasks, for formats that have no place for skips, which are counted as left out."""
    for document in counted(documents, counts):
        task = document.task()
        counts.left_out["skips"] += len(task.skips)
        counts.left_out["signatures"] += document.signatures
        yield task


def iso(at: datetime) -> str:
    """A time in UTC, to the microsecond, as every table writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
