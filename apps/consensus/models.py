"""The answer computed from several, with where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class OpinionRunQuerySet(models.QuerySet["OpinionRun"]):
    def newest_of(self, question: Question) -> OpinionRun | None:
        return self.filter(question=question).order_by("-pk").first()

    def newest_in(self, project: Project) -> list[OpinionRun]:
        """One for each question that is asked, in their order."""
        asked = self.filter(question__project=project, question__retired_at__isnull=True)
        newest = asked.order_by("question_id", "-pk").distinct("question_id")
        found = newest.select_related("question")
        return sorted(found, key=lambda run: (run.question.position, run.question_id))


class OpinionRun(models.Model):
    """A time that a model was asked about a question's labels, each of them by a model that had not
    learned from it. Whoever trains models is above; what they think lies here, for a consensus may
    hear it beside the votes.

    The newest is read; an older one stays as long as a fit of a consensus was made with it.
    """

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="opinion_runs", db_index=False
    )
    # The training beside it, as a number.
    model_run = models.BigIntegerField()
    # Values of labels, in the order of the probabilities.
    values = models.JSONField()
    # The model was taught so many times, each time without one part of the tasks.
    folds = models.PositiveSmallIntegerField()
    # Tasks that had a label, and of these those about which it was asked.
    labelled = models.PositiveIntegerField()
    tasks = models.PositiveIntegerField()
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    objects = OpinionRunQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="opinions_are_of_what_was_not_learned", condition=models.Q(folds__gte=2)
            ),
        )
        indexes = (models.Index(name="opinions_of_question", fields=("question", "-id")),)

    def __str__(self) -> str:
        return f"{self.question_id}: {self.tasks}"


class Opinion(models.Model):
    run = models.ForeignKey(
        OpinionRun, on_delete=models.CASCADE, related_name="opinions", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    # The label that it had, by its place among the run's values; None where its votes tied, or were none.
    label = models.PositiveSmallIntegerField(null=True)
    # The probability of each label, 4 bytes each, the least significant byte first.
    said = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_opinion_per_run_and_task", fields=("run", "task")),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.label}"


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User) -> RunQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def for_list(self) -> RunQuerySet:
        """Newest first, without what only a computation reads."""
        heavy = ("saw", "common", "newcomer", "values")
        return self.select_related("question").defer(*heavy).order_by("-pk")


class Run(models.Model):
    """A model of annotators as it was fitted once: to what, by what, and what it learned.

    Never changed. With the annotations it saw, which are never changed either, it can be computed
    again to the last digit; with what it learned, the consensus of any task by it can.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="runs")
    aggregator = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0, db_default=0)
    # What it was computed by: a digest of the methods' sources, and the versions of NumPy and SciPy.
    code = models.CharField(max_length=120)
    question_version = models.PositiveIntegerField()
    # The annotations that it was fitted to, packed: `apps.consensus.actions.packing`.
    saw = models.BinaryField()
    # What a model thought of the tasks, where the method hears that beside the votes.
    opinions = models.ForeignKey(OpinionRun, null=True, on_delete=models.RESTRICT, related_name="+")
    answers = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    raters = models.PositiveIntegerField()
    # What it learned: the values in their order; of all units; of somebody who was not there.
    values = models.JSONField()
    common = ArrayField(models.FloatField())
    newcomer = ArrayField(models.FloatField())
    steps = models.PositiveIntegerField()
    has_converged = models.BooleanField()
    # How it does on gold beside the plain method: `apps.consensus.actions.checking`.
    checks = models.JSONField(default=dict)
    # Worse on gold than the plain method, beyond doubt: the plain one stands.
    is_worse = models.BooleanField(default=False, db_default=False)
    seconds = models.FloatField()
    created_at = models.DateTimeField(db_default=Now())

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(name="run_of_project", fields=("project", "-id")),)

    def __str__(self) -> str:
        return f"{self.question_id} by {self.aggregator}, {self.answers} answers"


