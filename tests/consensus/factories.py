"""A question that people of different skill have answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.annotations.models import Gold, Question
from apps.projects.models import Membership
from apps.tasks.models import Task
from tests.bulk import Answers, answered_tasks
from tests.factories import MembershipFactory, QuestionFactory

LABELS = ["question", "complaint", "praise"]


def answered_question(
    *,
    tasks: int = 40,
    skills: tuple[float, ...] = (0.95, 0.9, 0.9, 0.4),
    seed: int = 0,
    **more: Any,
) -> tuple[Question, list[Membership], list[Task], list[str]]:
    """Everybody answers every task, and is right as often as their skill says."""
    rng = np.random.default_rng(seed)
    question: Question = QuestionFactory(name="intent", **more)
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in skills]
    truth = [LABELS[i] for i in rng.integers(0, 3, tasks)]
    answers: list[Answers] = []
    for known in truth:
        wrong = [label for label in LABELS if label != known]
        answers.append(
            {
                person: {"intent": known if rng.random() < skill else str(rng.choice(wrong))}
                for person, skill in zip(people, skills, strict=True)
            }
        )
    return question, people, answered_tasks(project=question.project, answers=answers), truth


def make_gold(tasks: list[Task], truth: list[str]) -> None:
    Gold.objects.bulk_create(
        Gold(task=task, answers={"intent": known}, source="test")
        for task, known in zip(tasks, truth, strict=True)
    )
