"""Which form fits the answers: patterns, or moments where patterns would be too many."""

from __future__ import annotations

from apps.agreement.measures.longform import LongForm
from apps.agreement.measures.moments import Moments
from apps.agreement.measures.patterns import Patterns

PATTERN_LIMIT = 5000


def tabulate(
    answers: LongForm, *, level: str = "nominal", limit: int = PATTERN_LIMIT
) -> Patterns | Moments:
    """Patterns up to `limit` of them, else the moments at `level`.

    >>> answers = LongForm.of([1, 1, 2, 2], ["x", "y", "x", "y"], [3, 3, 3, 4])
    >>> type(tabulate(answers)).__name__, type(tabulate(answers, limit=1)).__name__
    ('Patterns', 'Moments')
    """
    if answers.pattern_of_unit[1] > limit:
        return Moments.of(answers, level)
    return Patterns.of(answers)
