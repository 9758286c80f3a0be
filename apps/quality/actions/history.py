"""What happened to a task, put together from the tables there are, in the order of time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.annotations.models import Gold, Question
from apps.annotations.views.items import chips_of
from apps.comments.models import Comment, Thread
from apps.comments.permissions import shows_name
from apps.consensus.actions.limits import how_sure
from apps.consensus.actions.recomputing import Again
from apps.consensus.models import Consensus
from apps.core.models import AuditEvent
from apps.projects.http.looks import looked_at
from apps.projects.models import Guideline, Project, Seen
from apps.quality.actions.again import each_again
from apps.quality.models import (
    Adjudication,
    Appeal,
    AppealState,
    Calibration,
    Conflict,
    ConsensusChange,
    PastLease,
    Review,
)
from apps.tasks.models import Apart, Assignment, AssignmentState, CalibrationTask, Task

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.annotations.models import Annotation

MOST_EVENTS = 500
NAMELESS = "An annotator"
DEEDS = {"withdraw": ("withdrawn", "Withdrawn"), "restore": ("restored", "Put back")}
# What became of a lease that led to no answer.
ENDS = {
    AssignmentState.SKIPPED: ("skipped", "Skipped"),
    AssignmentState.RETURNED: ("given_back", "Given back"),
    AssignmentState.EXPIRED: ("expired", "The lease ran out"),
}


@dataclass(frozen=True)
class Event:
    """`kind` is for programs, `words` for people. `who` is empty where nobody is named."""

    at: datetime
    kind: str
    words: str
    who: str = ""
    note: str = ""
    url: str = ""


@dataclass
class TaskHistory:
    """Of one task, for one person. At most sixteen queries, however much happened."""

    task: Task
    project: Project
    viewer: User
    hides_names: bool
    # Whether each consensus is computed once more.
    is_again: bool = False
    questions: list[Question] = field(default_factory=list)

    def events(self) -> list[Event]:
        """The oldest first; the newest so many."""
        looked_at([self.task.pk], Seen.ANSWERS)
        self.questions = list(Question.objects.filter(project=self.project))
        found: list[Event] = [Event(self.task.created_at, "imported", "Imported")]
        for part in (
            self._answers,
            self._reviews,
            self._appeals,
            self._conflict,
            self._decisions,
            self._consensus,
            self._gold,
            self._comments,
            self._sessions,
            self._deeds,
        ):
            found += part()
        found += self._guidelines(max(one.at for one in found))
        return sorted(found, key=lambda one: one.at)[-MOST_EVENTS:]

    @cached_property
    def assignments(self) -> list[Assignment]:
        found = list(
            Assignment.objects.filter(task=self.task)
            .select_related("annotator__user")
            .prefetch_related("annotations")
            .order_by("pk")
        )
        if self.hides_names:
            # In the same order as beside the task: see `answers_of`.
            found.sort(key=lambda a: hashlib.sha256(f"{self.task.pk}:{a.pk}".encode()).digest())
        return found

    @cached_property
    def names(self) -> dict[int, str]:
        """By assignment."""
        return {
            one.pk: f"Annotator {place}" if self.hides_names else one.annotator.display_name
            for place, one in enumerate(self.assignments, 1)
        }

    def _said(self, answers: dict[str, Any]) -> str:
        return ", ".join(chip["text"] for chip in chips_of(answers, self.questions))

    def _answers(self) -> Iterator[Event]:
        # One that expired may be taken up again, and end once more.
        leases: dict[tuple[int, datetime], list[PastLease]] = {}
        for past in PastLease.objects.filter(task=self.task).order_by("pk"):
            leases.setdefault((past.assignment_id, past.leased_at), []).append(past)
        for mine in self.assignments:
            who = self.names[mine.pk]
            yield from _lease(mine, leases.pop((mine.pk, mine.leased_at), []), who)
            for one in sorted(mine.annotations.all(), key=lambda a: a.revision):
                yield self._answer(one, who)
        for (assignment, leased_at), ends in leases.items():
            who = self.names.get(assignment, NAMELESS)
            yield Event(leased_at, "lent", "Lent", who)
            for end in ends:
                yield Event(end.ended_at, *ENDS[AssignmentState(end.how)], who)

    def _answer(self, one: Annotation, who: str) -> Event:
        kind, words = ("revised", "Revised") if one.revision else ("answered", "Answered")
        more = [] if one.is_independent else ["not independent"]
        more += ["came late, is not counted"] if one.is_surplus else []
        said = "erased" if one.erased_at else self._said(one.answers)
        return Event(
            one.submitted_at, kind, _more(f"{words}: {said or 'nothing'}", more), who, one.note
        )

    def _reviews(self) -> Iterator[Event]:
        found = Review.objects.filter(annotation__task=self.task)
        joined = found.select_related("seat__reviewer__user", "seat__stage", "taken_back")
        for one in joined:
            author = self.names.get(one.seat.assignment_id, NAMELESS)
            words = f"{one.get_verdict_display()}: the answer of {author}, at “{one.seat.stage}”"
            who = one.seat.reviewer.display_name
            yield Event(one.decided_at, "reviewed", words, who, one.reason)
            if undone := getattr(one, "taken_back", None):
                yield Event(undone.undone_at, "undone", "Verdict taken back", who)

    def _appeals(self) -> Iterator[Event]:
        found = Appeal.objects.filter(task=self.task)
        for one in found.select_related("author__user", "decided_by__user", "review__seat"):
            given = one.review.seat.assignment_id if one.review else one.scored_id
            by = self.names.get(given, NAMELESS) if given else ""
            words = "Contested" if given else f"An appeal from outside: {one.reference}"
            said = "erased" if one.erased_at else one.text
            yield Event(one.opened_at, "contested", words, by, said)
            if one.decided_at and one.decided_by:
                words = f"Appeal decided: {AppealState(one.state).label.lower()}"
                who = one.decided_by.display_name
                yield Event(one.decided_at, "appeal_decided", words, who, one.explanation)

    def _conflict(self) -> Iterator[Event]:
        for one in Conflict.objects.filter(task=self.task):
            yield Event(one.opened_at, "conflict", "The answers are in conflict")

    def _decisions(self) -> Iterator[Event]:
        for one in Adjudication.objects.filter(task=self.task).select_related("decided_by"):
            said = f": {self._said(one.answers)}" if one.answers else ""
            words = f"{one.get_outcome_display()}{said}"
            more = ["an example in the guideline"] if one.is_example else []
            yield Event(
                one.decided_at, "adjudicated", _more(words, more), str(one.decided_by), one.reason
            )

    def _consensus(self) -> Iterator[Event]:
        """As it stands, at the time it was computed last, and each time that it became another."""
        again = each_again(self.task) if self.is_again else []
        notes = {(one.question.pk, one.change): one.again for one in again}
        for one in Consensus.objects.filter(task=self.task).select_related("question").defer("run"):
            sure = f", {told}" if (told := how_sure(one)) else ""
            said = self._came_to(one.question, one.value)
            words = f"Consensus is {said}{sure} (“{one.question}”, {one.aggregator})"
            note = _again(notes, (one.question_id, None))
            yield Event(one.computed_at, "consensus", words, note=note)
        for change in ConsensusChange.objects.filter(task=self.task).select_related("question"):
            was = self._came_to(change.question, change.was)
            said = self._came_to(change.question, change.became)
            words = (
                f"Consensus changed from {was} to {said} (“{change.question}”, {change.aggregator})"
            )
            note = _again(notes, (change.question_id, change.pk))
            yield Event(
                change.changed_at, "consensus_changed", words, note=note and f"Before: {note}"
            )

    def _came_to(self, question: Question, value: Any) -> str:
        return "a tie" if value is None else self._said({question.name: value})

    def _gold(self) -> Iterator[Event]:
        for one in Gold.objects.filter(task=self.task):
            words = f"Known from then on: {self._said(one.answers)}"
            yield Event(one.created_at, "gold", words, note=f"From: {one.source}")

    def _comments(self) -> Iterator[Event]:
        threads = Thread.objects.visible_to(self.viewer).filter(task=self.task)
        found = Comment.objects.filter(thread__in=threads, deleted_at__isnull=True)
        for one in found.select_related("author"):
            is_named = shows_name(
                author_id=one.author_id,
                author_role=one.role,
                viewer_id=self.viewer.pk,
                is_blind=self.hides_names,
            )
            url = reverse("comments:thread", args=[self.project.pk, one.thread_id])
            who = str(one.author) if is_named else NAMELESS
            yield Event(one.created_at, "commented", "Said", who, one.text, url)

    def _sessions(self) -> Iterator[Event]:
        rounds = list(
            CalibrationTask.objects.filter(task=self.task).values_list("round", flat=True)
        )
        if not rounds:
            return
        for one in Calibration.objects.filter(project=self.project).select_related(
            "begun_by", "opened_by"
        ):
            if one.round not in rounds:
                continue
            url = reverse("quality:calibration", args=[self.project.pk, one.number])
            words = f"In {str(one).lower()}, which everybody answers"
            yield Event(one.begun_at, "calibration", words, str(one.begun_by), url=url)
            if one.opened_at:
                words = f"{one} is open for discussion"
                who = str(one.opened_by)
                yield Event(one.opened_at, "calibration_opened", words, who, url=url)

    def _deeds(self) -> Iterator[Event]:
        found = AuditEvent.objects.filter(
            project_id=self.project.pk,
            action="task.changed",
            detail__tasks__contains=[self.task.pk],
        )
        for one in found:
            if deed := DEEDS.get(one.detail.get("deed", "")):
                yield Event(one.happened_at, *deed, one.actor)

    def _guidelines(self, until: datetime) -> Iterator[Event]:
        """The one in force when the task came, and those that came while something happened."""
        found: Iterable[Guideline] = Guideline.objects.filter(
            project=self.project, created_at__lte=until
        ).order_by("number")
        versions = list(found)
        before = [one for one in versions if one.created_at <= self.task.created_at]
        url = reverse("projects:compare_guideline", args=[self.project.pk])
        for one in before[-1:]:
            words = f"Guideline v{one.number} is in force"
            yield Event(self.task.created_at, "guideline", words, url=f"{url}?new={one.number}")
        for one in versions[len(before) :]:
            words = f"Guideline v{one.number} came into force"
            at, address = one.created_at, f"{url}?new={one.number}"
            yield Event(at, "guideline", words, note=one.summary, url=address)


def _lease(mine: Assignment, ends: Sequence[PastLease], who: str) -> Iterator[Event]:
    """The last that an assignment had. When one ended before that was kept, nobody knows."""
    words = "Lent, in hand now" if mine.state == AssignmentState.LEASED else "Lent"
    if mine.state in ENDS and not ends:
        kind, what = ENDS[AssignmentState(mine.state)]
        told = _more(f"Lent, then: {what.lower()}", _circumstances(mine))
        yield Event(mine.leased_at, kind, told, who, mine.skip_reason)
        return
    yield Event(mine.leased_at, "lent", _more(words, _circumstances(mine)), who)
    for one in ends:
        reason = mine.skip_reason if one is ends[-1] and one.how == mine.state else ""
        yield Event(one.ended_at, *ENDS[AssignmentState(one.how)], who, reason)


def _again(notes: dict[tuple[int, int | None], Again | None], key: tuple[int, int | None]) -> str:
    """Whether it comes to the same when it is computed once more; empty where nobody asked."""
    if key not in notes:
        return ""
    found = notes[key]
    return found.words if found else "Was not kept, so it cannot be computed again."


def _circumstances(mine: Assignment) -> list[str]:
    more = [Apart(mine.apart).label.partition(":")[0].lower()] if mine.apart else []
    return more + (["asked for because of a dispute"] if mine.is_disputed else [])


def _more(words: str, more: list[str]) -> str:
    return f"{words} ({'; '.join(more)})" if more else words
