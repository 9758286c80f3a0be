"""A project from its making to its end."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.core.audit import record
from apps.projects.actions.faults import BadProject, Errors, clean_text
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Layout, Membership, Project, ProjectState, Role, SkipPolicy

if TYPE_CHECKING:
    from apps.accounts.models import User

# How long a deleted project can be brought back.
KEPT_FOR = timedelta(days=30)
MOST_SLICES = 8
# Settings that change what is measured: a locked protocol keeps them.
MEASURED = frozenset(
    {
        *("is_blind", "skip_policy", "is_first_key_sent", "is_suggestion_shown"),
        *("suggestion_hidden_share", "layout", "slices"),
    }
)
SLICE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
# In what a task brings; whether it is of the hold-out; or what an answer tells of itself.
SLICE_PATH = re.compile(
    r"(data|meta)(\.[^.\s]{1,80}){1,6}|task\.left_to_chance"
    r"|answer\.question_version|answer\.week|annotator\.group"
)

Check = Callable[[Any, str, Errors], Any]


def clean_settings(given: Mapping[str, Any], *, is_new: bool = False) -> dict[str, Any]:
    """The settings that are given, checked; BadProject has a sentence for each that is wrong."""
    errors: Errors = {}
    if is_new and "name" not in given:
        errors["name"] = "Give the project a name."
    cleaned = {}
    for name, value in given.items():
        check = CHECKS.get(name)
        if check is None:
            errors[str(name)] = f"A project has no setting {name!r}."
        else:
            cleaned[name] = check(value, name, errors)
    if errors:
        raise BadProject(errors)
    return cleaned


@transaction.atomic
def create_project(
    *, by: User, at: datetime, fields: list[dict[str, Any]], **settings: Any
) -> Project:
    """An empty project; whoever makes it leads it. `fields` have been checked by who knows displays."""
    project = Project.objects.create(
        **clean_settings(settings, is_new=True), fields=fields, created_by=by, created_at=at
    )
    Membership.objects.create(project=project, user=by, role=Role.LEAD, created_at=at)
    record("project.created", project=project, by=by)
    return project


@transaction.atomic
def change_project(*, project: Project, **settings: Any) -> Project:
    """Change settings that touch nothing but the project's own row."""
    if "overlap" in settings or "overlap_share" in settings:
        raise BadProject({"overlap": "The overlap is changed together with the queue."})
    cleaned = clean_settings(settings)
    changed = {
        name: [_told(before), _told(value)]
        for name, value in cleaned.items()
        if (before := getattr(project, name)) != value
    }
    if not MEASURED.isdisjoint(changed):
        check_protocol(project=project, action="project.changed")
    for name, value in cleaned.items():
        setattr(project, name, value)
    project.save(update_fields=list(cleaned))
    if changed:
        record("project.changed", project=project, changed=changed)
    return project


def _told(value: Any) -> Any:
    """A setting as the audit log keeps it."""
    return str(value) if isinstance(value, Decimal) else value


@transaction.atomic
def set_project_state(*, project: Project, state: ProjectState) -> None:
    """Paused projects hand out nothing; archived ones are out of the way as well."""
    Project.objects.filter(pk=project.pk).update(state=state)
    if project.state != state:
        record("project.state", project=project, before=project.state, after=str(state))
    project.state = state


@transaction.atomic
def delete_project(*, project: Project, at: datetime) -> None:
    """Out of sight at once; its rows stay for KEPT_FOR, so that it can be brought back."""
    check_protocol(project=project, action="project.deleted")
    if Project.objects.filter(pk=project.pk, deleted_at__isnull=True).update(deleted_at=at):
        record("project.deleted", project=project)


@transaction.atomic
def restore_project(*, project: Project, at: datetime) -> bool:
    """Bring a deleted project back; False when it was deleted too long ago."""
    kept = Project.objects.filter(pk=project.pk, deleted_at__gt=at - KEPT_FOR)
    is_back = bool(kept.update(deleted_at=None))
    if is_back:
        record("project.restored", project=project)
    return is_back


def _title(value: Any, path: str, errors: Errors) -> str:
    name = clean_text(value, 120, path, errors)
    if not name:
        errors.setdefault(path, "Give the project a name.")
    return name


def _description(value: Any, path: str, errors: Errors) -> str:
    return clean_text(value, 5000, path, errors)


def _flag(value: Any, path: str, errors: Errors) -> bool:
    if not isinstance(value, bool):
        errors[path] = "This must be true or false."
    return value is True


def _whole(low: int, high: int) -> Check:
    def check(value: Any, path: str, errors: Errors) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            errors[path] = f"This must be a whole number from {low} to {high}."
            return low
        return value

    return check


def _one_of(*words: str) -> Check:
    def check(value: Any, path: str, errors: Errors) -> str:
        if value not in words:
            errors[path] = f"Choose one of: {', '.join(words)}."
        return str(value)

    return check


def _share(value: Any, path: str, errors: Errors) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1:
        errors[path] = "This must be a number from 0 to 1."
        return 1.0
    return float(value)


def _cost(value: Any, path: str, errors: Errors) -> Decimal | None:
    if value is None or value == "":
        return None
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value < 10_000:
        errors[path] = "This must be an amount from 0 to 9,999."
        return None
    return Decimal(str(value)).quantize(Decimal("0.0001"))


def _currency(value: Any, path: str, errors: Errors) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        errors[path] = "This must be three capital letters, such as EUR."
        return "EUR"
    return value


def _slices(value: Any, path: str, errors: Errors) -> list[dict[str, str]]:
    if not isinstance(value, list) or len(value) > MOST_SLICES:
        errors[path] = f"Give a list of at most {MOST_SLICES} slices."
        return []
    cleaned: list[dict[str, str]] = []
    for i, raw in enumerate(value):
        if not isinstance(raw, Mapping) or set(raw) != {"name", "path"}:
            errors[f"{path}.{i}"] = "A slice has a name and a path, such as meta.language."
            continue
        name, where = raw["name"], raw["path"]
        if not isinstance(name, str) or not SLICE_NAME.fullmatch(name):
            errors[f"{path}.{i}.name"] = "A name is letters, digits, _ and -, from a letter on."
        elif name in (done["name"] for done in cleaned):
            errors[f"{path}.{i}.name"] = f"Two slices are called {name!r}."
        if not isinstance(where, str) or not SLICE_PATH.fullmatch(where):
            errors[f"{path}.{i}.path"] = "Write where it stands, such as meta.language."
        cleaned.append({"name": str(name), "path": str(where)})
    return cleaned


CHECKS: dict[str, Check] = {
    "name": _title,
    "description": _description,
    "overlap": _whole(1, 100),
    "overlap_share": _share,
    "is_blind": _flag,
    "skip_policy": _one_of(*SkipPolicy.values),
    "is_first_key_sent": _flag,
    "is_suggestion_shown": _flag,
    "suggestion_hidden_share": _share,
    "lease_minutes": _whole(1, 1440),
    "layout": _one_of(*Layout.values),
    "slices": _slices,
    "answer_cost": _cost,
    "currency": _currency,
}
