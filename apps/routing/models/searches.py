"""Settings of a model that were looked for, all that were tried, and what the best are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project

if TYPE_CHECKING:
    from apps.accounts.models import User


class SettingsSearchQuerySet(models.QuerySet["SettingsSearch"]):
    def visible_to(self, user: User) -> SettingsSearchQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


class SettingsSearch(models.Model):
    """One search, once it has ended. The newest of a question and a learner holds."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="settings_searches")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    learner = models.CharField(max_length=40)
    # How settings were proposed: tpe or random.
    way = models.CharField(max_length=10)
    seed = models.PositiveIntegerField()
    # Of which was learned, by which was chosen, and on which it was told what the best are worth.
    lessons = models.PositiveIntegerField()
    chosen_by = models.PositiveIntegerField()
    judged_on = models.PositiveIntegerField()
    best = models.JSONField()
    # [{"number", "settings", "losses", "is_done"}]; the first has the usual settings.
    trials = models.JSONField()
    # By how much less the best lose than the usual: {value, low, high, n}. In nats an answer; of spans
    # a word; of numbers how far off they are.
    saved = models.JSONField()
    # Whether later trainings use the best: they are surely better.
    is_used = models.BooleanField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    objects = SettingsSearchQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(name="search_of_question", fields=("question", "-id")),)

    def __str__(self) -> str:
        return f"{self.learner} of {self.question_id}: {len(self.trials)}"

    @property
    def is_usual_best(self) -> bool:
        first: dict[str, Any] = self.trials[0]["settings"]
        return bool(self.best == first)
