"""What a model learned from which answers, and how good it was on those that it had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.routing.models.endpoints import CALLED

if TYPE_CHECKING:
    from apps.accounts.models import User


# How embeddings of a kind are called.
EMBEDDED = {"text": "sentence embeddings", "image": "embeddings of pictures"}
NONE = {"value": None, "low": 0.0, "high": 1.0, "n": 0}


class ModelRunQuerySet(models.QuerySet["ModelRun"]):
    def visible_to(self, user: User) -> ModelRunQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def newest(self) -> ModelRunQuerySet:
        """Of each question."""
        return self.order_by("question", "-pk").distinct("question")


class ModelRun(models.Model):
    """One training. Only added to: each run is a point of the learning curve.

    With the data version, the parameters and the seed it can be trained again alike; the weights
    are not kept.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="model_runs", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    learner = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    seed = models.PositiveIntegerField()
    feature_version = models.PositiveIntegerField()
    question_version = models.PositiveIntegerField()
    # The data version: the newest annotation, and of how many tasks an answer stood.
    annotation_id = models.BigIntegerField()
    # The newest consensus: it follows the answers a little later, and what is new is counted in it.
    consensus_id = models.BigIntegerField()
    labelled = models.PositiveIntegerField()
    # Of these, so many were held out, and so many of the rest told when to stop.
    held_out = models.PositiveIntegerField()
    stopped_by = models.PositiveIntegerField()
    # The values in the order of the confusion's rows.
    values = models.JSONField()
    # On the hold-out, but for what is foreseen and advised, and how pseudo-labels did later. Of
    # labels "accuracy", "macro_f1", "log_loss" and "calibration_error", each {value, low, high, n},
    # and "confusion", rows of truth, said and number; "limits" of macro F1 and of the log loss,
    # "reliability", and while few are held out "crossed", the accuracy by cross-validation; of sets
    # "each" label, too. Of numbers "error",
    # "saved", "covered", "level" and "radius"; of spans "f1", "precision", "recall", "lookup_f1",
    # "gained", "sure", "bar" and "left_out".
    figures = models.JSONField()
    passes = models.PositiveIntegerField()
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    objects = ModelRunQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="no_more_held_out_than_labelled",
                condition=models.Q(held_out__lte=models.F("labelled")),
            ),
        )
        indexes = (
            models.Index(name="model_run_in_project", fields=("project", "question", "-id")),
        )

    def __str__(self) -> str:
        return f"{self.learner} of {self.question_id}: {self.labelled}"

    @property
    def measure(self) -> str:
        """By which of its figures it is judged: how far off numbers are, how alike spans are, else
        how often it is right."""
        return next((one for one in ("error", "f1") if one in self.figures), "accuracy")

    @property
    def figure(self) -> dict[str, Any]:
        """{value, low, high, n} of that; limits may be unknown where there are too few."""
        found: dict[str, Any] = self.figures[self.measure]
        return found

    @property
    def accuracy(self) -> dict[str, Any]:
        """None of nothing where it is judged by another figure."""
        found: dict[str, Any] = self.figures.get("accuracy") or NONE
        return found

    @property
    def learned_from(self) -> str:
        """What of the tasks it read, in words; empty of a model whose reading is not known."""
        if self.is_own:
            return ""
        if self.learner.startswith("boosted trees"):
            return "the columns of tables"
        if self.learner == "linear, each word":
            return "the words of texts"
        given = [
            f"{EMBEDDED[one['kind']]} ({one['name']}, {one['sha256'][:8]})"
            for one in self.parameters.get("embeddings", [])
        ]
        built_in = "words, numbers and what pictures look like"
        return f"{built_in}, beside {' and '.join(given)}" if given else built_in

    @property
    def is_own(self) -> bool:
        """Whether it is of a model that the project runs elsewhere: what it learned is not known."""
        return self.learner.startswith(CALLED)
