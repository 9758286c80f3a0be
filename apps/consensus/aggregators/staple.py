"""Place by place, by how often each rater marks what is there and leaves out what is not."""

from __future__ import annotations

from apps.consensus.aggregators.finding import FindingModel


class Staple(FindingModel):
    """Simultaneous truth and performance level estimation: of each rater the sensitivity and the
    specificity over all places, and what is there, by expectation and maximisation.

    The paper does it for each image by itself; here a rater's two numbers hold for the project, so
    that also images with few raters have them. What is there is as likely anywhere, as in the paper
    without its random field. Large things count more than small ones, place by place.

    >>> from apps.consensus.aggregators.base import Answers
    >>> from apps.consensus.aggregators.letters import Letters
    >>> words = ["ab", "ab", "z", "cd", "cd", "yc", "ef", "ef", "x"]
    >>> answers = Answers.of(list("111222333"), "pqr" * 3, words, fuser=Letters())
    >>> verdicts = Staple()(answers, form="pieces")
    >>> [verdicts.winners_of(unit) for unit in range(3)]
    [('ab',), ('cd',), ('ef',)]
    """

    name = "staple"
    label = "STAPLE"
    summary = (
        "Place by place; learns how much each annotator marks of what is there, and of what is not."
    )
    needs = "Two people or more per task. Things of one label that touch become one."
    forms = frozenset({"pieces"})
    reference = (
        "Warfield, S. K., Zou, K. H., Wells, W. M. (2004). Simultaneous truth and performance level"
        " estimation (STAPLE). IEEE Transactions on Medical Imaging 23(7), 903-921."
    )