class Skill(models.Model):
    """What a run believes of one annotator."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="skills", db_index=False)
    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    answers = models.PositiveIntegerField()
    # How often they are right, with limits of 95 %.
    accuracy = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    # The model's row for them.
    parameters = ArrayField(models.FloatField())
    # In the order of the run's values: how often they met a label, then said it, said it at all.
    met = ArrayField(models.FloatField(), default=list)
    right = ArrayField(models.FloatField(), default=list)
    said = ArrayField(models.FloatField(), default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_skill_per_run_and_annotator", fields=("run", "annotator")
            ),
        )

    def __str__(self) -> str:
        return f"{self.annotator_id}: {self.accuracy:.2f}"


class MethodQuerySet(models.QuerySet["Method"]):
    def visible_to(self, user: User) -> MethodQuerySet:
        return self.filter(question__project__in=Project.objects.visible_to(user))


class Method(models.Model):
    """How the consensus of a question is computed: as a lead chose, else as the kind says (then nobody
    chose it, and the row comes with the first answers)."""

    question = models.OneToOneField(
        Question, primary_key=True, on_delete=models.CASCADE, related_name="method"
    )
    aggregator = models.CharField(max_length=40)
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # A task whose answer is less probable than the bar gets one more answer, up to so many.
    bar = models.FloatField(null=True)
    most = models.PositiveSmallIntegerField(null=True)
    # The fit that tasks are judged by; None until the first one, or for a method that needs none.
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    # That of the plain method, by which it says how probable its answers are; None until there is one.
    plain_run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    # Answers to tasks that came in or changed since that fit.
    fresh = models.PositiveIntegerField(default=0, db_default=0)
    # Why the last fit came to nothing, in a sentence.
    problem = models.CharField(max_length=500, blank=True, default="", db_default="")
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    chosen_at = models.DateTimeField(db_default=Now())

    objects = MethodQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_bar_lies_between_a_half_and_1",
                condition=models.Q(bar__isnull=True) | models.Q(bar__gte=0.5, bar__lt=1),
            ),
            models.CheckConstraint(
                name="a_bar_comes_with_the_most_answers",
                condition=models.Q(bar__isnull=True, most__isnull=True)
                | models.Q(bar__isnull=False, most__isnull=False, most__range=(1, 100)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id}: {self.aggregator}"


class ConsensusQuerySet(models.QuerySet["Consensus"]):
    def visible_to(self, user: User) -> ConsensusQuerySet:
        return self.filter(task__in=Task.objects.visible_to(user))


class Consensus(models.Model):
    """What the answers of one task to one question come to, by the method that stands.

    A tie stays a tie: it has no value.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="consensus", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    aggregator = models.CharField(max_length=40)
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField())
    )
    # The version of the questions; 0 before there is one.
    question_version = models.PositiveIntegerField(default=0, db_default=0)
    # The fit that it was judged by; None for a plain method that has learned nothing yet.
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    value = models.JSONField(null=True)
    # All values that share the first place: one, or several in a tie.
    winners = models.JSONField()
    # The share of the answers that agree with the winner.
    share = models.FloatField()
    # How probable the winner is; None while the method has learned nothing.
    probability = models.FloatField(null=True)
    is_tie = models.BooleanField()
    # Of a number the limits of 95 %; None where its method or its few answers tell none.
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    # Of an answer in several parts, each part's own figures: {part: {"share", "probability"}}.
    parts = models.JSONField(null=True)
    # Whether a model was heard beside the votes; what the votes alone come to then, none in a tie.
    # Models learn from that, so none ever learns from what it said itself.
    has_heard = models.BooleanField(default=False, db_default=False)
    by_votes = models.JSONField(null=True)
    # The annotations that it was computed from.
    saw = ArrayField(models.BigIntegerField())
    computed_at = models.DateTimeField(db_default=Now())

    objects = ConsensusQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_consensus_per_task_and_question", fields=("task", "question")
            ),
            models.CheckConstraint(
                name="a_tie_has_no_value",
                condition=models.Q(is_tie=False) | models.Q(value__isnull=True),
            ),
            models.CheckConstraint(
                name="a_probability_is_0_to_1",
                condition=models.Q(probability__isnull=True) | models.Q(probability__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="limits_come_in_pairs",
                condition=models.Q(low__isnull=True, high__isnull=True)
                | models.Q(low__isnull=False, high__isnull=False, low__lte=models.F("high")),
            ),
        )
        indexes = (
            # What is new since a certain row is read without the others.
            models.Index(name="consensus_in_project", fields=("project", "id")),
            models.Index(
                name="consensus_by_probability",
                fields=("question", "probability"),
                condition=models.Q(probability__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}.{self.question_id}: {self.value}"
