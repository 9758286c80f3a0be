"""Spans of texts, foretold word by word.

Each word gets a tag: it begins a span of a label, goes on in one, or stands outside (BIO: Ramshaw, L.,
Marcus, M. (1995). Text chunking using transformation-based learning. WVLC). A linear model says how
likely each tag is from the word, its shape and its neighbours; the best row of tags that can be is
found by Viterbi's algorithm. Spans that overlap have no such tags: the longer one is learned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction import FeatureHasher

from apps.routing.learners.conformal import Error
from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Foreteller, Settings, TooFew, train

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Floats = NDArray[np.float64]

WIDTH = 2**18
# Words; single letters of scripts that put no spaces between words; single signs.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]")
HASHER = FeatureHasher(WIDTH, input_type="string", alternate_sign=False, dtype=np.float32)
NEIGHBOURS = (-2, -1, 1, 2)
OUTSIDE = 0
DRAWS = 1_000
# Texts that are read together.
AT_ONCE = 500
# What cannot be is so unlikely, and no zero, whose logarithm is none.
LEAST = 1e-12


class Span(NamedTuple):
    """From start to end (not in it), in code points; the label's number, and how sure."""

    start: int
    end: int
    label: int
    score: float = 1.0


@dataclass(frozen=True, kw_only=True)
class HeldSpans:
    """On the texts that were held out: spans that are right in place and label. The limits of F1
    are those of a bootstrap over texts."""

    precision: Rate
    recall: Rate
    f1: float | None
    f1_low: float
    f1_high: float
    texts: int
    # Spans of the lessons that overlapped a longer one, and were not learned.
    left_out: int


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanForeteller:
    """What was learned."""

    labels: int
    model: Foreteller
    held: HeldSpans

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text, in their order."""
        return [spans_of(words, p) for words, p in self.read(texts)]

    def sure_of(self, texts: Sequence[str]) -> Floats:
        """Of each text how likely the tag of its least sure word is (Settles, B., Craven, M. (2008).
        An analysis of active learning strategies for sequence labeling tasks. EMNLP, 1070-1079),
        from 0, where all tags are alike, to 1; of a text without words 1."""
        tags = 2 * self.labels + 1
        least = [p for _, p in self.doubts(texts)]
        return (np.array(least, float) - 1 / tags) / (1 - 1 / tags)

    def doubts(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Of each text its least sure word, and how likely the likeliest tag of it is."""
        found = []
        for text, (words, p) in zip(texts, self.read(texts), strict=True):
            best = p.max(axis=1, initial=0.0)
            at = int(best.argmin()) if words else 0
            start, end = words[at] if words else (0, 0)
            found.append((text[start:end], float(best[at]) if words else 1.0))
        return found

    def read(self, texts: Sequence[str]) -> Iterator[tuple[list[tuple[int, int]], Floats]]:
        """The words of each text, and how likely each tag of each word is."""
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            cut = [words_of(text) for text in some]
            rows = features_of(some, cut) if any(cut) else None
            p = np.zeros((0, 1)) if rows is None else self.model(rows).astype(float)
            ends = np.cumsum([len(words) for words in cut])
            for words, end in zip(cut, ends, strict=True):
                yield words, p[end - len(words) : end]


def train_spans(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    labels: int,
    *,
    is_held: BoolArray,
    settings: Settings,
) -> SpanForeteller:
    """Learn from the texts that are not held out; the others stop and calibrate it, and give figures.

    >>> names = ["Ada", "Bob", "Eve", "Kim"]
    >>> texts = [f"{a} met {b} there" for a in names for b in names]
    >>> spans = [[Span(0, 3, 0), Span(8, 11, 0)] for _ in texts]
    >>> model = train_spans(texts, spans, 1, is_held=np.arange(16) % 4 == 0, settings=Settings())
    >>> [(one.start, one.end) for one in model(["Tom met Ann there"])[0]]
    [(0, 3), (8, 11)]
    """
    cut = [words_of(text) for text in texts]
    rows = features_of(texts, cut)
    tags, left_out = [], 0
    for words, own, held in zip(cut, spans, is_held, strict=True):
        found, over = tags_of(words, own)
        tags.append(found)
        left_out += 0 if held else over
    tag = np.concatenate(tags) if tags else np.zeros(0, np.int64)
    of_held = np.repeat(is_held, [len(words) for words in cut])
    if not (tag[~of_held] > OUTSIDE).any():
        raise TooFew("The answers to learn from mark nothing.")
    model = train(rows, tag, 2 * labels + 1, is_held=of_held, settings=settings)
    none = Rate.of(0, 0)
    nothing = HeldSpans(
        precision=none, recall=none, f1=None, f1_low=0.0, f1_high=1.0, texts=0, left_out=left_out
    )
    found_model = SpanForeteller(labels=labels, model=model, held=nothing)
    held = [i for i, is_one in enumerate(is_held) if is_one]
    said = found_model([texts[i] for i in held])
    figures = held_spans(said, [spans[i] for i in held], left_out=left_out, seed=settings.seed)
    return SpanForeteller(labels=labels, model=model, held=figures)


