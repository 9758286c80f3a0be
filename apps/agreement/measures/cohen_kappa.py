"""Cohen's kappa, weighted or not, for two raters."""

from __future__ import annotations

from apps.agreement.measures.named_chance import NamedKappa


class CohenKappa(NamedKappa):
    """Chance is one answer of each rater, by what each of them uses.

    Two raters who use the labels unequally get more of it than two who use them alike: that is no
    merit of theirs (Krippendorff 2004); see the bias of `paradox` beside it. Quadratic weights at
    the ordinal and the interval level if nothing is said. Units that one of the two left out do
    not count.

    Cohen's own example, 200 patients:

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_table(
    ...     ["personality", "neurosis", "psychosis"], [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    ... )
    >>> round(CohenKappa()(data).value, 3)
    0.492
    """

    name = "cohen_kappa"
    label = "Cohen's kappa"
    reference = (
        "Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and "
        "Psychological Measurement 20(1); (1968). Weighted kappa. Psychological Bulletin 70(4)."
    )
    for_two = True
