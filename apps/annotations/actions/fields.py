"""What a task shows: the fields of a project, and how they change under tasks that are there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import OperationalError, connection, transaction

from apps.annotations.actions.media import Files
from apps.annotations.actions.places import check_places
from apps.annotations.actions.questions import SNAPSHOT
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.annotations.models import Question
from apps.core.audit import record
from apps.projects.actions import BadProject, clean_text
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.tasks.actions import Refused

MOST_FIELDS = 50
FIELD_NAME = re.compile(r"[^\s.\x00][^.\x00]{0,79}")
FORBIDDEN = frozenset({"__proto__", "constructor", "prototype"})
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
BATCH = 1_000
# So long somebody waits for the answer; most changes are decided by the database in a second or two.
CHECK_SECONDS = 40
TOO_LONG = (
    f"Looking through the tasks took longer than {CHECK_SECONDS} seconds and was stopped."
    " Nothing was changed."
)

# The values that are not of a type that the display takes whatever it says.
IN_DOUBT = """
SELECT coalesce(external_id, '#' || id), (data->%(name)s)::text FROM tasks_task
 WHERE project_id = %(project)s AND data->%(name)s <> '""'
   AND jsonb_typeof(data->%(name)s) <> ALL(%(fits)s)
 ORDER BY id
"""
BLANK = """
SELECT count(*), min(coalesce(external_id, '#' || id)) FROM tasks_task
 WHERE project_id = %(project)s AND NOT EXISTS (
   SELECT FROM unnest(%(names)s::text[]) AS name WHERE data->name NOT IN ('null', '""'))
"""


class FieldsMoved(Refused):
    code = "fields_moved"


class ImportUnderWay(Refused):
    code = "import_under_way"


class TooManyTasks(Refused):
    code = "too_many_tasks"


@transaction.atomic
def change_fields(
    *, project: Project, fields: Any, base_fields: list[dict[str, Any]] | None = None
) -> Project:
    """Show other fields, in another order or in another way.

    No task is invalidated by it: every value must fit the display that it gets, and every task
    must show something still; BadProject says how many would not, and names one. With
    `base_fields` the change is refused when others stand by now.
    """
    cleaned = clean_fields(fields)
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if base_fields is not None and base_fields != locked.fields:
        raise FieldsMoved(
            "Somebody else changed the fields meanwhile. Load the page again, then change them."
        )
    _keep_imports_out(locked)
    try:
        errors = _misfits(locked, cleaned)
    except OperationalError as error:
        raise TooManyTasks(TOO_LONG) from error
    if errors:
        raise BadProject(errors)
    if locked.fields != cleaned:
        check_protocol(project=locked, action="project.fields")
        record("project.fields", project=locked, fields=[one["name"] for one in cleaned])
    locked.fields = cleaned
    locked.save(update_fields=["fields"])
    project.fields = cleaned
    return project


def _keep_imports_out(project: Project) -> None:
    """Rows that were checked for the old fields and are being published would slip through."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('import'), %s::int)", (project.pk,)
        )
        if not cursor.fetchone()[0]:
            raise ImportUnderWay("An import is being published. Try again in a moment.")


def _misfits(project: Project, fields: Sequence[dict[str, Any]]) -> dict[str, str]:
    """A sentence for each field that would not suit the tasks that are there."""
    before = {field["name"]: _look(field) for field in project.fields}
    until = time.monotonic() + CHECK_SECONDS
    errors = _out_of_place(project, fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {CHECK_SECONDS * 1000}")
    for i, field in enumerate(fields):
        if before.get(field["name"]) != _look(field) and (
            told := _unfit(project, field, until=until)
        ):
            errors[f"fields.{i}.display"] = told
    names = [field["name"] for field in fields]
    if not before.keys() <= set(names) and (told := _blank(project, names)):
        errors.setdefault("fields", told)
    return errors


def _out_of_place(project: Project, fields: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Questions that mark something in a field keep it, shown in a way that can be marked."""
    asked = list(Question.objects.filter(project=project).asked())
    described = [{name: getattr(q, name) for name in SNAPSHOT} for q in asked]
    try:
        check_places(fields=fields, questions=described)
    except BadProject as error:
        found = ((asked[int(path.split(".")[1])], text) for path, text in error.errors.items())
        return {
            "fields": " ".join(f"“{question}” marks a field. {text}" for question, text in found)
        }
    return {}


def _look(field: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return field["display"], field.get("config") or {}


def _unfit(project: Project, field: Mapping[str, Any], *, until: float) -> str:
    display, config = displays[field["display"]], field["config"]
    # As the project will show it, so that its files are known.
    files = Files(Project(pk=project.pk, fields=[field]))
    count, first = 0, ""
    for task, value in _in_doubt(project, field["name"], sorted(display.fits), until=until):
        try:
            display.check(value, config)
            files.check(display, value)
        except BadValue as bad:
            count += 1
            place = f" ({bad.path})" if bad.path else ""
            first = first or f"such as {task}{place}: {bad.message}"
    if not count:
        return ""
    tasks = "1 task holds a value" if count == 1 else f"{count:,} tasks hold values"
    return f"{tasks} that cannot be shown as {display.label}, {first}"


def _in_doubt(
    project: Project, name: str, fits: list[str], *, until: float
) -> Iterator[tuple[str, Any]]:
    """Task and value, by a cursor on the server: memory does not grow with the project."""
    values: dict[str, Any] = {"project": project.pk, "name": name, "fits": ["null", *fits]}
    with connection.chunked_cursor() as cursor:
        cursor.execute(IN_DOUBT, values)
        while rows := cursor.fetchmany(BATCH):
            if time.monotonic() > until:
                raise TooManyTasks(TOO_LONG)
            for task, value in rows:
                yield task, json.loads(value)


def _blank(project: Project, names: list[str]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(BLANK, {"project": project.pk, "names": names})
        count, first = cursor.fetchone()
    if not count:
        return ""
    tasks = "1 task" if count == 1 else f"{count:,} tasks"
    return f"{tasks} would show nothing, such as {first}. Keep a field that is filled there."


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
    """What a display can be told: the language of what it shows, whether lines are numbered, and
    which columns of a table come first, since the data do not keep their order."""
    if not isinstance(config, Mapping) or config.keys() - {"lang", "lines", "columns"}:
        errors[path] = (
            "The config of a field can hold its language, lines, and a table's columns:"
            " {“lang”: “de”}."
        )
        return {}
    lang, columns = config.get("lang") or "", config.get("columns") or []
    if lang and (not isinstance(lang, str) or not LANGUAGE.fullmatch(lang)):
        errors[f"{path}.lang"] = "Give a language tag such as de or pt-BR."
    if not isinstance(config.get("lines", False), bool):
        errors[f"{path}.lines"] = "Say true to have lines numbered, or false."
    if not isinstance(columns, list) or not all(isinstance(one, str) and one for one in columns):
        errors[f"{path}.columns"] = "List the names of the columns that come first."
    cleaned = {"lang": lang, "lines": config.get("lines"), "columns": columns}
    return {name: value for name, value in cleaned.items() if value}
