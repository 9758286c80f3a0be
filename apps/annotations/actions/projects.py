"""A project made whole from one description, by the form, by JSON or by the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.annotations.actions.fields import clean_fields
from apps.annotations.actions.places import check_places
from apps.annotations.actions.questions import clean_questions, set_questions
from apps.core.json import BadValue, check_json
from apps.projects import actions as projects
from apps.projects.actions import BadProject, clean_text
from apps.projects.models import Project, default_field

if TYPE_CHECKING:
    from apps.accounts.models import User

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
