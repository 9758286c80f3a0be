"""Test data, in one line each and consistent: counts, heads and question versions are right.

A task comes with its queue entry, an annotation with a submitted assignment whose slot is counted,
a question with the question set of its project. `answered_task` says the usual in one call.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.annotations.kinds import kinds
from apps.annotations.models import Annotation, Question, QuestionSet
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, Pool, QueueEntry, QueueState, Task

if TYPE_CHECKING:
    # To factory_boy's own types the call of a factory gives a factory, not what it makes.
    factory: Any
    DjangoModelFactory: Any
else:
    import factory
    from factory.django import DjangoModelFactory

LABELS = ["question", "complaint", "praise"]


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = "!"  # Unusable: tests sign in by `client.force_login`.


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Project {n}")
    fields = factory.LazyFunction(lambda: [{"name": "text", "display": "text"}])
    overlap = 2
    # Else a lot decides whether a test's task shows its suggestions.
    suggestion_hidden_share = 0.0


class MembershipFactory(DjangoModelFactory):
    """An annotator with an account; `role=` for the others, `is_external=True` for a name only."""

    class Meta:
        model = Membership

    class Params:
        is_external = factory.Trait(
            user=None, external_name=factory.Sequence(lambda n: f"external {n}")
        )

    project = factory.SubFactory(ProjectFactory)
    user = factory.SubFactory(UserFactory)
    role = "annotator"


class QuestionFactory(DjangoModelFactory):
    """A choice of three labels. The project's question version counts up with each question."""

    class Meta:
        model = Question
        exclude = ("labels",)

    labels = LABELS
    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"question{n}")
    kind = "choice"
    title = "What does the writer want?"
    config = factory.LazyAttribute(lambda o: {"labels": o.labels})
    position = factory.Sequence(int)

    @classmethod
    def _create(cls, model_class: type[Question], *args: Any, **kwargs: Any) -> Question:
        kwargs["config"] = kinds[kwargs["kind"]].clean_config(kwargs["config"])
        question: Question = super()._create(model_class, *args, **kwargs)
        snapshot_questions(question.project)
        return question


def snapshot_questions(project: Project) -> QuestionSet:
    """Give the project's questions, as they are now, the next version number."""
    project.question_version += 1
    project.save(update_fields=["question_version"])
    names = ("name", "kind", "title", "help", "config", "is_required", "goal", "conflict_over")
    return QuestionSet.objects.create(
        project=project,
        number=project.question_version,
        questions=list(Question.objects.filter(project=project).asked().values(*names)),
    )


class PoolFactory(DjangoModelFactory):
    class Meta:
        model = Pool
        django_get_or_create = ("project", "requires", "people")

    project = factory.SubFactory(ProjectFactory)
    requires = factory.LazyFunction(list)
    people = factory.LazyFunction(list)


class TaskFactory(DjangoModelFactory):
    """A task that waits in the queue; `queue__overlap=3` and so on, or `queue=None` for none."""

    class Meta:
        model = Task
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    external_id = factory.Sequence(lambda n: f"task-{n}")
    data = factory.Sequence(lambda n: {"text": f"Message {n}"})
    content_hash = factory.LazyAttribute(lambda o: hashlib.sha256(repr(o.data).encode()).digest())
    queue = factory.RelatedFactory(
        "tests.factories.QueueEntryFactory",
        factory_related_name="task",
        project=factory.SelfAttribute("task.project"),
    )


class QueueEntryFactory(DjangoModelFactory):
    class Meta:
        model = QueueEntry

    task = factory.SubFactory(TaskFactory, queue=None)
    project = factory.SelfAttribute("task.project")
    pool = factory.SubFactory(PoolFactory, project=factory.SelfAttribute("..project"))
    level = factory.LazyAttribute(lambda o: o.priority)
    priority = 0.0
    overlap = factory.LazyAttribute(lambda o: o.project.overlap)


class AssignmentFactory(DjangoModelFactory):
    """A live lease. It takes its slot in the queue, which must have room."""

    class Meta:
        model = Assignment

    task = factory.SubFactory(TaskFactory)
    annotator = factory.SubFactory(
        MembershipFactory, project=factory.SelfAttribute("..task.project")
    )
    holds_slot = factory.LazyAttribute(lambda o: o.state in {"leased", "submitted"})
    state = "leased"
    lease_until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))

    @classmethod
    def _create(cls, model_class: type[Assignment], *args: Any, **kwargs: Any) -> Assignment:
        assignment: Assignment = super()._create(model_class, *args, **kwargs)
        if assignment.holds_slot:
            QueueEntry.objects.filter(task=assignment.task).update(handed=F("handed") + 1)
        return assignment


class AnnotationFactory(DjangoModelFactory):
    """A first answer: its assignment is submitted, points to it, and its slot is filled."""

    class Meta:
        model = Annotation

    assignment = factory.SubFactory(AssignmentFactory)
    task = factory.SelfAttribute("assignment.task")
    project = factory.SelfAttribute("task.project")
    annotator = factory.SelfAttribute("assignment.annotator")
    key = factory.LazyFunction(uuid.uuid4)
    answers = factory.LazyFunction(dict)
    question_version = factory.LazyAttribute(lambda o: o.project.question_version)
    body_hash = factory.LazyAttribute(lambda o: hashlib.sha256(repr(o.answers).encode()).digest())

    @classmethod
    def _create(cls, model_class: type[Annotation], *args: Any, **kwargs: Any) -> Annotation:
        annotation: Annotation = super()._create(model_class, *args, **kwargs)
        mine = annotation.assignment
        mine.head_id, mine.state, mine.lease_until = annotation.pk, "submitted", None
        mine.submitted_at = annotation.submitted_at
        mine.save()
        if mine.holds_slot:
            entry = QueueEntry.objects.get(task=annotation.task)
            entry.submitted += 1
            if entry.submitted == entry.overlap:
                entry.state = QueueState.COMPLETE
            entry.save()
        return annotation


def user_of(annotator: Membership) -> User:
    """The account of an annotator who has one."""
    assert annotator.user is not None
    return annotator.user


def lease_end(assignment: Assignment) -> datetime:
    assert assignment.lease_until is not None
    return assignment.lease_until


def answered_task(
    *, project: Project, answers: dict[Membership, dict[str, Any]], **more: Any
) -> Task:
    """A task with one answer per annotator; its overlap is their number, so it is complete."""
    task = TaskFactory(project=project, queue__overlap=max(1, len(answers)), **more)
    for annotator, answer in answers.items():
        AnnotationFactory(
            assignment=AssignmentFactory(task=task, annotator=annotator), answers=answer
        )
    return Task.objects.get(pk=task.pk)
