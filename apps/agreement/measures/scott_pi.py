"""Scott's pi, for two raters."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.chance import ChanceCorrected
from apps.agreement.measures.figure import Reason
from apps.agreement.measures.patterns import Patterns

MORE_THAN_TWO = Reason(
    code="more_than_two_raters", sentence="A unit has more than two answers: use Fleiss' kappa."
)


class ScottPi(ChanceCorrected):
    """Chance is two draws from the answers of both raters together.

    Artstein and Poesio (2008), two raters, 100 units, print .799:

    >>> from apps.agreement.measures import Patterns
    >>> table = [((2, 0, 0), 46), ((0, 2, 0), 32), ((0, 0, 2), 10), ((1, 1, 0), 6), ((0, 1, 1), 6)]
    >>> round(ScottPi()(Patterns.from_rows(["stat", "ireq", "chck"], table)).value, 3)
    0.799
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

    def chance(self, shares: FloatArray) -> FloatArray:
        chance: FloatArray = (shares**2).sum(axis=1)
        return chance
