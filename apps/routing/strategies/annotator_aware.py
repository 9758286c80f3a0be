"""Which task, and who should answer it."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import ROWS, Pool, Scored, blocks, entropies
from apps.routing.strategies.lots import FloatArray, IntArray


class AnnotatorAware(Scored):
    """What the best annotator for a task is expected to tell about it, in nats per minute or per
    price of a minute. `whom` says who that is.

    Annotator j says the true label k with probability `skills[j, k]`, and else any other. Then
    their answer tells H(answer) - H(answer | truth) of a task with these probabilities; `seconds`
    are the task's, times the annotator's pace. Without seconds all tasks take one minute. Tasks
    that are equal in this are drawn by lot, annotators in their order.

    >>> p = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    >>> knows_first, knows_last = [0.95, 0.9, 0.4], [0.4, 0.9, 0.95]
    >>> pool = Pool(units=2, probabilities=p, skills=np.array([knows_first, knows_last]))
    >>> AnnotatorAware().whom(pool, np.array([0, 1]))
    array([0, 1])
    """

    name = "annotator_aware"
    label = "Information per minute"
    reference = (
        "Donmez, P., Carbonell, J. G. (2008). Proactive learning: cost-sensitive active learning"
        " with multiple imperfect oracles. CIKM, 619-628; Yan, Y., Rosales, R., Fung, G., Dy, J. G."
        " (2011). Active learning from crowds. ICML, 1161-1168."
    )
    summary = "Where the best annotator for the task tells most per minute, and who that is."
    advice = (
        "Worth it where annotators are good at different labels; each gets a list of their own. Needs a"
        " model of annotators, or known answers, to tell who is good at what."
    )
    needs = frozenset({"probabilities", "skills"})

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        return self.gains(pool, places)[0]

    def why_not(self, pool: Pool) -> str | None:
        if pool.probabilities is not None and pool.skills is None:
            return (
                f"{self.label} cannot tell yet how often each annotator is right with each label. Choose"
                " a model of annotators for the consensus of this question, such as Dawid and Skene's,"
                " where most tasks get several answers; or check annotators by known answers."
            )
        return super().why_not(pool)

    def whom(self, pool: Pool, places: IntArray) -> IntArray:
        """Who tells most about each of these, as a row of `skills`."""
        why = self.why_not(pool)
        return self.gains(pool, places)[1] if why is None else np.zeros(0, np.int64)

    def told(self, pool: Pool, places: IntArray) -> FloatArray:
        """places x annotators: what an answer of each is expected to tell, in nats."""
        skills = np.clip(pool.held("skills"), 1e-6, 1.0 - 1e-6)
        found = np.full((places.size, skills.shape[0]), np.nan)
        for part, p in blocks(pool.held("probabilities"), places):
            found[part] = np.stack([information(p, skill) for skill in skills], axis=1)
        return found

    def gains(self, pool: Pool, places: IntArray) -> tuple[FloatArray, IntArray]:
        """The most that anybody tells about each place for what it costs, and who."""
        price = self.price(pool)
        most, who = np.full(places.size, np.nan), np.zeros(places.size, np.int64)
        for start in range(0, places.size, ROWS):
            part = slice(start, start + ROWS)
            told = self.told(pool, places[part]) / price
            who[part] = told.argmax(axis=1)
            most[part] = told.max(axis=1)
        if pool.seconds is not None:
            most = most / (np.maximum(pool.seconds[places], 1.0) / 60.0)
        return np.round(most, 12), who

    def price(self, pool: Pool) -> FloatArray:
        """What an answer of each annotator costs, beside those of the others."""
        ones = np.ones(pool.held("skills").shape[0])
        price = ones if pool.prices is None else pool.prices
        return price * (ones if pool.paces is None else pool.paces)

    def lacks(self, pool: Pool) -> str | None:
        if not pool.held("skills").shape[0]:
            return f"{self.label} needs at least one annotator."
        return None


def information(p: FloatArray, skill: FloatArray) -> FloatArray:
    """What the answer of somebody with this skill tells about tasks with these probabilities.

    >>> information(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0.8, 0.8])).round(4) + 0.0
    array([0.1927, 0.    ])
    """
    labels = p.shape[1]
    if labels < 2:
        return np.zeros(p.shape[0])
    wrong = (1.0 - skill) / (labels - 1)
    strayed = p @ wrong
    said = p * (skill - wrong) + strayed[:, None]
    own = -skill * np.log(skill) - (1.0 - skill) * np.log(wrong)
    found: FloatArray = entropies(said) - p @ own
    return found
