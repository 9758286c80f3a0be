"""Replays a labelled data set through the real hand-out, submit and jobs: what a strategy saves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils import timezone

from apps.annotations.actions import submit_annotation
from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.models import Membership
from apps.quality.actions import drain
from apps.routing.actions.features import keep_features
from apps.routing.actions.labels import known_labels
from apps.routing.actions.ranking import MOST_RANKED
from apps.routing.actions.training import train_model
from apps.routing.models import Plan
from apps.routing.strategies import strategies
from apps.tasks.actions import hand_out, queue_tasks
from apps.tasks.models import Assignment, Task
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.routing.factories import learn

Items = Sequence[tuple[Mapping[str, Any], str]]
"""What each task shows, and its label."""


@dataclass
class Replay:
    """A project whose tasks are `pool`, of which one annotator knows all the answers; `test` is in no
    queue. `first` are handed out before all others."""

    pool: Items
    test: Items
    strategy: str
    seed: int
    first: Sequence[int] = ()
    exploration: float = 0.1
    labelled: int = 0
    # The labels in the order in which they were asked for.
    asked: list[str] = field(default_factory=list)
    ranked_at: int | None = None

    def __post_init__(self) -> None:
        values = sorted({label for _, label in [*self.pool, *self.test]})
        fields = [{"name": name, "display": "json"} for name in self.pool[0][0]]
        project = ProjectFactory(overlap=1, fields=fields)
        self.question: Question = QuestionFactory(
            project=project, name="label", config={"labels": [{"value": one} for one in values]}
        )
        self.person: Membership = MembershipFactory(project=project)
        self.project = project
        Plan.objects.create(
            project=project,
            when="always",
            strategy=self.strategy,
            seed=self.seed,
            exploration=self.exploration,
            is_suggesting=False,
        )
        order = np.random.default_rng(self.seed).permutation(len(self.pool))
        made = self._tasks([self.pool[at] for at in order])
        self.truth = {pk: self.pool[at][1] for pk, at in zip(made, order, strict=True)}
        place = {at: pk for pk, at in zip(made, order.tolist(), strict=True)}
        early = {place[at] for at in self.first}
        priorities = [1.0 if pk in early else 0.0 for pk in made]
        queue_tasks(project=project, task_ids=made, priorities=priorities)
        self.test_tasks = np.array(self._tasks(self.test), np.int64)

    def _tasks(self, items: Items) -> list[int]:
        made = Task.objects.bulk_create(
            Task(project=self.project, data=dict(data), content_hash=uuid.uuid4().bytes)
            for data, _ in items
        )
        return [task.pk for task in made]

    def answer(self, number: int) -> None:
        """So many answers, each by the hand-out and the submit that people's own go through."""
        for _ in range(number):
            lent = hand_out(annotator=self.person, project=self.project, at=timezone.now())
            assert isinstance(lent, Assignment), lent
            label = self.truth[lent.task_id]
            submit_annotation(
                assignment_id=lent.pk,
                annotator_user=user_of(self.person),
                key=uuid.uuid4(),
                answers={"label": label},
                at=timezone.now(),
            )
            self.asked.append(label)
        self.labelled += number
        drain(self.project.pk)

    def rank(self) -> None:
        learn(self.project)
        self.project.refresh_from_db()
        self.ranked_at = self.labelled

    def rank_where_it_matters(self, step: int) -> None:
        """Before the next `step` answers. What learns from answers ranks after each; an order that owes
        them nothing would be the same again, so it is used up before another is made: half of the
        time went into models that nobody asked."""
        is_used_up = self.ranked_at is None or (self.labelled + step - self.ranked_at > MOST_RANKED)
        if strategies[self.strategy].needs or is_used_up:
            self.rank()

    def accuracy(self) -> float:
        """Of a model of all answers so far, on the test part, that nobody is asked about."""
        trained = train_model(
            question=self.question,
            features=keep_features(self.project, Progress(JobRun())),
            known=known_labels(self.question),
            held=self.exploration,
            seed=self.seed,
        )
        assert trained is not None
        said = trained.chances_of(self.test_tasks).argmax(axis=1)
        truth = [trained.known.values.index(label) for _, label in self.test]
        return float((said == np.array(truth)).mean())
