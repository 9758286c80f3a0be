"""The unitizing alphas: printed figures, and counting character by character."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.agreement.measures import Objects, Segments, object_measures
from apps.agreement.measures.ku_alpha import ku_alpha
from tests.agreement.measures.marks import BOOK, Row, of_one, of_texts, pico, texts

U, BINARY, CU = (object_measures[name] for name in ("u_alpha", "u_alpha_binary", "cu_alpha"))


@pytest.mark.parametrize(
    ("name", "printed", "within"),
    [("u_alpha", 0.510, 0.0006), ("u_alpha_binary", 0.413, 0.0025), ("cu_alpha", 0.724, 0.0006)],
)
def test_the_example_of_the_book(name: str, printed: float, within: float) -> None:
    figure = object_measures[name](of_one(BOOK, 60))

    assert figure.value == pytest.approx(printed, abs=within)


def test_the_labels_of_the_books_example() -> None:
    found = ku_alpha(of_one(BOOK, 60), interval=False)

    assert {k: found[k].figure.value for k in range(1, 8)} == {
        **dict.fromkeys((1, 5, 6), pytest.approx(1)),
        **dict.fromkeys((2, 3, 4), pytest.approx(0)),
        7: None,
    }
    assert found[5].coverage == pytest.approx(8 / 18)
    assert found[7].coverage == 0
    assert found[7].figure.undefined_reason.code == "never_beside"


Document = list[list[tuple[int, int, int]]]


def lines_of(document: Document, length: int) -> np.ndarray:
    """The label that each rater gives to each place; 0 is a gap."""
    lines = np.zeros((len(document), length), int)
    for line, segments in zip(lines, document, strict=True):
        for label, start, end in segments:
            line[start:end] = label
    return lines


def counted_pairs(documents: list[Document], length: int) -> np.ndarray:
    """The coincidences, place by place."""
    pairs = np.zeros((4, 4))
    for document in documents:
        lines = lines_of(document, length)
        for i, j in permutations(range(len(lines)), 2):
            np.add.at(pairs, (lines[i], lines[j]), 1 / (len(lines) - 1))
    return pairs


def counted_own(documents: list[Document], length: int) -> tuple[float, float]:
    """What must not be paired with itself: of all, and of what lies beside others' segments."""
    own = own_coded = 0.0
    for document in documents:
        lines = lines_of(document, length)
        own += (lines == 0).sum()
        for r, segments in enumerate(document):
            others = np.delete(lines, r, axis=0) > 0
            for _, start, end in segments:
                own += (end - start) ** 2
                own_coded += (others[:, start:end].sum() / len(others)) ** 2
    return own, own_coded


def slow(documents: list[Document], length: int) -> dict[str, float]:
    """As the book's formulas say; documents are added up."""
    pairs = counted_pairs(documents, length)
    own, own_coded = counted_own(documents, length)

    def alpha(table: np.ndarray, taken_out: float, counts: np.ndarray) -> float:
        row, whole = table.sum(axis=1), table.sum()
        expected = np.outer(row, row) / (whole - taken_out / whole)
        return float(1 - (table * counts).sum() / (expected * counts).sum())

    apart = 1 - np.eye(4)
    to_gap = apart * (np.arange(4)[:, None] * np.arange(4) == 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "u_alpha": alpha(pairs, own, apart),
            "u_alpha_binary": alpha(pairs, own, to_gap),
            "cu_alpha": alpha(pairs[1:, 1:], own_coded, apart[1:, 1:]),
        }


@st.composite
def cut(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Segments of a continuum of 30 that do not overlap."""
    places = sorted(draw(st.sets(st.integers(0, 30), min_size=2, max_size=6)))
    found = []
    for start, end in pairwise(places):
        if label := draw(st.integers(0, 3)):
            found.append((label, start, end))
    return found


@settings(max_examples=60, deadline=None)
@given(documents=st.lists(st.lists(cut(), min_size=2, max_size=4), min_size=1, max_size=3))
def test_a_sweep_gives_what_counting_each_place_gives(
    documents: list[Document],
) -> None:
    if not any(segments for document in documents for segments in document):
        return
    data = Objects.of(
        [
            (d, r, [(k, (a, b)) for k, a, b in segments])
            for d, document in enumerate(documents)
            for r, segments in enumerate(document)
        ],
        Segments.of,
        lengths=dict.fromkeys(range(len(documents)), 30),
    )
    counted = slow(documents, 30)

    for measure in (U, BINARY, CU):
        value = measure(data, interval=False).value
        if value is not None:
            assert value == pytest.approx(counted[measure.name], abs=1e-9)


def test_texts_with_overlapping_segments_are_left_out_and_told() -> None:
    rows = texts(12, 1)
    rows[0][2].append(("x", (0, 100)))

    figure = U(of_texts(rows))

    assert figure.units == 11
    assert figure.excluded == {"overlapping_segments": 1}
    assert figure.value == pytest.approx(U(of_texts(rows[3:])).value)


def test_parts_of_a_span_are_segments() -> None:
    whole = {"a": [("x", 0, 5), ("x", 8, 12)], "b": [("x", 0, 6)]}
    rows: list[Row] = [("u", "a", [("x", [(0, 5), (8, 12)])]), ("u", "b", [("x", (0, 6))])]

    data = Objects.of(rows, Segments.of, lengths={"u": 30})

    assert U(data).value == pytest.approx(U(of_one(whole, 30)).value)


def test_where_nobody_says_how_long_a_text_is_it_ends_with_the_last_mark() -> None:
    assert U(of_one(BOOK)).value == pytest.approx(U(of_one(BOOK, 60)).value)


def test_a_segment_outside_of_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        U(of_one(BOOK, 50))
    with pytest.raises(ValueError, match="before it begins"):
        of_one({"a": [(1, 5, 5)]})


def test_nothing_marked_is_undefined() -> None:
    figure = U(of_one({"a": [], "b": []}, 20))

    assert figure.value is None
    assert figure.undefined_reason.code == "nothing_marked"


def test_real_abstracts_have_figures() -> None:
    """Crowd workers' spans on 191 medical abstracts (Nguyen 2017), all of one label."""
    data = pico()

    figure, binary = U(data, replicates=500), BINARY(data, interval=False)

    assert (figure.units, figure.raters) == (189, 91)
    assert figure.excluded == {"fewer_than_two_answers": 2}
    assert 0.2 < figure.low < figure.value < figure.high < 0.6
    # With one label, what is marked and how it is labelled are the same.
    assert binary.value == pytest.approx(figure.value)
    assert CU(data).undefined_reason.code == "all_alike"
