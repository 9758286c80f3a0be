"""What the annotating page's script must know before its first call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse

from apps.accounts.http import HttpRequest
from apps.annotations.kinds import kinds
from apps.annotations.models import Question
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


@cache
def _kind_scripts() -> list[str]:
    folder = settings.BASE_DIR / "static" / "js" / "kinds"
    return sorted(path.stem for path in folder.glob("*.js"))


def kind_scripts(project: Project) -> list[str]:
    """The scripts of the kinds that are asked and of the displays that show."""
    asked = Question.objects.filter(project=project).asked().values_list("kind", flat=True)
    return [*display_scripts(project.fields), *scripts_of(asked)]


def display_scripts(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    shown = {field["display"] for field in fields} & _display_scripts()
    return [static(f"js/displays/{name}.js") for name in sorted(shown)]


@cache
def _display_scripts() -> frozenset[str]:
    folder = settings.BASE_DIR / "static" / "js" / "displays"
    return frozenset(path.stem for path in folder.glob("*.js"))


def scripts_of(names: Iterable[str]) -> list[str]:
    """The scripts of these kinds; one not named for a kind serves several."""
    asked = set(names)
    return [
        static(f"js/kinds/{name}.js")
        for name in _kind_scripts()
        if name in asked or name not in kinds
    ]


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
