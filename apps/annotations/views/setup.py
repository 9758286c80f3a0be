"""What the annotating page's script must know before its first call."""

from __future__ import annotations

from typing import Any

from django.middleware.csrf import get_token
from django.urls import reverse

from apps.accounts.http import HttpRequest
from apps.projects.models import Project

CALLS = {
    "next": "next",
    "submit": "submit",
    "revise": "revise",
    "skip": "skip",
    "draft": "draft",
    "guideline": "show_guideline",
    "confirm": "confirm",
}


def script_config(
    request: HttpRequest, project: Project, *, share: dict[str, Any], guideline: dict[str, Any]
) -> dict[str, Any]:
    def url(name: str, *more: int) -> str:
        return reverse(f"annotations:{name}", args=(project.pk, *more))

    urls = {call: url(name) for call, name in CALLS.items()}
    return {
        "user": request.user.pk,
        "userName": str(request.user),
        "token": get_token(request),
        "project": project.pk,
        "questionVersion": project.question_version,
        "isFirstKeySent": project.is_first_key_sent,
        "share": share,
        "guideline": {
            "read": guideline.get("read", 0),
            "shown": project.guideline_version,
            "urls": {"guideline": urls["guideline"], "confirm": urls["confirm"]},
        },
        # The script puts the assignment's number in the place of the 0.
        "urls": {**urls, "recent": url("recent", 0), "session": reverse("annotations:session")},
    }
