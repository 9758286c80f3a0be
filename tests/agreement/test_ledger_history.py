"""Whatever happens, in whatever order and portions: the folded ledger is the rebuilt one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.agreement.actions.books import COLUMNS, differences, rebuild
from apps.agreement.actions.drain import drain
from apps.agreement.actions.fold import fold_waiting
from apps.agreement.models import StoredTask
from apps.annotations.models import Annotation
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.projects.models import Project
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.agreement.factories import revise
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
TASKS, PEOPLE = 3, 3


class World:
    """A small project and what can be done to it; each deed tells of its task, as actions do."""

    def __init__(self) -> None:
        self.project: Project = ProjectFactory(
            overlap=5,
            slices=[
                {"name": "language", "path": "meta.language"},
                {"name": "version", "path": "answer.question_version"},
            ],
        )
        QuestionFactory(project=self.project, name="label", labels=["a", "b", "c"])
        QuestionFactory(
            project=self.project, name="number", kind="rating", config={"min": 1, "max": 5}
        )
        self.tasks = [TaskFactory(project=self.project) for _ in range(TASKS)]
        self.people = [MembershipFactory(project=self.project) for _ in range(PEOPLE)]
        self.names = ["a", "b", "c"]

    def tell(self, task: int) -> None:
        outbox.publish(event=TASK_CHANGED, scope_id=self.project.pk, subject_ids=[task])

    def answer(self, task: int, person: int, value: int) -> None:
        """Submit, or revise what this person said of this task."""
        one = Task.objects.filter(pk=self.tasks[task].pk).first()
        if one is None:
            return
        answers: dict[str, Any] = {"label": self.names[value % 3], "number": 1 + value % 5}
        if value % 4 == 0:
            del answers["number"]
        mine = Assignment.objects.filter(task=one, annotator=self.people[person]).first()
        if mine is None:
            AnnotationFactory(
                assignment=AssignmentFactory(task=one, annotator=self.people[person]),
                answers=answers,
                seconds=float(value),
                is_surplus=value == 19,
            )
        else:
            head = Annotation.objects.filter(assignment=mine).latest("revision")
            revise(head, answers, independent=value % 7 != 0)
        self.tell(one.pk)

    def withdraw(self, task: int, person: int, value: int) -> None:
        state = "withdrawn" if value % 2 else "open"
        QueueEntry.objects.filter(task_id=self.tasks[task].pk).update(state=state)
        self.tell(self.tasks[task].pk)

    def describe(self, task: int, person: int, value: int) -> None:
        Task.objects.filter(pk=self.tasks[task].pk).update(
            meta={"language": self.names[value % 3]},
            group=f"chat {value % 2}" if value % 5 else None,
        )
        self.tell(self.tasks[task].pk)

    def delete(self, task: int, person: int, value: int) -> None:
        if value % 3:
            return
        gone = self.tasks[task].pk
        Assignment.objects.filter(task=gone).update(
            head_id=None, state="returned", submitted_at=None, holds_slot=False
        )
        for annotation in Annotation.objects.filter(task=gone).order_by("-revision"):
            annotation.delete()
        Task.objects.filter(pk=gone).delete()
        self.tell(gone)

    def crash(self, task: int, person: int, value: int) -> None:
        """A fold that does not come to its end."""
        with transaction.atomic():
            fold_waiting(project_id=self.project.pk, limit=1 + value % 2)
            transaction.set_rollback(True)

    def fold(self, task: int, person: int, value: int) -> None:
        fold_waiting(project_id=self.project.pk, limit=1 + value % 3)


def books(project: Project) -> dict[str, Any]:
    """All sums and stored tasks, without row numbers."""
    rows: dict[str, Any] = {
        model.__name__: sorted(model.objects.values_list(*keys, *counts))
        for model, (keys, counts) in COLUMNS.items()
    }
    stored = StoredTask.objects.filter(project=project).order_by("pk")
    return rows | {"stored": list(stored.values_list("pk", "body", "cost"))}


deeds = st.tuples(
    st.sampled_from(["answer"] * 5 + ["withdraw", "describe", "delete", "crash", "fold", "fold"]),
    st.integers(0, TASKS - 1),
    st.integers(0, PEOPLE - 1),
    st.integers(0, 19),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(deeds, min_size=4, max_size=24))
def test_the_folded_ledger_is_the_rebuilt_one(history: list[tuple[str, int, int, int]]) -> None:
    with transaction.atomic():
        world = World()
        for deed, *how in history:
            getattr(world, deed)(*how)
        drain(world.project.pk)

        assert differences(project=world.project) == []
        folded = books(world.project)
        rebuild(project=world.project)
        assert books(world.project) == folded
        transaction.set_rollback(True)
