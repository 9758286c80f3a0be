"""Where one more answer tells most about the truth."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Parameter, Pool, Scored, blocks, entropies, rows_at
from apps.routing.strategies.lots import FloatArray, IntArray


class MostDisputed(Scored):
    """The expected information of one more answer, in nats.

    What the answers so far say of the truth is taken by Bayes: an annotator says the true label
    with probability `accuracy`, and else any other. Before the answers the model's probabilities
    hold, if there are any. Then the next answer tells H(next answer) - H(next answer | truth).

    >>> votes = np.array([[3, 0], [1, 1], [2, 1]])
    >>> MostDisputed()(Pool(units=3, votes=votes))
    array([1, 2, 0])
    """

    name = "most_disputed"
    label = "Most disputed"
    reference = (
        "Sheng, V. S., Provost, F., Ipeirotis, P. G. (2008). Get another label? KDD, 614-622; with"
        " a model: Goh, H. W., Mueller, J. (2023). ActiveLab. arXiv:2301.11856."
    )
    summary = "Where one more answer is expected to settle most."
    advice = (
        "For tasks with several answers: of those that are begun, and go on first, it takes the most"
        " disputed first. While tasks wait, agreement on what was asked is lower than on the whole."
    )
    needs = frozenset({"votes"})
    parameters = {"accuracy": Parameter(label="How often annotators are right", low=0.5, high=0.99)}
    accuracy: float = 0.8

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        found = np.empty(places.size)
        for part, votes in blocks(pool.held("votes"), places):
            prior = None
            if pool.probabilities is not None:
                prior = rows_at(pool.probabilities, places[part])
            found[part] = self._information(truth_by(votes, prior, self.accuracy))
        return found

    def _information(self, truth: FloatArray) -> FloatArray:
        labels = truth.shape[1]
        if labels < 2:
            return np.zeros(truth.shape[0])
        wrong = (1.0 - self.accuracy) / (labels - 1)
        said = wrong + (self.accuracy - wrong) * truth
        own = -self.accuracy * np.log(self.accuracy) - (1.0 - self.accuracy) * np.log(wrong)
        # Rounded, so that votes which say the same in another order are equal.
        found: FloatArray = np.round(entropies(said) - own, 12)
        return found


def truth_by(votes: FloatArray, prior: FloatArray | None, accuracy: float) -> FloatArray:
    """The probability of each label after these votes.

    >>> truth_by(np.array([[1, 0]]), None, 0.8)
    array([[0.8, 0.2]])
    """
    labels = votes.shape[1]
    odds = np.log(accuracy * max(1, labels - 1) / (1.0 - accuracy))
    believed = odds * votes
    if prior is not None:
        believed = believed + np.log(np.maximum(prior, 1e-12))
    believed = np.exp(believed - believed.max(axis=1, keepdims=True))
    found: FloatArray = believed / believed.sum(axis=1, keepdims=True)
    return found
