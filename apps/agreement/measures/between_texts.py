"""How far two texts lie apart, 0 to 1: by edits, by letters, by words. All are symmetric."""

from __future__ import annotations

from collections import Counter

from apps.annotations.kinds.editing import text_distance

LONGEST_RUN = 6


def edit_distance(a: str, b: str) -> float:
    """Insertions, deletions and replacements in parts of the longer text (Levenshtein 1966).

    >>> round(edit_distance("kitten", "sitting"), 4)
    0.4286
    """
    return text_distance(a, b)


def chrf_distance(a: str, b: str) -> float:
    """1 less chrF (Popović 2015): the F1 of the runs of 1 to 6 letters, spaces left out.

    Precision and recall weigh the same, since neither text is the reference (beta 1). Each is the
    mean over the lengths of runs that both texts are long enough for.

    >>> chrf_distance("a b c", "abc"), round(chrf_distance("abcd", "abce"), 4)
    (0.0, 0.5208)
    """
    x, y = "".join(a.split()), "".join(b.split())
    if x == y:
        return 0.0
    shares = [
        _common(_runs(x, n), _runs(y, n)) for n in range(1, min(LONGEST_RUN, len(x), len(y)) + 1)
    ]
    if not shares:
        return 1.0
    precision, recall = (sum(side) / len(shares) for side in zip(*shares, strict=True))
    return 1 - 2 * precision * recall / (precision + recall) if precision + recall else 1.0


def _runs(text: str, length: int) -> Counter[str]:
    return Counter(text[i : i + length] for i in range(len(text) - length + 1))


def _common(a: Counter[str], b: Counter[str]) -> tuple[float, float]:
    both = (a & b).total()
    return both / a.total(), both / b.total()


def token_distance(a: str, b: str) -> float:
    """1 less the F1 of the words, whatever their order (Rajpurkar et al. 2016); case is left aside.

    >>> round(token_distance("The red house", "the house is red"), 4)
    0.1429
    """
    x, y = Counter(a.casefold().split()), Counter(b.casefold().split())
    total = x.total() + y.total()
    return 1 - 2 * (x & y).total() / total if total else 0.0
