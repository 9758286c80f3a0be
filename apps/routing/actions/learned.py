"""The models of all questions of a project, and which of them puts the queue in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.embedding import with_embeddings
from apps.routing.actions.features import keep_features
from apps.routing.actions.labels import known_labels
from apps.routing.actions.learnable import Way, ways_to_learn
from apps.routing.actions.numbers import train_on_numbers
from apps.routing.actions.sets import train_on_sets
from apps.routing.actions.spans import train_on_spans
from apps.routing.actions.sureness import BySureness
from apps.routing.actions.training import Trained, train_model
from apps.routing.models import Plan
from apps.routing.strategies import Mixture

Model = Trained | BySureness


@dataclass(frozen=True, eq=False)
class Learned:
    """In the order in which they lead."""

    models: list[Model]
    has_question: bool
    # What kept models from folders from being heard.
    told: str = ""

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models)

    @property
    def number(self) -> int:
        return len(self.models)

    @property
    def of_labels(self) -> list[Trained]:
        return [one for one in self.models if isinstance(one, Trained)]

    def leading(self, plan: Plan, mixture: Mixture) -> Model | None:
        """Whose model orders the queue: that of the plan's question, else of the first that has one.

        A model of other answers than one label leads where none of labels does, and only a strategy
        that lives on probabilities: it says how sure it is, and of what it is sure no strategy knows.
        """
        models: list[Model] = list(self.of_labels)
        if mixture.needs == {"probabilities"}:
            models = self.models
        asked = plan.question_id
        return next((one for one in models if asked in (None, one.run.question_id)), None)

    @property
    def why_nothing(self) -> str:
        if not self.has_question:
            return "No question asks for what a model learns here."
        return "There are too few answers to learn from. Choose a strategy that asks no model."


def learn_all(project: Project, plan: Plan, progress: Progress) -> Learned:
    found = ways_to_learn(project.pk)
    if not found:
        # No task is read.
        return Learned([], has_question=False)
    kept = keep_features(project, progress)
    features, told = with_embeddings(project, kept, seed=plan.seed, progress=progress)
    common: dict[str, Any] = {
        "features": features,
        "held": plan.exploration,
        "seed": plan.seed,
    }
    models: list[Model] = []
    for way, question in found:
        progress.report(0, 1, f"Learning {question.name}.")
        one = _learned(way, question, plan, common)
        models.extend([one] if one is not None else [])
    return Learned(models, has_question=True, told=" ".join(told))


def _learned(way: Way, question: Question, plan: Plan, common: dict[str, Any]) -> Model | None:
    match way:
        case Way.LABEL:
            return train_model(
                question=question,
                known=known_labels(question),
                is_self_training=plan.is_self_training,
                weighing=plan.weighing,
                **common,
            )
        case Way.SET:
            return train_on_sets(question=question, **common)
        case Way.NUMBER:
            return train_on_numbers(question=question, **common)
        case Way.SPAN:
            return train_on_spans(question=question, bar=plan.bar, **common)
