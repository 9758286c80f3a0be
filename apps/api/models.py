"""What a repeated call gets back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class KeptAnswer(models.Model):
    """The answer to a call that came with an `Idempotency-Key`, for a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    # SHA-256 of the method, the address and the body.
    body_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True, db_default="")
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_answer_per_idempotency_key", fields=("user", "key")),
        )

    def __str__(self) -> str:
        return f"answer to {self.key}"
