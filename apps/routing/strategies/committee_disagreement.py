"""Where several models vote differently."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Parameter, Pool, Scored, blocks, entropies
from apps.routing.strategies.lots import FloatArray, IntArray


class CommitteeDisagreement(Scored):
    """The entropy of the members' votes, each for its most probable label.

    >>> one, other = [[0.9, 0.1], [0.9, 0.1]], [[0.8, 0.2], [0.4, 0.6]]
    >>> CommitteeDisagreement()(Pool(units=2, committee=np.array([one, other])))
    array([1, 0])
    """

    name = "committee_disagreement"
    label = "Committee disagreement"
    reference = (
        "Seung, H. S., Opper, M., Sompolinsky, H. (1992). Query by committee. COLT, 287-294; vote"
        " entropy: Dagan, I., Engelson, S. P. (1995). ICML, 150-157."
    )
    summary = "Where several models vote for different labels."
    advice = "Needs three models or more that err differently; few models leave many ties."
    needs = frozenset({"committee"})
    parameters = {"members": Parameter(label="Members of the committee", low=2, high=16)}
    # How many models learn, where the committee is made for it.
    members: float = 4

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        members = pool.held("committee")
        votes = np.zeros((places.size, members.shape[2]))
        is_unknown = np.zeros(places.size, np.bool_)
        for member in members:
            for part, rows in blocks(member, places):
                rows_in = np.arange(part.start, part.stop)
                votes[rows_in, rows.argmax(axis=1)] += 1
                is_unknown[part] |= np.isnan(rows).any(axis=1)
        found = entropies(votes / max(1, members.shape[0]))
        found[is_unknown] = np.nan
        return found

    def lacks(self, pool: Pool) -> str | None:
        if pool.held("committee").shape[0] < 2:
            return f"{self.label} needs at least two models."
        return None
