"""Tasks to export, as rich as they come and as hostile."""

from datetime import UTC, datetime, timedelta

import orjson
from hypothesis import strategies as st

from apps.exchange.exporters.base import (
    AdjudicationExport,
    AnnotationExport,
    ConsensusExport,
    Document,
    ExportContext,
    SkipExport,
    SuggestionExport,
    TaskExport,
)

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
CONTEXT = ExportContext(
    fields=("text", "turns"),
    questions=("tone", "topics", "stars"),
    annotators=(("anna", 0), ("anna", 1), ("ben", 0), ("=cmd()", 0)),
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
HOSTILE = TEXT | st.builds(
    str.__add__,
    st.text(" \t\r\n'\"\ufeff\u200b\u00a0\u201c", max_size=3),
    st.sampled_from(
        ["=1+1", "+1", "-5", "@x", "\t", "\r", "\n", "\uff1d1", "\uff0b", "\uff0d", "\uff20"]
    ),
)
NUMBERS = st.integers(-(2**31), 2**31) | st.floats(allow_nan=False, allow_infinity=False)
ANSWERS = st.fixed_dictionaries(
    {}, optional={"tone": HOSTILE, "topics": st.lists(HOSTILE, max_size=3), "stars": NUMBERS}
)
PLACES = st.lists(st.sampled_from(CONTEXT.annotators), unique=True, max_size=3)


def document(task: TaskExport) -> Document:
    """The task as the database would hand it over."""
    return Document(orjson.dumps(task), len(task.annotations))


@st.composite
def tasks(draw: st.DrawFn) -> TaskExport:
    """A task with answers, some of them revised, surplus or excluded."""
    annotations: list[AnnotationExport] = []
    for annotator, at_round in draw(PLACES):
        for revision in range(draw(st.integers(1, 2))):
            number = len(annotations) + 1
            annotations.append(
                AnnotationExport(
                    id=number,
                    key=f"key-{number}",
                    annotator=annotator,
                    round=at_round,
                    revision=revision,
                    predecessor=number - 1 if revision else None,
                    answers=draw(ANSWERS),
                    seconds=draw(st.none() | st.floats(0, 1e6)),
                    confidence=draw(st.none() | st.floats(0, 1)),
                    submitted_at=AT + timedelta(seconds=draw(st.integers(0, 10**6))),
                    independent=draw(st.booleans()),
                    surplus=draw(st.booleans()),
                    disputed=draw(st.booleans()),
                    excluded=draw(st.booleans()),
                    note=draw(HOSTILE),
                    note_kind=draw(st.sampled_from(["note", "question"])),
                )
            )
    return TaskExport(
        id=draw(st.integers(1, 10**6)),
        external_id=draw(st.none() | HOSTILE.filter(str.strip)),
        data=draw(st.fixed_dictionaries({"text": HOSTILE}, optional={"turns": st.lists(HOSTILE)})),
        meta=draw(st.dictionaries(TEXT, HOSTILE | NUMBERS, max_size=2)),
        group=draw(st.none() | HOSTILE.filter(str.strip)),
        priority=draw(st.floats(-5, 5)),
        requires=draw(st.lists(st.sampled_from(["language:de", "skill:law"]), unique=True)),
        gold=draw(ANSWERS),
        suggestions=[SuggestionExport("model", draw(ANSWERS), 0.5)] if draw(st.booleans()) else [],
        annotations=annotations,
        skips=draw(st.sampled_from([[], [SkipExport("anna", 2, "skipped", "+unclear", AT)]])),
        consensus=draw(
            st.sampled_from([[], [ConsensusExport("tone", "kind", 0.75, aggregator="majority")]])
        ),
        adjudications=draw(
            st.sampled_from(
                [[], [AdjudicationExport({"tone": "rude"}, "decided", "=why", "eva", AT)]]
            )
        ),
    )
