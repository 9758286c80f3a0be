"""How often what reviewers said was reversed by somebody who looked at it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.annotations.models import Question
from apps.consensus.aggregators.skills import wilson
from apps.core.json import canonical
from apps.projects.models import Membership, Project
from apps.quality.models import Appeal, AppealState, Review, Verdict


@dataclass(frozen=True)
class Reversals:
    """Of one reviewer: verdicts, those that were looked at again, and of these the reversed ones.

    The limits are Wilson's, of 95 % (Wilson 1927). None where nothing was looked at again.

    >>> one = Reversals("Ada", verdicts=40, again=10, reversed=2)
    >>> one.share, round(one.low, 3), round(one.high, 3)
    (0.2, 0.057, 0.51)
    >>> Reversals("Ben", verdicts=3, again=0, reversed=0).share is None
    True
    """

    reviewer: str
    verdicts: int
    again: int
    reversed: int
    member_id: int = 0

    @property
    def share(self) -> float | None:
        return self.reversed / self.again if self.again else None

    @property
    def low(self) -> float | None:
        return self._limits()[0]

    @property
    def high(self) -> float | None:
        return self._limits()[1]

    def _limits(self) -> tuple[float | None, float | None]:
        if self.share is None:
            return None, None
        low, high = wilson(np.array([self.share]), np.array([float(self.again)]))
        return float(low[0]), float(high[0])


def reversals_of(project: Project) -> list[Reversals]:
    """By reviewer. A verdict is looked at again by a stage behind (an audit, an expert), on the
    same revision, by who decides an objection to it, or an appeal from outside against what was
    accepted. To escalate is no verdict on the answer.
    """
    said = [
        (pk, revision, reviewer, _outcome(verdict, answers))
        for pk, revision, reviewer, verdict, answers in Review.objects.standing()
        .filter(project=project)
        .exclude(verdict=Verdict.ESCALATE)
        .order_by("pk")
        .values_list("pk", "annotation_id", "seat__reviewer_id", "verdict", "correction__answers")
    ]
    contests = Appeal.objects.filter(project=project, review__isnull=False).decided()
    appealed = {
        review: state == AppealState.OVERTURNED
        for review, state in contests.values_list("review_id", "state")
    } | _appealed_outside(project)
    words = second_words(said, appealed)
    verdicts: dict[int, int] = defaultdict(int)
    for _, _, reviewer, _ in said:
        verdicts[reviewer] += 1
    people = Membership.objects.filter(pk__in=verdicts).select_related("user")
    return [
        Reversals(
            one.display_name,
            verdicts=verdicts[one.pk],
            again=len(words[one.pk]),
            reversed=sum(words[one.pk]),
            member_id=one.pk,
        )
        for one in sorted(people, key=lambda one: one.display_name)
    ]


def _appealed_outside(project: Project) -> dict[int, bool]:
    """By acceptance that stood when an appeal from outside was decided, the first after it: whether
    that was overturned, and what was decided is not what had been accepted. Three queries."""
    decided = Appeal.objects.from_outside().decided().filter(project=project)
    appeals = list(decided.select_related("decision").order_by("decided_at", "pk"))
    accepted: dict[int, list[Review]] = defaultdict(list)
    verdicts = Review.objects.standing().filter(
        verdict__in=(Verdict.ACCEPT, Verdict.CORRECT),
        annotation__task__in={one.task_id for one in appeals},
    )
    for one in verdicts.select_related("annotation", "correction", "seat").order_by("-pk"):
        accepted[one.annotation.task_id].append(one)
    differ, found = differing(project), dict[int, bool]()
    for appeal in appeals:
        looked_at: set[int] = set()
        for one in accepted[appeal.task_id]:
            # The newest of each answer that was there by then.
            seat = one.seat.assignment_id
            if appeal.decided_at is None or one.decided_at > appeal.decided_at or seat in looked_at:
                continue
            looked_at.add(seat)
            answers = (one.correction or one.annotation).answers
            decision = appeal.decision
            found.setdefault(one.pk, decision is not None and differ(answers, decision.answers))
    return found


def differing(project: Project) -> Callable[[Mapping[str, Any], Mapping[str, Any]], bool]:
    """Whether two say something else in a question that both answer. By the distance of the kinds:
    what was drawn alike is the same, whatever it is called."""
    questions = list(Question.objects.filter(project=project).asked())

    def differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return any(
            question.behaviour.distance(one[name], other[name], question.config) > 0
            for question in questions
            if (name := question.name) in one and name in other
        )

    return differ


def _outcome(verdict: str, answers: Any) -> str:
    """Two corrections to the same answer say the same."""
    return verdict if answers is None else canonical(answers).decode()


def second_words(
    said: Iterable[tuple[int, int, int, str]], appealed: Mapping[int, bool]
) -> dict[int, list[bool]]:
    """By reviewer, for each verdict that was looked at again whether it was reversed.

    Of (review, revision, reviewer, outcome), oldest first; and by review whether an objection to it was followed.

    >>> said = [(1, 7, 10, "accept"), (2, 7, 11, "correct"), (3, 8, 10, "accept"), (4, 8, 11, "accept")]
    >>> dict(second_words(said, {}))
    {10: [True, False]}
    >>> dict(second_words([(5, 9, 10, "return")], {5: True}))
    {10: [True]}
    """
    found: dict[int, list[bool]] = defaultdict(list)
    before: dict[int, tuple[int, str]] = {}
    for review, revision, reviewer, outcome in said:
        if revision in before:
            earlier, was = before[revision]
            found[earlier].append(was != outcome)
        before[revision] = (reviewer, outcome)
        if review in appealed:
            found[reviewer].append(appealed[review])
    return found
