"""Calls of the annotating page's script, as tests make them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from apps.projects.models import Membership, Project
from tests.factories import user_of


def signed_in(annotator: Membership) -> Client:
    client = Client()
    client.force_login(user_of(annotator))
    return client


def send(client: Client, project: Project, name: str, *, user: int | None = None, **body: Any):
    headers = {} if user is None else {"X-Concord-User": str(user)}
    return client.post(
        reverse(f"annotations:{name}", args=[project.pk]),
        json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def answer(assignment: int, value: str = "praise", **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "assignment": assignment,
        "answers": {"wants": value},
        "seconds": 2.5,
        **more,
    }


def take(client: Client, project: Project, **body: Any) -> dict[str, Any]:
    return send(client, project, "next", **body).json()
