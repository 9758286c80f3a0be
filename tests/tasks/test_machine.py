"""Anything people can do, in any order, with time passing: the promises hold after every step.

The machine keeps its own idea of who answered what. At the end everybody works until there is no
more, and then every task is complete or visibly stuck: nothing starves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from apps.annotations.actions.drafts import save_draft
from apps.annotations.actions.submit import revise_annotation, submit_annotation
from apps.annotations.models import Annotation
from apps.projects.models import Project, SkipPolicy
from apps.tasks.actions import (
    IllegalMove,
    expire_leases,
    hand_out,
    offer,
    release_assignment,
    reopen_for_more,
    restore_tasks,
    set_overlap,
    set_priorities,
    skip_assignment,
    withdraw_tasks,
)
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.factories import MembershipFactory, PoolFactory, ProjectFactory, TaskFactory, user_of

pytestmark = pytest.mark.slow

PEOPLE, TASKS = 4, 5
people = st.integers(0, PEOPLE - 1)
tasks = st.integers(0, TASKS - 1)


class Desk(RuleBasedStateMachine):
    """Each run is one transaction, in which the database's clock stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()

    @initialize(overlap=st.integers(1, 3), policy=st.sampled_from(SkipPolicy), named=st.booleans())
    def set_up(self, overlap: int, policy: SkipPolicy, named: bool) -> None:
        self.project = ProjectFactory(overlap=overlap, skip_policy=policy)
        self.people = MembershipFactory.create_batch(PEOPLE, project=self.project)
        pool = PoolFactory(
            project=self.project, people=[p.pk for p in self.people[:2]] if named else []
        )
        self.tasks = [TaskFactory(project=self.project) for _ in range(TASKS - 1)]
        self.tasks.append(TaskFactory(project=self.project, queue__pool=pool))
        # What was acknowledged: it must never be lost.
        self.answered: set[tuple[int, int]] = set()

    @rule(who=people, ahead=st.booleans())
    def ask(self, who: int, ahead: bool) -> None:
        person = self.people[who]
        held = set(self._held(who).values_list("pk", flat=True))
        in_hand = self._held(who).first() if ahead else None
        given = self._ask(who, in_hand)
        if isinstance(given, Assignment):
            assert given.annotator_id == person.pk
            assert in_hand is None or given.pk != in_hand.pk
            # One's own first; and what was submitted is never given again.
            assert given.pk in held or not held - {in_hand and in_hand.pk}
            assert (given.task_id, person.pk) not in self.answered

    @rule(who=people, pick=st.integers(0, 20))
    def answer(self, who: int, pick: int) -> None:
        """Any assignment of theirs, also one that ran out, was given back or skipped."""
        mine = list(Assignment.objects.filter(annotator=self.people[who]).order_by("pk"))
        if mine:
            self._submit(mine[pick % len(mine)])

    @rule(who=people, pick=st.integers(0, 20))
    def change_ones_mind(self, who: int, pick: int) -> None:
        mine = Assignment.objects.filter(annotator=self.people[who], state="submitted")
        heads: list[Any] = list(mine.order_by("pk").values_list("head_id", flat=True))
        if heads:
            revise_annotation(
                annotation_id=heads[pick % len(heads)],
                by=self.people[who].user,
                key=uuid4(),
                answers={},
                at=timezone.now(),
            )

    @rule(who=people, pick=st.integers(0, 20), act=st.sampled_from(["skip", "release", "draft"]))
    def act(self, who: int, pick: int, act: str) -> None:
        mine = list(Assignment.objects.filter(annotator=self.people[who]).order_by("pk"))
        if not mine:
            return
        lease, user = mine[pick % len(mine)], self.people[who].user
        try:
            if act == "skip":
                skip_assignment(assignment_id=lease.pk, user=user, reason="because")
            elif act == "release":
                release_assignment(assignment_id=lease.pk, user=user)
            else:
                now = timezone.now()
                save_draft(assignment_id=lease.pk, annotator_user=user, answers={}, at=now)
        except IllegalMove:
            assert lease.state in {"submitted", "skipped", "returned"}

    @rule(minutes=st.sampled_from([1, 6, 40]), swept=st.booleans())
    def time_passes(self, minutes: int, swept: bool) -> None:
        leases = Assignment.objects.filter(state="leased")
        leases.update(lease_until=F("lease_until") - timedelta(minutes=minutes))
        if swept:
            expire_leases(project=self.project)
            assert not leases.filter(lease_until__lte=Now()).exists()

    @rule(task=tasks, to=st.floats(-5, 5))
    def re_rank(self, task: int, to: float) -> None:
        set_priorities(project=self.project, priorities={self.tasks[task].pk: to})

    @rule(lists=st.lists(st.lists(tasks, unique=True), max_size=PEOPLE))
    def offer(self, lists: list[list[int]]) -> None:
        named = zip(self.people, lists, strict=False)
        given = {person.pk: [self.tasks[i].pk for i in mine] for person, mine in named}
        offer(project=self.project, lists=given)

    @rule(task=tasks)
    def dispute(self, task: int) -> None:
        reopen_for_more(task=self.tasks[task], extra=1, at=timezone.now())

    @rule(overlap=st.integers(1, 4), share=st.floats(0, 1))
    def change_the_overlap(self, overlap: int, share: float) -> None:
        set_overlap(project=self.project, overlap=overlap, share=share)

    @rule(task=tasks)
    def withdraw(self, task: int) -> None:
        withdraw_tasks(project=self.project, task_ids=[self.tasks[task].pk])

    @rule(task=tasks)
    def restore(self, task: int) -> None:
        restore_tasks(project=self.project, task_ids=[self.tasks[task].pk])

    @invariant()
    def the_counters_are_what_they_count(self) -> None:
        held = Count("task__assignments", filter=Q(task__assignments__holds_slot=True))
        filled = Count(
            "task__assignments",
            filter=Q(task__assignments__holds_slot=True, task__assignments__state="submitted"),
        )
        for entry in QueueEntry.objects.annotate(held=held, filled=filled):
            assert (entry.handed, entry.submitted) == (entry.held, entry.filled), entry
            assert entry.handed <= entry.overlap or entry.state == "withdrawn"
            assert (entry.state == "complete") <= (entry.submitted == entry.overlap), entry

    @invariant()
    def what_was_acknowledged_is_there_once(self) -> None:
        heads = Annotation.objects.heads().values_list("task_id", "annotator_id")
        assert sorted(heads) == sorted(getattr(self, "answered", set()))

    @invariant()
    def nobody_holds_more_than_two(self) -> None:
        live = Assignment.objects.filter(state="leased").values("annotator")
        assert not live.annotate(n=Count("pk")).filter(n__gt=2)

    def teardown(self) -> None:
        try:
            if hasattr(self, "project"):
                self._nothing_starves()
        finally:
            transaction.set_rollback(True)
            self.all_of_it.__exit__(None, None, None)

    def _nothing_starves(self) -> None:
        """Time passes, everybody works on: each task ends complete, stuck or withdrawn."""
        Assignment.objects.filter(state="leased").update(lease_until=Now())
        expire_leases()
        Project.objects.update(skip_policy="others")
        while sum(self._work(who) for who in range(PEOPLE)):
            pass
        for task in Task.objects.select_related("queue"):
            assert task.queue.state in {"complete", "stuck", "withdrawn"}, task.queue
            if task.queue.state == "complete":
                assert task.annotations.heads().filter(is_surplus=False).exists()

    def _work(self, who: int) -> int:
        done = 0
        while isinstance(given := self._ask(who), Assignment):
            self._submit(given)
            done += 1
        return done

    def _held(self, who: int) -> Any:
        mine = Assignment.objects.filter(annotator=self.people[who], state="leased")
        return mine.order_by("is_ahead", "pk")

    def _ask(self, who: int, in_hand: Assignment | None = None) -> Any:
        return hand_out(
            annotator=self.people[who],
            project=self.project,
            at=timezone.now(),
            after=in_hand.pk if in_hand else None,
        )

    def _submit(self, lease: Assignment) -> None:
        try:
            submit_annotation(
                assignment_id=lease.pk,
                annotator_user=user_of(lease.annotator),
                key=uuid4(),
                answers={},
                at=timezone.now(),
            )
        except IllegalMove:
            assert lease.state == "submitted"
        self.answered.add((lease.task_id, lease.annotator_id))


@pytest.mark.django_db
def test_no_order_of_events_breaks_a_promise_or_leaves_a_task_waiting():
    run_state_machine_as_test(
        Desk, settings=settings(max_examples=12, stateful_step_count=25, deadline=None)
    )
