"""A map of tasks: those that are alike lie together, on a plane.

Three steps, so that 100,000 tasks take seconds and later ones find their places without a new map:
the main directions of a sample of the rows (truncated singular value decomposition: Halko, N.,
Martinsson, P. G., Tropp, J. A. (2011). Finding structure with randomness. SIAM Review 53, 217-288);
a layout of some of them, the landmarks (t-SNE: van der Maaten, L., Hinton, G. (2008). JMLR 9,
2579-2605; van der Maaten (2014), JMLR 15, 3221-3245); and the place of every other task among its
nearest landmarks (as out-of-sample kernel t-SNE does: Gisbrecht, Schulz, Hammer (2015).
Neurocomputing 147, 71-82).

Distances between groups on such a map mean little; who lies with whom does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.manifold import TSNE
from sklearn.utils.extmath import randomized_svd

from apps.routing.learners.linear import columns_of

IntArray = NDArray[np.int64]
Floats = NDArray[np.float32]
Places = NDArray[np.floating]

DIRECTIONS = 50
SAMPLE = 8_000
LANDMARKS = 3_000
NEAREST = 6
PERPLEXITY = 30.0
# Fewer rows than this have no neighbourhoods to lay out.
LEAST = 12
BLOCK = 4_096
MOST_MARKS = 3_000


class TooFew(ValueError):
    """There are too few tasks for a map, or nothing by which they differ."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TaskMap:
    """What was laid out. `landmarks` (marks x directions) lie at `places` (marks x 2)."""

    columns: IntArray
    # columns x directions
    directions: Floats
    landmarks: Floats
    places: Floats

    def __call__(self, rows: Any) -> Floats:
        """Where rows lie, rows x 2, from about -1 to 1. Those without features lie in the middle."""
        found = np.zeros((rows.shape[0], 2), np.float32)
        for start in range(0, rows.shape[0], BLOCK):
            some = slice(start, start + BLOCK)
            found[some] = self._placed(_projected(rows[some], self.columns, self.directions))
        return found

    def _placed(self, x: Floats) -> Floats:
        apart = -2.0 * (x @ self.landmarks.T)
        apart += np.einsum("ij,ij->i", self.landmarks, self.landmarks)
        apart += np.einsum("ij,ij->i", x, x)[:, None]
        few = min(NEAREST, len(self.landmarks))
        near = np.argpartition(apart, few - 1, axis=1)[:, :few]
        square = np.maximum(np.take_along_axis(apart, near, axis=1), 0)
        # The nearest weighs most; how quickly the others weigh less hangs on how far the last is.
        width = square.max(axis=1, keepdims=True) / 4 + 1e-12
        weight = np.exp(-(square - square.min(axis=1, keepdims=True)) / width)
        weight /= weight.sum(axis=1, keepdims=True)
        placed = np.einsum("ik,ikd->id", weight, self.places[near])
        return np.where(np.any(x != 0, axis=1, keepdims=True), placed, 0).astype(np.float32)


def lay_out(rows: Any, *, seed: int = 0) -> TaskMap:
    """A map learned from rows (tasks x features, sparse or not); the same seed gives the same map.

    >>> groups = np.repeat(np.eye(3), 20, axis=0) + np.random.default_rng(0).normal(0, 0.05, (60, 3))
    >>> lay_out(groups)(groups).shape
    (60, 2)
    """
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.permutation(rows.shape[0])[:SAMPLE])
    if sample.size < LEAST:
        raise TooFew(f"A map needs {LEAST} tasks; there are {sample.size}.")
    columns = columns_of(rows[sample])
    directions = _directions(rows[sample][:, columns], seed)
    x = _projected(rows[sample], columns, directions)
    marks = _apart(x, rng)
    landmarks = x[marks]
    if len(landmarks) < LEAST:
        raise TooFew("There are too few tasks that differ for a map.")
    return TaskMap(
        columns=columns,
        directions=directions,
        landmarks=landmarks,
        places=_layout(landmarks, seed),
    )


def _directions(rows: Any, seed: int) -> Floats:
    """Along which the rows differ most. The first of texts is what all have in common, and is kept: it
    tells tasks with few words from those with many."""
    width = min(DIRECTIONS, rows.shape[1] - 1, rows.shape[0] - 1)
    if width < 2:
        raise TooFew("The tasks have too few features for a map.")
    # The library's own kind: it does not take the newer arrays of all versions.
    given = sparse.csr_matrix(rows) if sparse.issparse(rows) else rows
    _, _, found = randomized_svd(given, n_components=width, n_iter=4, random_state=seed)
    return np.ascontiguousarray(found.T, np.float32)


