"""A project whose messages tell what they are about, of which some are answered."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.consensus.actions.refresh import refresh_consensus
from apps.consensus.models import Consensus, Method, Run, Skill
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.routing.actions.learning import ask_to_learn
from apps.tasks.models import Task
from tests.bulk import answered_tasks, waiting_tasks
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory

WORDS = {
    "praise": ("lovely", "thanks", "great", "perfect", "kind"),
    "complaint": ("broken", "late", "refund", "angry", "never"),
    "question": ("when", "where", "how", "which", "why"),
}
FILLER = ("the", "parcel", "shop", "order", "today", "my", "red", "shoes", "is", "it")


def message(label: str, rng: np.random.Generator, *, sure: float = 0.9) -> str:
    """Some words that tell the label, among others that tell nothing."""
    telling = WORDS[label] if rng.random() < sure else [w for ws in WORDS.values() for w in ws]
    return " ".join([*rng.choice(FILLER, 4), *rng.choice(list(telling), 2)])


def messages(
    *,
    answered: int = 60,
    waiting: int = 40,
    seed: int = 0,
    telling: float = 0.9,
    wrong: int = 0,
    **more: Any,
) -> tuple[Question, Membership, list[Task]]:
    """The question, its one annotator, and the tasks that wait. Of those answered the first are so
    many wrongly; their `meta` says so."""
    rng = np.random.default_rng(seed)
    project = ProjectFactory(overlap=1, **more)
    question: Question = QuestionFactory(
        project=project, name="intent", config={"labels": [{"value": value} for value in WORDS]}
    )
    person: Membership = MembershipFactory(project=project)
    labels = list(WORDS)
    said = [str(label) for label in rng.choice(labels, answered)]
    made = answered_tasks(
        project=project,
        answers=[
            {person: {"intent": label if at >= wrong else _after(label)}}
            for at, label in enumerate(said)
        ],
        more=[
            {"data": {"text": message(label, rng, sure=telling)}}
            | ({"meta": {"wrong": True}} if at < wrong else {})
            for at, label in enumerate(said)
        ],
    )
    refresh_consensus(project=project, task_ids=[task.pk for task in made])
    texts = [message(str(rng.choice(labels)), rng) for _ in range(waiting)]
    waiters = [{"data": {"text": text}} for text in texts]
    return question, person, waiting_tasks(project=project, more=waiters)


def _after(label: str) -> str:
    labels = list(WORDS)
    return labels[(labels.index(label) + 1) % len(labels)]


def learn(project: Project, **asked: Any) -> dict[str, Any]:
    autodiscover_modules("jobs")
    job = ask_to_learn(project=project, by=None, **asked)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert job.result is not None
    return dict(job.result)


def known(question: Question, rows: list[tuple[dict[str, Any], Any]]) -> list[Task]:
    """Tasks of which an answer is known, each data with its answer: in two statements, for many."""
    tasks = Task.objects.bulk_create(
        Task(
            project=question.project,
            external_id=f"known-{question.pk}-{at}",
            data=data,
            content_hash=hashlib.sha256(repr(data).encode()).digest(),
        )
        for at, (data, _) in enumerate(rows)
    )
    Consensus.objects.bulk_create(
        Consensus(
            project=question.project,
            task=task,
            question=question,
            aggregator="majority_vote",
            value=said,
            winners=[said],
            share=1,
            is_tie=False,
            saw=[],
        )
        for task, (_, said) in zip(tasks, rows, strict=True)
    )
    return list(tasks)


def skilled(
    question: Question,
    right: dict[Membership, dict[str, float]],
    *,
    each: int = 40,
    units: int = 100,
) -> Run:
    """A model of annotators is in effect: how often each is right with each label, of so many met."""
    values = list(WORDS)
    run: Run = Run.objects.create(
        project=question.project,
        question=question,
        aggregator="dawid_skene",
        code="test",
        question_version=1,
        saw=b"",
        answers=300,
        units=units,
        raters=len(right),
        values=values,
        common=[],
        newcomer=[],
        steps=1,
        has_converged=True,
        seconds=0,
    )
    for person, shares in right.items():
        Skill.objects.create(
            run=run,
            annotator=person,
            answers=each * len(values),
            accuracy=sum(shares.values()) / len(values),
            parameters=[],
            met=[each] * len(values),
            right=[each * shares[value] for value in values],
            said=[each] * len(values),
        )
    Method.objects.update_or_create(
        question=question, defaults={"aggregator": "dawid_skene", "run": run}
    )
    return run
