"""Conflicts about topics, and how a reviewer decides them by the page."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from apps.annotations.models import Annotation
from apps.projects.models import Project
from apps.quality.models import Conflict
from tests.quality.factories import conflict_between


def url(name: str, project: Project, conflict: Conflict | None = None) -> str:
    args = [project.pk, conflict.task_id] if conflict else [project.pk]
    return reverse(f"quality:{name}", args=args)


def topics(project: Project, *labels: str, **more: Any) -> Conflict:
    return conflict_between(project, *({"topic": label} for label in labels), **more)


def key_of(conflict: Conflict, label: str) -> str:
    answers = Annotation.objects.filter(task=conflict.task_id, answers__topic=label)
    return str(answers.earliest("pk").key)


def saw(conflict: Conflict) -> str:
    keys = Annotation.objects.heads().filter(task=conflict.task_id).values_list("pk", flat=True)
    return ",".join(str(key) for key in keys)


def decide(browser: Client, project: Project, conflict: Conflict, **fields: Any) -> Any:
    data = {"saw": saw(conflict), "reason": "", "follows": "", **fields}
    return browser.post(url("decide", project, conflict), data)
