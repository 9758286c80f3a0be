"""Whether what comes now is like what was there before.

Population stability index: sum of (p - q) log(p / q) over bins, the divergence of Jeffreys. Usual bands:
below .1 little, from .25 much. It is above 0 by chance alone: where nothing has changed, psi divided
by (1/n + 1/m) is chi-square with one degree less than there are bins (Yurdakul, B., Naranjo, J. (2020).
Statistical properties of the population stability index. Journal of Risk Model Validation 14(4)).

Classifier two-sample test: Lopez-Paz, D., Oquab, M. (2017). Revisiting classifier two-sample tests.
ICLR. A model learns to tell the two apart; on rows that it has not seen it is right half the time
where there is nothing to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import brentq
from scipy.stats import binomtest, chi2, ncx2

from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Settings, train

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

Band = Literal["little", "some", "much", "unknown"]
SOME, MUCH = 0.1, 0.25
BINS = 10
LEAST = 50
# So many of each side there must be for each bin.
EACH = 10
# Of each side; more tells no more, and takes longer.
MOST_ROWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Psi:
    """The index less what chance adds to it, with limits of 95 %; `raw` is as it is usually told.

    `p_value` is that of nothing having changed. The band is unknown where the limits lie in two.
    """

    raw: float
    value: float
    low: float
    high: float
    p_value: float
    bins: int
    before: int
    now: int
    band: Band
    words: str


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How often a model tells the two apart (by chance: half the time); no value without enough."""

    accuracy: Rate
    p_value: float | None
    words: str


def psi(before: IntArray, now: IntArray) -> Psi:
    """Of counts by bin, or by label: of what was there, and of what comes now.

    Rare bins are counted as one: of what moves among them nothing is said.

    >>> same = psi(np.array([500, 500]), np.array([500, 500]))
    >>> same.raw, same.band, psi(np.array([900, 100]), np.array([500, 500])).band
    (0.0, 'little', 'much')
    """
    before, now = _pooled(before, now)
    n, m, bins = int(before.sum()), int(now.sum()), before.size
    if min(n, m) < LEAST:
        words = f"Not enough known yet: {n} before and {m} now, of {LEAST} each."
        return Psi(
            raw=float("nan"), value=float("nan"), low=0.0, high=float("inf"), p_value=1.0,
            bins=bins, before=n, now=m, band="unknown", words=words,
        )  # fmt: skip
    raw = _index(before, now)
    scale, freedom = 1 / (1 / n + 1 / m), bins - 1
    value = max(0.0, raw - freedom / scale)
    low, high = _limits(raw * scale, freedom)
    low, high = low / scale, high / scale
    band = _band(low, high)
    p_value = float(chi2.sf(raw * scale, freedom)) if freedom else 1.0
    said = {"little": "Little has changed", "some": "Some has changed", "much": "Much has changed"}
    words = (
        f"{said.get(band, 'How much has changed is not known yet')}: {value:.3f} ({low:.3f} to "
        f"{high:.3f}; {SOME:g} is some, {MUCH:g} much), {n} before and {m} now."
    )
    return Psi(
        raw=raw, value=value, low=low, high=high, p_value=p_value, bins=bins, before=n, now=m,
        band=band, words=words,
    )  # fmt: skip


def binned(before: FloatArray, now: FloatArray, bins: int = BINS) -> tuple[IntArray, IntArray]:
    """Numbers as counts in bins that held equally many before. What is missing has a bin of its own.

    >>> counts = binned(np.arange(10.0), np.array([0.0, 9.0, np.nan]), bins=2)
    >>> [some.tolist() for some in counts]
    [[5, 5, 0], [1, 1, 1]]
    """
    known = before[np.isfinite(before)]
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(known, inner)) if known.size else np.zeros(0)

    def counts(values: FloatArray) -> IntArray:
        is_known = np.isfinite(values)
        place = np.searchsorted(edges, values[is_known], side="right")
        found = np.bincount(place, minlength=edges.size + 1)
        return np.append(found, int((~is_known).sum())).astype(np.int64)

    return counts(before), counts(now)


