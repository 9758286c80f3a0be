"""Conger's kappa: Cohen's for many raters."""

from __future__ import annotations

from apps.agreement.measures.named_chance import NamedKappa


class CongerKappa(NamedKappa):
    """Chance is an answer each of two different raters, by what each of them uses.

    With two raters who answer all it is Cohen's kappa; also Hubert's kappa, and Davies and Fleiss'.
    Missing answers as in Gwet (2014): a rater's habit comes from all that they answered.

    Gwet's four raters (12 units, with missing answers):

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, None],
    ...     [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ... ])
    >>> round(CongerKappa()(data).value, 5)
    0.76282
    """

    name = "conger_kappa"
    label = "Conger's kappa"
    reference = (
        "Conger, A. J. (1980). Integration and generalization of kappas for multiple raters. "
        "Psychological Bulletin 88(2)."
    )
    complete = False
