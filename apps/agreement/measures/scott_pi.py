"""Scott's pi, for two raters."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.chance import ChanceCorrected, pooled
from apps.agreement.measures.figure import Reason
from apps.agreement.measures.patterns import Patterns

MORE_THAN_TWO = Reason(
    code="more_than_two_raters", sentence="A unit has more than two answers: use Fleiss' kappa."
)


class ScottPi(ChanceCorrected):
    """Chance is two draws from the answers of both raters together.

    Gwet's two abstractors, 100 charts:

    >>> from apps.agreement.measures import Patterns
    >>> table = [((2, 0, 0), 13), ((0, 2, 0), 20), ((0, 0, 2), 56), ((0, 1, 1), 11)]
    >>> round(ScottPi()(Patterns.from_rows(["ectopic", "aiu", "niu"], table)).value, 7)
    0.7962397
    """

    name = "scott_pi"
    label = "Scott's pi"
    reference = (
        "Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding. "
        "Public Opinion Quarterly 19(3)."
    )

    def undefined_for(self, data: Patterns, level: str) -> Reason | None:
        if (data.sizes[data.units > 0] > 2).any():
            return MORE_THAN_TWO
        return super().undefined_for(data, level)

    def chance(self, shares: FloatArray, weights: FloatArray | None) -> FloatArray:
        return pooled(shares, weights)