def nats_of(model: SpanForeteller, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Floats:
    """Of each text how improbable its own tags are, in nats a word; of one without words 0."""
    found = []
    for (words, p), own in zip(model.read(texts), spans, strict=True):
        tag, _ = tags_of(words, own)
        sure = p[np.arange(tag.size), tag] if tag.size else np.ones(1)
        found.append(float(-np.log(np.maximum(sure, LEAST)).mean()))
    return np.array(found, float)


def words_of(text: str) -> list[tuple[int, int]]:
    """Where its words and signs begin and end, in code points.

    >>> words_of("Hi, 你好!")
    [(0, 2), (2, 3), (4, 5), (5, 6), (6, 7)]
    """
    return [match.span() for match in WORD.finditer(text)]


def shape_of(word: str) -> str:
    """
    >>> shape_of("Oslo"), shape_of("B2B-7"), shape_of("1989")
    ('Xx', 'XdX-d', 'd')
    """
    signs = (
        "d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word
    )
    found = ""
    for sign in signs:
        if not found.endswith(sign):
            found += sign
    return found[:12]


def features_of(texts: Sequence[str], cut: Sequence[Sequence[tuple[int, int]]]) -> sparse.csr_array:
    """A row for each word: itself, its shape, how it begins and ends, and its neighbours."""
    rows = (
        row
        for text, words in zip(texts, cut, strict=True)
        for row in _rows([text[start:end] for start, end in words])
    )
    return sparse.csr_array(HASHER.transform(rows))


def _rows(words: Sequence[str]) -> list[list[str]]:
    lower, shapes = [word.lower() for word in words], [shape_of(word) for word in words]
    found = []
    for i, word in enumerate(lower):
        row = ["always", f"w={word}", f"s={shapes[i]}", f"a={word[:3]}", f"z={word[-3:]}"]
        for step in NEIGHBOURS:
            near = i + step
            is_there = 0 <= near < len(words)
            row.append(f"{step}w={lower[near] if is_there else ''}")
            row.append(f"{step}s={shapes[near] if is_there else ''}")
        found.append(row)
    return found


def tags_of(words: Sequence[tuple[int, int]], spans: Sequence[Span]) -> tuple[IntArray, int]:
    """The tag of each word: 1 + 2 label where a span begins, 2 + 2 label where it goes on. With how
    many spans have none, because a longer one is there, or no word.

    >>> tags_of([(0, 3), (4, 7), (8, 11)], [Span(0, 7, 1), Span(4, 7, 0)])
    (array([3, 4, 0]), 1)
    """
    found, left_out = np.zeros(len(words), np.int64), 0
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start)):
        inside = [
            i for i, (start, end) in enumerate(words) if start < span.end and end > span.start
        ]
        if not inside or found[inside].any():
            left_out += 1
            continue
        found[inside] = 2 + 2 * span.label
        found[inside[0]] = 1 + 2 * span.label
    return found, left_out


def spans_of(words: Sequence[tuple[int, int]], p: Floats) -> list[Span]:
    """The best spans by the probabilities of the tags (words x tags). A span is as sure as its words
    are on average (the geometric mean of the probabilities of its tags).

    >>> p = np.array([[0.2, 0.1, 0.7], [0.1, 0.1, 0.8], [0.9, 0.05, 0.05]])
    >>> [(one.start, one.end) for one in spans_of([(0, 3), (4, 7), (8, 11)], p)]
    [(0, 7)]
    """
    found: list[Span] = []
    at: list[int] = []
    tags = _best_row(np.log(np.maximum(p, LEAST))) if len(words) else []
    for i, tag in enumerate([*tags, OUTSIDE]):
        if at and (tag == OUTSIDE or tag % 2):
            label = (tags[at[0]] - 1) // 2
            sure = float(np.exp(np.mean([np.log(max(p[j, tags[j]], LEAST)) for j in at])))
            found.append(Span(words[at[0]][0], words[at[-1]][1], label, sure))
            at = []
        if tag != OUTSIDE:
            at.append(i)
    return found


