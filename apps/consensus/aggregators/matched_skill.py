"""Things that several people marked, matched; who is kept, by how well each of them finds."""

from __future__ import annotations

from apps.consensus.aggregators.finding import FindingModel


class MatchedSkill(FindingModel):
    """As the matched vote, but one who finds what others find counts more, for what is in and for
    where it lies.

    What nobody marked is no candidate, so "how often they mark what is not there" is meant of what
    somebody marked.

    >>> from apps.consensus.aggregators.base import Answers
    >>> from apps.consensus.aggregators.letters import Letters
    >>> words = ["ab", "ab", "z", "cd", "cd", "yc", "ef", "ef", "x"]
    >>> answers = Answers.of(list("111222333"), "pqr" * 3, words, fuser=Letters())
    >>> verdicts = MatchedSkill()(answers, form="things")
    >>> [verdicts.winners_of(unit) for unit in range(3)]
    [('ab',), ('cd',), ('ef',)]
    """

    name = "matched_skill"
    label = "Matched, by skill"
    summary = "Learns how often each annotator finds what is there, and marks what is not."
    needs = "Some thirty things per annotator, two people or more per task."
    forms = frozenset({"things"})
    reference = (
        "Dawid, A. P., Skene, A. M. (1979), with two outcomes, over things that are matched as by"
        " Kuhn, H. W. (1955)."
    )
