"""Pictures, recordings and films that tasks show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: User) -> AssetQuerySet:
        """Files of projects that the person is in, whatever the role: tasks are made of them."""
        return self.filter(seen_by(user))


class AssetState(models.TextChoices):
    READY = "ready", "Ready"
    # It is shown and played all the same; what is drawn of its sound comes later.
    WAITING = "waiting", "Being looked at"
    FAILED = "failed", "Not all of it can be read"


class Asset(models.Model):
    """A picture, a recording or a film that tasks show. Its content never changes, and is kept
    under its own hash.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="assets", db_index=False
    )
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=40)
    # As it is shown: what a camera noted about its turn is taken into account. A sound has none.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # Of what plays: duration, sample_rate, channels, frame_rate, frames, is_constant; and what is
    # drawn of its sound (`peaks`, `spectrogram`).
    facts = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=AssetState.choices, default="ready", db_default="ready"
    )
    # Why it failed, in a sentence.
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Of a picture what tells whether another looks nearly the same (`apps.tasks.actions.gists`); empty
    # where it cannot be read, None before anybody asked.
    gist = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="a_project_has_a_file_once", fields=("project", "sha256")),
            models.CheckConstraint(
                name="what_is_seen_has_a_size",
                condition=models.Q(media_type__startswith="audio/")
                | models.Q(width__isnull=False, height__isnull=False),
            ),
        )
        indexes = (models.Index(name="asset_by_content", fields=("sha256",)),)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def family(self) -> str:
        """image, audio or video."""
        return self.media_type.partition("/")[0]


class AssetName(models.Model):
    """What tasks' data call a file. The same content may have several names."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=2_000)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="names")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="a_name_means_one_file_of_its_project", fields=("project", "name")
            ),
        )

    def __str__(self) -> str:
        return self.name
