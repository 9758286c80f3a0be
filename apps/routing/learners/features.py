"""Numbers of a task's data: hashed n-grams of texts, numbers and categories of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

# A change of how features are made is another version: what was stored is made anew.
VERSION = 3
WIDTH = 2**18
MOST_CATEGORY = 40
# So many numbers in a row are a vector, each with a place of its own.
LEAST_VECTOR, MOST_VECTOR, VECTOR = 4, 4_096, "[]"
# The columns of tables lie in the first half, those of vectors in the second.
TABLE_WIDTH, HALF = 2**14, 2**13
# Words for languages that put spaces between them; letters for the others, and for what is misspelt.
WORDS = HashingVectorizer(
    n_features=WIDTH,
    ngram_range=(1, 2),
    token_pattern=r"(?u)\b\w+\b",  # noqa: S106  (no password)
    alternate_sign=False,
    norm=None,
)
LETTERS = HashingVectorizer(
    n_features=WIDTH, analyzer="char_wb", ngram_range=(3, 4), alternate_sign=False, norm=None
)


def counts_of(texts: Sequence[str]) -> sparse.csr_array:
    """How often each word, pair of words and run of letters comes; nothing is learned from the texts.

    So tasks can be counted bit by bit, and those that come later are counted alike.

    >>> counts_of(["a blue bird", ""]).shape
    (2, 524288)
    """
    both = [WORDS.transform(texts), LETTERS.transform(texts)]
    return sparse.csr_array(sparse.hstack(both, format="csr", dtype=np.float32))


def row_of(data: Mapping[str, Any]) -> tuple[str, dict[str, float]]:
    """A task's data apart: what is read as text, and what is a number or a category.

    A short text without a space is a category, too.

    >>> row_of({"text": "Two birds.", "amount": 3, "country": "no", "seen": True, "more": {"a": 1}})
    ('Two birds. no', {'amount': 3.0, 'country=no': 1.0, 'seen': 1.0, 'more.a': 1.0})
    """
    texts: list[str] = []
    table: dict[str, float] = {}
    for name, value in _leaves("", data):
        if isinstance(value, str):
            texts.append(value)
            if len(value) <= MOST_CATEGORY and " " not in value.strip():
                table[f"{name}={value.strip()}"] = 1.0
        elif isinstance(value, (bool, int, float)) and np.isfinite(value):
            table[name] = float(value)
    return " ".join(texts), table


def table_of(tables: Sequence[Mapping[str, float]]) -> sparse.csr_array:
    """Numbers and categories by their names, which are hashed: nothing is learned here either.

    A zero is kept: it says another thing than nothing does.

    >>> table = table_of([{"amount": 3.0, "age": 0.0}, {}])
    >>> table.toarray().sum(axis=1).tolist(), np.diff(table.indptr).tolist()
    ([3.0, 0.0], [2, 0])
    """
    data = np.array([value for table in tables for value in table.values()], np.float32)
    names = (name for table in tables for name in table)
    column = np.array([_column(name) for name in names], np.int32)
    start = np.cumsum([0, *(len(table) for table in tables)]).astype(np.int32)
    return sparse.csr_array((data, column, start), shape=(len(tables), TABLE_WIDTH))


def _column(name: str) -> int:
    return crc32(name.encode()) % HALF + HALF * name.endswith(VECTOR)


def _is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and LEAST_VECTOR <= len(value) <= MOST_VECTOR
        and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in value)
    )


def _leaves(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [
            leaf
            for name, inner in value.items()
            for leaf in _leaves(f"{path}.{name}" if path else str(name), inner)
        ]
    if _is_vector(value):
        return [(f"{path}.{place}{VECTOR}", number) for place, number in enumerate(value)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(path, inner)]
    return [(path, value)]


class Weighed:
    """Weights by how rare a feature is, learned from all tasks: smooth idf, sublinear tf, unit rows.

    `met` counts in how many of the tasks each feature occurs.

    >>> counts = sparse.csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    >>> rows = Weighed(tasks=2, met=np.array([2, 1])).rows(counts)
    >>> bool(rows[0, 1] > rows[0, 0]), float(rows[1, 0])
    (True, 1.0)
    """

    def __init__(self, *, tasks: int, met: np.ndarray) -> None:
        self.idf = (np.log((1 + tasks) / (1 + met)) + 1).astype(np.float32)

    @classmethod
    def by(cls, counts: sparse.csr_array) -> Weighed:
        """By these tasks alone."""
        met = np.bincount(counts.indices, minlength=counts.shape[1])
        return cls(tasks=counts.shape[0], met=met)

    def rows(self, counts: sparse.csr_array) -> sparse.csr_array:
        data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        length = np.sqrt(np.bincount(row, data**2, minlength=counts.shape[0]))
        data = data / np.where(length > 0, length, 1)[row]
        return _with(counts, data)


class Scaled:
    """Numbers by how far they lie from the mean of all tasks, in standard deviations; what a task
    has not got lies at the mean. A row is divided by the root of how much it has, so that it weighs
    like a text.

    `sums` has for each column how often it is there, the sum and the sum of the squares.

    >>> table = sparse.csr_array(np.array([[1.0, 1.0], [3.0, 0.0]]))
    >>> Scaled(sums_of(table)).rows(table).toarray().astype(float).round(2).tolist()
    [[-0.71, 0.71], [1.0, 0.0]]
    """

    def __init__(self, sums: np.ndarray) -> None:
        number = np.maximum(sums[0], 1)
        mean = sums[1] / number
        spread = np.sqrt(np.maximum(sums[2] / number - mean**2, 0))
        is_constant = spread <= 1e-6 * np.maximum(np.abs(mean), 1e-12)
        # What is always the same, as a category is, stays what it is: it says that it is there.
        self.mean = np.where(is_constant, 0, mean).astype(np.float32)
        size = np.where(is_constant, np.maximum(np.abs(mean), 1e-12), spread)
        self.size = np.where(size > 0, size, 1).astype(np.float32)

    def rows(self, table: sparse.csr_array) -> sparse.csr_array:
        held = np.diff(table.indptr)
        data = (table.data - self.mean[table.indices]) / self.size[table.indices]
        return _with(table, data / np.sqrt(np.repeat(held, held)))


def sums_of(table: sparse.csr_array) -> np.ndarray:
    """What `Scaled` needs of some of the tasks; such sums add up."""
    width = table.shape[1]
    data = table.data.astype(float)
    powers = (np.ones(data.size), data, data**2)
    return np.array([np.bincount(table.indices, each, minlength=width) for each in powers])


def _with(rows: sparse.csr_array, data: np.ndarray) -> sparse.csr_array:
    parts = (data.astype(np.float32), rows.indices, rows.indptr)
    return sparse.csr_array(parts, shape=rows.shape)


def dense(rows: sparse.csr_array, width: int = 128, seed: int = 0) -> np.ndarray:
    """Few numbers of many, for distances: a sparse random projection (Li, Hastie and Church 2006).

    >>> dense(sparse.csr_array(np.eye(3)), width=4).shape
    (3, 4)
    """
    rng = np.random.default_rng(seed)
    each = int(np.ceil(np.sqrt(width)))
    place = rng.integers(0, width, (rows.shape[1], each)).ravel()
    sign = rng.choice(np.array([-1, 1], np.float32), rows.shape[1] * each) / np.sqrt(each)
    start = np.arange(0, rows.shape[1] * each + 1, each)
    projection = sparse.csr_array(
        (sign.astype(np.float32), place, start), shape=(rows.shape[1], width)
    )
    return np.asarray((rows @ projection).toarray(), np.float32)
