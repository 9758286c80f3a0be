"""A project made whole from one description, by the form, by JSON or by the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.annotations.actions.places import check_places
from apps.annotations.actions.questions import clean_questions, set_questions
from apps.annotations.displays import displays
from apps.core.json import BadValue, check_json
from apps.projects import actions as projects
from apps.projects.actions import BadProject, clean_text
from apps.projects.models import Project, default_field

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_FIELDS = 50
FIELD_NAME = re.compile(r"[^\s.\x00][^.\x00]{0,79}")
FORBIDDEN = frozenset({"__proto__", "constructor", "prototype"})
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
PARTS = ("fields", "questions", "guideline")


@transaction.atomic
def create_project(*, by: User, at: datetime, **description: Any) -> Project:
    """Make a project with its questions and its guideline; BadProject names each place at fault."""
    cleaned = clean_project(description)
    questions, guideline = cleaned.pop("questions"), cleaned.pop("guideline")
    project = projects.create_project(by=by, at=at, **cleaned)
    set_questions(project=project, questions=questions, by=by, at=at)
    if guideline:
        projects.publish_guideline(
            project=project, text=guideline, by=by, at=at, summary="The first version"
        )
    return project


def clean_project(description: Mapping[str, Any]) -> dict[str, Any]:
    """The description in full, all faults collected."""
    try:
        check_json(description)
    except BadValue as error:
        raise BadProject({error.path: error.message}) from error
    errors: dict[str, str] = {}
    settings = {name: value for name, value in description.items() if name not in PARTS}
    cleaned: dict[str, Any] = {}
    for check in (
        lambda: projects.clean_settings(settings, is_new=True),
        lambda: {"fields": clean_fields(description.get("fields", [default_field()]))},
        lambda: {"questions": clean_questions(description.get("questions"))},
    ):
        try:
            cleaned |= check()
        except BadProject as error:
            errors |= error.errors
    cleaned["guideline"] = clean_text(
        description.get("guideline", ""), 100_000, "guideline", errors
    )
    if errors:
        raise BadProject(errors)
    check_places(fields=cleaned["fields"], questions=cleaned["questions"])
    return cleaned


def clean_fields(fields: Any) -> list[dict[str, Any]]:
    """What a task shows: name, display, title and config of each field."""
    if not isinstance(fields, list) or not 1 <= len(fields) <= MOST_FIELDS:
        raise BadProject({"fields": f"Show 1 to {MOST_FIELDS} fields."})
    errors: dict[str, str] = {}
    cleaned = [_clean_field(raw, f"fields.{i}", errors) for i, raw in enumerate(fields)]
    names = [field["name"] for field in cleaned]
    for i, name in enumerate(names):
        if name in names[:i]:
            errors.setdefault(f"fields.{i}.name", f"Two fields are called {name!r}.")
    if errors:
        raise BadProject(errors)
    return cleaned


def _clean_field(raw: Any, path: str, errors: dict[str, str]) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = {"name": raw}
    if not isinstance(raw, Mapping):
        errors[path] = "A field is an object with a name and a display."
        return {"name": path}
    if unknown := sorted(str(key) for key in raw.keys() - {"name", "display", "title", "config"}):
        errors[f"{path}.{unknown[0]}"] = f"A field has no {unknown[0]!r}."
    name, display = raw.get("name"), raw.get("display", "text")
    if not isinstance(name, str) or not FIELD_NAME.fullmatch(name) or name in FORBIDDEN:
        errors[f"{path}.name"] = "Give the name that the field has in the data, without a point."
    if not isinstance(display, str) or display not in displays:
        errors[f"{path}.display"] = f"Choose one of the displays: {', '.join(displays)}."
    return {
        "name": str(name),
        "display": display,
        "title": clean_text(raw.get("title", ""), 120, f"{path}.title", errors),
        "config": _clean_config(raw.get("config", {}), f"{path}.config", errors),
    }


def _clean_config(config: Any, path: str, errors: dict[str, str]) -> dict[str, Any]:
    """All that a display can be told yet is the language of what it shows."""
    if not isinstance(config, Mapping) or config.keys() - {"lang"}:
        errors[path] = "The config of a field can hold its language: {“lang”: “de”}."
        return {}
    lang = config.get("lang") or ""
    if lang and (not isinstance(lang, str) or not LANGUAGE.fullmatch(lang)):
        errors[f"{path}.lang"] = "Give a language tag such as de or pt-BR."
    return {"lang": lang} if lang else {}
