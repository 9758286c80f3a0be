"""People with an account, and the tokens by which their programs act for them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Coalesce, Lower, Now


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, *, email: str, password: str | None = None, name: str = "", **fields: Any
    ) -> User:
        """Without a password the account cannot sign in until an invitation or a reset sets one."""
        user = self.model(email=email.strip().lower(), name=name, **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person. What they may do in a project is their membership's role, not theirs."""

    # Kept in lower case: nobody tells two people apart by the case of their address.
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True, db_default="")
    is_active = models.BooleanField(default=True, db_default=True)
    is_admin = models.BooleanField(default=False, db_default=False)
    theme = models.CharField(
        max_length=5,
        choices=(("auto", "As the device"), ("light", "Light"), ("dark", "Dark")),
        default="auto",
        db_default="auto",
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="an_email_is_kept_in_lower_case",
                condition=models.Q(email=Lower("email")),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email.split("@", maxsplit=1)[0]).replace(".", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, *, at: datetime) -> ApiTokenQuerySet:
        return self.filter(revoked_at__isnull=True, user__is_active=True).filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=at)
        )

    def with_secret(self, secret: str) -> ApiTokenQuerySet:
        return self.filter(digest=digest_of(secret))


def digest_of(secret: str) -> str:
    """Secrets are 256 random bits, so a plain hash is enough and look-up stays one index read."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret(prefix: str) -> str:
    """The prefix tells people and secret scanners what was found."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


class ApiToken(models.Model):
    """Lets a program act as a person. The secret is shown once; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class Told(models.TextChoices):
    """What a notice is about."""

    MENTION = "mention", "Mentioned"
    REPLY = "reply", "Answered"
    QUESTION = "question", "Asked"
    GATE = "gate", "Known answers"
    SESSION = "session", "Calibration"
    FOLDED = "folded", "In the guideline"
    DRIFT = "drift", "New tasks differ"
    RETURNED = "returned", "Came back"
    APPEAL = "appeal", "Appeal"
    FALL = "fall", "A model in use"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at__isnull=True)

    def number_of_outer_user(self) -> models.expressions.Combinable:
        """How many there are, beside each user of a query around this one."""
        mine = self.filter(user=models.OuterRef("pk")).order_by().values("user")
        number = mine.annotate(number=models.Count("pk")).values("number")
        return Coalesce(models.Subquery(number), 0)


class Notice(models.Model):
    """Something that one person should know. What it is about decides who may open it, not this."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=10, choices=Told.choices)
    # Projects are above us: a plain number, so that what is left of one can be found.
    project_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=400)
    # An address of ours, from its first slash on.
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_notice_leads_to_a_page_of_ours",
                condition=models.Q(url__startswith="/") & ~models.Q(url__startswith="//"),
            ),
        )
        indexes = (
            models.Index(name="notice_of_user", fields=("user", "-id")),
            models.Index(
                name="notice_unread",
                fields=("user", "id"),
                condition=models.Q(read_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.text


class Digest(models.TextChoices):
    OFF = "off", "Never"
    HOUR = "hour", "At most once an hour"
    DAY = "day", "At most once a day"


class MailChoice(models.Model):
    """How often a person wants unread notices by mail. Who has no row gets them once a day."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="mail_choice"
    )
    digest = models.CharField(max_length=4, choices=Digest.choices, default="day", db_default="day")
    mailed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.digest}"
