"""How often what was decided at the bench was decided otherwise by who looked at it again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from apps.projects.models import Membership, Project
from apps.quality.actions.reversals import Reversals, differing
from apps.quality.models import Adjudication, Appeal, AppealState, Outcome


@dataclass(frozen=True)
class Word:
    """Somebody's word about a task. Without `outcome`: that what holds stays as it is."""

    task: int
    by: int
    at: datetime
    outcome: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    # A reviewer's correction: it can reverse a decision, and is itself held with the verdicts.
    is_verdict: bool = False


def decisions_of(project: Project) -> list[Reversals]:
    """By who decided. A decision is looked at again by who decides the task anew, or an appeal from
    outside against it. Who decides otherwise than they did before reverses nobody.
    """
    words, answers_differ = _words(project), differing(project)
    again = second_decisions(
        words,
        lambda one, other: (
            one.outcome != other.outcome or answers_differ(one.answers, other.answers)
        ),
    )
    counted = Counter(word.by for word in words if word.outcome and not word.is_verdict)
    people = Membership.objects.filter(project=project, user__in=counted).select_related("user")
    return [
        Reversals(
            one.display_name,
            verdicts=counted[one.user_id or 0],
            again=len(again[one.user_id or 0]),
            reversed=sum(again[one.user_id or 0]),
            member_id=one.pk,
        )
        for one in sorted(people, key=attrgetter("display_name"))
    ]


def _words(project: Project) -> list[Word]:
    """Oldest first; two queries."""
    rows = Adjudication.objects.filter(project=project).values_list(
        "task", "decided_by", "decided_at", "outcome", "answers", "review"
    )
    said = [
        Word(task, by, at, outcome, answers, is_verdict=review is not None)
        for task, by, at, outcome, answers, review in rows
        if outcome in {Outcome.DECIDED, Outcome.NONE_RIGHT}
    ]
    upheld = Appeal.objects.from_outside().filter(project=project, state=AppealState.UPHELD)
    kept = upheld.values_list("task", "decided_by__user", "decided_at")
    said += [Word(task, by or 0, at) for task, by, at in kept if at is not None]
    return sorted(said, key=attrgetter("at"))


def second_decisions(
    words: Iterable[Word], differ: Callable[[Word, Word], bool]
) -> dict[int, list[bool]]:
    """By person, for each of their decisions that somebody else looked at again whether it was
    reversed. `words` are oldest first.

    >>> at = datetime(2026, 1, 1)
    >>> said = [Word(1, 7, at, "decided", {"x": "a"}), Word(1, 8, at), Word(1, 9, at, "none_right")]
    >>> dict(second_decisions(said, lambda one, other: one.outcome != other.outcome))
    {7: [False, True]}
    """
    found: dict[int, list[bool]] = defaultdict(list)
    held: dict[int, Word] = {}
    for word in words:
        before = held.get(word.task)
        if before is not None and not before.is_verdict and before.by != word.by:
            found[before.by].append(bool(word.outcome) and differ(before, word))
        if word.outcome:
            held[word.task] = word
    return found