def told_apart(before: Any, now: Any, *, seed: int = 0) -> Apart:
    """Whether a model tells rows of then from rows of now (rows x features, sparse or not).

    Equally many of both are drawn by lot, half of them to learn from. Rows must be independent: of
    tasks that belong together (turns of a chat) give one.
    """
    rng = np.random.default_rng(seed)
    size = min(before.shape[0], now.shape[0], MOST_ROWS)
    if size < LEAST:
        words = (
            f"Not enough known yet: {before.shape[0]} before and {now.shape[0]} now, of {LEAST}."
        )
        return Apart(accuracy=Rate.of(0, 0), p_value=None, words=words)
    parts = [some[np.sort(rng.permutation(some.shape[0])[:size])] for some in (before, now)]
    rows = _stacked(parts)
    label = np.repeat(np.array([0, 1]), size)
    # The same share of each side is learned from: 3 parts of lessons, 1 to stop by, 4 to test.
    part = np.concatenate([rng.permutation(size) * 8 // size for _ in range(2)])
    learn = np.flatnonzero(part < 4)
    model = train(
        rows[learn], label[learn], 2, is_held=part[learn] == 3, settings=Settings(seed=seed)
    )
    test = np.flatnonzero(part >= 4)
    right = int((model(rows[test]).argmax(axis=1) == label[test]).sum())
    accuracy = Rate.of(right, test.size)
    p_value = float(binomtest(right, test.size, 0.5, alternative="greater").pvalue)
    is_new = "can be told from" if p_value < 0.05 else "cannot be told from"
    words = (
        f"What comes now {is_new} what was there before: a model is right for "
        f"{100 * right / test.size:.1f} % ({100 * accuracy.low:.1f} to {100 * accuracy.high:.1f}) of "
        f"{test.size} rows, 50 % by chance (p = {p_value:.3g})."
    )
    return Apart(accuracy=accuracy, p_value=p_value, words=words)


def _stacked(parts: list[Any]) -> Any:
    if sparse.issparse(parts[0]):
        return sparse.csr_array(sparse.vstack(parts, format="csr"))
    return np.concatenate(parts)


def _pooled(before: IntArray, now: IntArray) -> tuple[IntArray, IntArray]:
    """The bins in which there is enough to compare; the rarest are one bin together.

    A simulation with 200 answers in 50 bins found limits that held the truth in 73 % of the cases.
    """
    most = max(2, int(min(before.sum(), now.sum())) // EACH)
    order = np.argsort(-(before + now), kind="stable")
    order = order[(before + now)[order] > 0]
    if order.size <= most:
        return before[order], now[order]
    kept, rare = order[: most - 1], order[most - 1 :]
    return np.append(before[kept], before[rare].sum()), np.append(now[kept], now[rare].sum())


def _index(before: IntArray, now: IntArray) -> float:
    """Half an answer is added to each bin: an empty one would make it infinite."""
    p = (before + 0.5) / (before + 0.5).sum()
    q = (now + 0.5) / (now + 0.5).sum()
    return float(((p - q) * np.log(p / q)).sum())


def _limits(statistic: float, freedom: int) -> tuple[float, float]:
    """Between which the noncentrality lies of the chi-square that was drawn."""
    if not freedom:
        return 0.0, 0.0

    def solved(chance: float) -> float:
        if chi2.cdf(statistic, freedom) <= chance:
            return 0.0
        top = 4 * statistic + 20 * freedom + 50
        return float(brentq(lambda x: ncx2.cdf(statistic, freedom, x) - chance, 1e-9, top))

    return solved(0.975), solved(0.025)


def _band(low: float, high: float) -> Band:
    if high < SOME:
        return "little"
    if low >= MUCH:
        return "much"
    return "some" if low >= SOME and high < MUCH else "unknown"
