"""How far two texts or sequences lie apart. Holds no kind itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def edit_distance(a: str, b: str) -> int:
    """How many code points to insert, delete or replace (Levenshtein 1966).

    All cells of a column at once, as the bits of one number (Myers 1999, in the form of Hyyrö
    2003), so that whole pages are compared within milliseconds.
    """
    if len(a) > len(b):
        a, b = b, a
    if not a:
        return len(b)
    places: dict[str, int] = defaultdict(int)
    for i, sign in enumerate(a):
        places[sign] |= 1 << i
    every, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    up, down, score = every, 0, len(a)
    for sign in b:
        equal = places.get(sign, 0)
        diagonal = (((equal & up) + up) ^ up) | equal | down
        right = down | (~(diagonal | up) & every)
        left = up & diagonal
        score += bool(right & last) - bool(left & last)
        right = ((right << 1) | 1) & every
        left = (left << 1) & every
        up = left | (~(diagonal | right) & every)
        down = right & diagonal
    return score


def text_distance(a: str, b: str) -> float:
    """The edit distance in parts of the longer text."""
    longest = max(len(a), len(b))
    return edit_distance(a, b) / longest if longest else 0.0


def list_distance(a: Sequence[str], b: Sequence[str]) -> float:
    """Edits of whole items, where replacing one by a like one costs as much as they differ.

    In parts of the longer list (the alignment of Needleman & Wunsch 1970).
    """
    if not a or not b:
        return float(len(a) != len(b))
    row = [float(j) for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        before, row = row, [float(i)]
        for j, y in enumerate(b, 1):
            replaced = before[j - 1] + text_distance(x, y)
            row.append(min(replaced, before[j] + 1, row[j - 1] + 1))
    return min(1.0, row[-1] / max(len(a), len(b)))
