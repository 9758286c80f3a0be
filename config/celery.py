"""Background work. Messages are wake-ups: what is to be done is a row in PostgreSQL."""

from __future__ import annotations

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

# It warns root of pickled messages; ours are JSON, and no other kind is accepted.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("concord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Django has set up the logs already; a receiver here keeps Celery from doing it again."""
