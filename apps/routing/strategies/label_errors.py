"""Labels that the model does not believe."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Scored, blocks
from apps.routing.strategies.lots import FloatArray, IntArray


class LabelErrors(Scored):
    """By how much the best other label beats the one that was given, each measured against what
    the model usually says where that label was given: so a label of which it is never sure is not
    suspected throughout. It ranks tasks that *have* a label.

    The probabilities must be of a model that has not learned from the task itself (folds).

    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.7, 0.3]])
    >>> LabelErrors()(Pool(units=4, probabilities=p, labels=np.array([0, 0, 1, 1])), count=1)
    array([3])
    """

    name = "label_errors"
    label = "Suspected label errors"
    reference = (
        "Northcutt, C. G., Jiang, L., Chuang, I. L. (2021). Confident learning: estimating"
        " uncertainty in dataset labels. Journal of Artificial Intelligence Research 70, 1373-1411."
    )
    summary = "Labels that the model does not believe, to be looked at again."
    advice = "The model must not have learned from the tasks that it judges."
    needs = frozenset({"probabilities", "labels"})
    ranks_labelled = True

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        p, labels = pool.held("probabilities"), pool.held("labels")
        usual = _usual(p, labels, places)
        found = np.full(places.size, np.nan)
        if p.shape[1] < 2:
            return found
        for part, rows in blocks(p, places):
            row, said = np.arange(rows.shape[0]), labels[places[part]]
            lead = rows - usual
            own = lead[row, said]
            lead[row, said] = -np.inf
            found[part] = lead.max(axis=1) - own
        return found


def _usual(p: FloatArray, labels: IntArray, places: IntArray) -> FloatArray:
    """The mean probability of each label where it was given; 1 of a label that never was."""
    total, number = np.zeros(p.shape[1]), np.zeros(p.shape[1])
    for part, rows in blocks(p, places):
        said = labels[places[part]]
        own = rows[np.arange(said.size), said]
        known = ~np.isnan(own)
        total += np.bincount(said[known], own[known], minlength=p.shape[1])
        number += np.bincount(said[known], minlength=p.shape[1])
    return np.divide(total, number, out=np.ones_like(total), where=number > 0)