def _projected(rows: Any, columns: IntArray, directions: Floats) -> Floats:
    """Of length 1, so that texts of any length are compared by what they are about."""
    x = np.asarray(rows[:, columns] @ directions, np.float32)
    length = np.sqrt(np.einsum("ij,ij->i", x, x))[:, None]
    return np.asarray(x / np.where(length > 1e-6, length, np.inf), np.float32)


def _apart(x: Floats, rng: np.random.Generator) -> IntArray:
    """Landmarks by lot, none of them twice and none without features."""
    some = rng.permutation(len(x))
    some = some[np.any(x[some] != 0, axis=1)]
    _, first = np.unique(np.round(x[some], 5), axis=0, return_index=True)
    return some[np.sort(first)][:LANDMARKS]


def _layout(landmarks: Floats, seed: int) -> Floats:
    perplexity = min(PERPLEXITY, (len(landmarks) - 1) / 3)
    layout = TSNE(
        n_components=2,
        perplexity=perplexity,
        init="pca",
        max_iter=500,
        random_state=seed,
        n_jobs=1,
    ).fit_transform(landmarks)
    layout = layout - np.median(layout, axis=0)
    # A few outliers must not squeeze all others into the middle.
    return np.asarray(layout / np.quantile(np.abs(layout), 0.99), np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Marks:
    """What is drawn: one mark for each cell of a grid in which something lies.

    `tasks` counts those in it, `shown` is the place of the one nearest to its middle, `label` the
    label most of them have (-1: none known), `known` how many have a label.
    """

    x: Floats
    y: Floats
    tasks: IntArray
    shown: IntArray
    label: IntArray
    known: IntArray
    # The side of a cell.
    side: float


def gridded(places: Places, label: IntArray | None = None, *, most: int = MOST_MARKS) -> Marks:
    """At most so many marks of any number of tasks (tasks x 2), on the finest grid that has no more.

    >>> marks = gridded(np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), np.array([1, -1, 0]))
    >>> marks.tasks.tolist(), marks.label.tolist(), marks.known.tolist()
    ([2, 1], [1, 0], [1, 1])
    """
    fine, coarse = 4_096, 1
    while fine - coarse > 1:
        middle = (fine + coarse) // 2
        if np.unique(_cells(places, middle)[0]).size > most:
            fine = middle
        else:
            coarse = middle
    cell, low, side = _cells(places, coarse)
    found, own, tasks = np.unique(cell, return_inverse=True, return_counts=True)
    centre = low + (np.column_stack([found // coarse, found % coarse]) + 0.5) * side
    away = ((places - centre[own]) ** 2).sum(axis=1)
    order = np.lexsort((away, own))
    shown = order[np.searchsorted(own[order], np.arange(found.size))]
    known, most_common = _labels(own, found.size, label)
    x, y = centre.T.astype(np.float32)
    return Marks(
        x=x, y=y, tasks=tasks, shown=shown, label=most_common, known=known, side=float(side)
    )


def _cells(places: Places, many: int) -> tuple[IntArray, Any, float]:
    """The cell of each in a square grid of so many by so many, its corner, and a cell's side."""
    if not len(places):
        return np.zeros(0, np.int64), np.zeros(2), 1.0
    low = places.min(axis=0).astype(float)
    side = float(max((places.max(axis=0) - low).max(), 1e-9)) / many
    inside = np.minimum(((places - low) / side).astype(np.int64), many - 1)
    return inside[:, 0] * many + inside[:, 1], low, side


def _labels(own: IntArray, cells: int, label: IntArray | None) -> tuple[IntArray, IntArray]:
    known, best = np.zeros(cells, np.int64), np.full(cells, -1, np.int64)
    if label is None or not (label >= 0).any():
        return known, best
    has = label >= 0
    width = int(label.max()) + 1
    pair, count = np.unique(own[has] * width + label[has], return_counts=True)
    np.add.at(known, pair // width, count)
    # The last one written is the most common; of equals the lower label.
    order = np.lexsort((-pair, count))
    best[pair[order] // width] = pair[order] % width
    return known, best
