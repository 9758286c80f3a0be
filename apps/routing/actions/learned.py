"""The models of all questions of a project, and which of them puts the queue in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.features import keep_features
from apps.routing.actions.labels import known_labels, questions_to_learn
from apps.routing.actions.sets import LearnedSets, questions_of_sets, train_on_sets
from apps.routing.actions.training import Trained, train_model
from apps.routing.models import Plan
from apps.routing.strategies import Mixture


@dataclass(frozen=True, eq=False)
class Learned:
    """In the order of their questions."""

    of_labels: list[Trained]
    of_sets: list[LearnedSets]
    has_question: bool

    def __iter__(self) -> Iterator[Trained | LearnedSets]:
        yield from self.of_labels
        yield from self.of_sets

    @property
    def number(self) -> int:
        return len(self.of_labels) + len(self.of_sets)

    def leading(self, plan: Plan, mixture: Mixture) -> Trained | LearnedSets | None:
        """Whose model orders the queue: that of the plan's question, else of the first that has one.

        A model of sets leads where no other does, and only a strategy that lives on probabilities:
        it says how sure it is, and of which labels it is sure no strategy knows.
        """
        models: list[Trained | LearnedSets] = list(self.of_labels)
        if mixture.parts[0].strategy.needs == {"probabilities"}:
            models += self.of_sets
        asked = plan.question_id
        return next((one for one in models if asked in (None, one.run.question_id)), None)

    @property
    def why_nothing(self) -> str:
        if not self.has_question:
            return "No question asks for labels, or for a point of a scale, so there is nothing to learn."
        return "There are too few answers to learn from. Choose a strategy that asks no model."


def learn_all(project: Project, plan: Plan, progress: Progress) -> Learned:
    questions, of_sets = questions_to_learn(project.pk), questions_of_sets(project.pk)
    found = Learned([], [], has_question=bool(questions or of_sets))
    if not found.has_question:
        # No task is read.
        return found
    features = keep_features(project, progress)
    common: dict[str, Any] = {"features": features, "held": plan.exploration, "seed": plan.seed}
    for question in questions:
        _tell(progress, question)
        one = train_model(
            question=question,
            known=known_labels(question),
            is_self_training=plan.is_self_training,
            **common,
        )
        found.of_labels.extend([one] if one else [])
    for question in of_sets:
        _tell(progress, question)
        many = train_on_sets(question=question, **common)
        found.of_sets.extend([many] if many else [])
    return found


def _tell(progress: Progress, question: Question) -> None:
    progress.report(0, 1, f"Learning {question.name}.")