def _best_row(log: Floats) -> list[int]:
    """Viterbi (1967): the likeliest row of tags in which none goes on with what has not begun."""
    tags = log.shape[1]
    # A tag that goes on may follow the one that begins it, and itself; any other may follow all.
    may = np.ones((tags, tags), np.bool_)
    for goes_on in range(2, tags, 2):
        may[:, goes_on] = False
        may[[goes_on - 1, goes_on], goes_on] = True
    step = np.where(may, 0.0, -np.inf)
    best = log[0] + np.where(np.arange(tags) % 2 + (np.arange(tags) == 0) > 0, 0.0, -np.inf)
    came: list[IntArray] = []
    for row in log[1:]:
        total = best[:, None] + step
        came.append(total.argmax(axis=0))
        best = total.max(axis=0) + row
    found = [int(best.argmax())]
    for row in reversed(came):
        found.append(int(row[found[-1]]))
    return found[::-1]


def gained(
    said: Sequence[Sequence[Span]],
    other: Sequence[Sequence[Span]],
    truth: Sequence[Sequence[Span]],
    seed: int = 0,
) -> Error:
    """By how much F1 is more than that of another, with the limits of a bootstrap over texts.

    >>> right, wrong = [[Span(0, 3, 0)]] * 5, [[Span(0, 2, 0)]] * 5
    >>> gained(right, wrong, right), gained(right, right, right).value
    (Error(value=1.0, low=1.0, high=1.0, n=5), 0.0)
    """
    n = len(truth)
    if n < 2:
        return Error(value=None, low=None, high=None, n=n)
    drawn = np.random.default_rng(seed).integers(0, n, (DRAWS, n))
    drawn = np.vstack([np.arange(n), drawn])
    own, theirs = (
        _f1(np.array([_counts(a, b) for a, b in zip(some, truth, strict=True)])[drawn].sum(axis=1))
        for some in (said, other)
    )
    apart = own - theirs
    low, high = np.quantile(apart[1:], [0.025, 0.975])
    return Error(value=float(apart[0]), low=float(low), high=float(high), n=n)


def sure_ones(said: Sequence[Sequence[Span]], truth: Sequence[Sequence[Span]], bar: float) -> Rate:
    """How many of the spans that are at least so sure are right."""
    counts = [
        _counts([one for one in own if one.score >= bar], other)
        for own, other in zip(said, truth, strict=True)
    ]
    return Rate.of(sum(right for right, _, _ in counts), sum(many for _, many, _ in counts))


def held_spans(
    said: Sequence[Sequence[Span]],
    truth: Sequence[Sequence[Span]],
    *,
    left_out: int = 0,
    seed: int = 0,
) -> HeldSpans:
    """
    >>> one = held_spans([[Span(0, 3, 0, 0.9)], []], [[Span(0, 3, 0)], [Span(1, 2, 1)]])
    >>> one.precision.value, one.recall.value, round(one.f1, 3), one.texts
    (1.0, 0.5, 0.667, 2)
    """
    counts = np.array([_counts(a, b) for a, b in zip(said, truth, strict=True)]).reshape(-1, 3)
    right, many_said, many_true = (int(total) for total in counts.sum(axis=0))
    both = many_said + many_true
    low, high = 0.0, 1.0
    if both and len(counts) > 1:
        drawn = np.random.default_rng(seed).integers(0, len(counts), (DRAWS, len(counts)))
        low, high = (float(x) for x in np.quantile(_f1(counts[drawn].sum(axis=1)), [0.025, 0.975]))
    return HeldSpans(
        precision=Rate.of(right, many_said),
        recall=Rate.of(right, many_true),
        f1=2 * right / both if both else None,
        f1_low=low,
        f1_high=high,
        texts=len(counts),
        left_out=left_out,
    )


def _f1(counts: IntArray) -> Floats:
    """Of rows of how many are right, said and true."""
    found: Floats = 2 * counts[:, 0] / np.maximum(counts[:, 1] + counts[:, 2], 1)
    return found


def _counts(said: Sequence[Span], truth: Sequence[Span]) -> tuple[int, int, int]:
    one, other = ({(x.start, x.end, x.label) for x in some} for some in (said, truth))
    return len(one & other), len(one), len(other)
