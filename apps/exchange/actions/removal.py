"""Removes a project for good: its rows in every table, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Now

from apps.accounts.models import Notice
from apps.core.models import JobRun, OutboxRow
from apps.core.stores import store
from apps.exchange.actions.imports import name_of
from apps.exchange.actions.publish import discard_staged
from apps.exchange.models import ExportRun, ImportRun, UploadRun
from apps.projects.actions import KEPT_FOR
from apps.projects.models import Project
from apps.tasks.actions.assets import remove_asset_files
from apps.tasks.models import Asset

log = structlog.get_logger(__name__)


def purge_deleted(*, at: datetime) -> int:
    """Remove for good what was deleted too long ago to be brought back; how many projects.

    Each in a transaction of its own. One that cannot be removed keeps none of the others, and is
    an error all the same.
    """
    gone = Project.objects.filter(deleted_at__lte=at - KEPT_FOR).order_by("deleted_at", "pk")
    purged, broken = 0, []
    for project in gone:
        try:
            remove_project(project=project)
        except Project.DoesNotExist:
            continue  # Another worker was faster.
        except Exception as error:
            log.exception("project_not_purged", project=project.pk)
            broken.append(error)
            continue
        purged += 1
        log.info("project_purged", project=project.pk, deleted_at=str(project.deleted_at))
    if broken:
        raise ExceptionGroup("Some deleted projects could not be removed.", broken)
    return purged


@transaction.atomic
def remove_project(*, project: Project) -> None:
    """Every row that hangs on the project, however far away. Nothing can bring it back.

    The keys between tables are checked when the transaction ends, so the order of the tables only
    matters to those that are found by way of another.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    # What is only added to goes with a deleted project alone: its triggers look for this.
    Project.objects.filter(pk=project.pk, deleted_at__isnull=True).update(deleted_at=Now())
    for run in ImportRun.objects.filter(project=project):
        discard_staged(run=run)
    files = list(_files_of(project))
    pictures = list(Asset.objects.filter(project=project).values_list("sha256", flat=True))
    for model, path in sorted(_paths().items(), key=lambda found: -len(found[1].split("__"))):
        # The collector of `delete` would refuse what is protected, though that goes too.
        model._base_manager.filter(**{path: project.pk})._raw_delete(using="default")  # noqa: SLF001
    OutboxRow.objects.filter(scope_id=project.pk).delete()
    JobRun.objects.filter(scope=project.scope).delete()
    Notice.objects.filter(project_id=project.pk).delete()
    Project.objects.filter(pk=project.pk)._raw_delete(using="default")  # noqa: SLF001
    transaction.on_commit(lambda: _unlink(files))
    transaction.on_commit(lambda: remove_asset_files(pictures))


def _paths() -> dict[type[models.Model], str]:
    """The shortest way from each model to its project, as a lookup."""
    found: dict[type[models.Model], str] = {Project: ""}
    front: list[type[models.Model]] = [Project]
    while front:
        front = [
            model
            for model in apps.get_models()
            if model not in found and _step(model, found) is not None
        ]
        steps = {model: _step(model, found) for model in front}
        found |= {model: path for model, path in steps.items() if path is not None}
    del found[Project]
    return found


def _step(model: type[models.Model], found: dict[type[models.Model], str]) -> str | None:
    """A key of the model that leads to one which has been found; one that each row has, if any."""
    ways = [
        (field.null, way.count("__"), way)
        for field in model._meta.concrete_fields  # noqa: SLF001  (public in all but its name)
        if field.is_relation and field.related_model in found
        for way in [f"{field.name}__{found[field.related_model]}".removesuffix("__")]
    ]
    return min(ways)[-1] if ways else None


def _files_of(project: Project) -> Iterator[str]:
    for run in ImportRun.objects.filter(project=project):
        yield from (key for key in (run.file, run.report) if key)
    yield from (run.file for run in ExportRun.objects.filter(project=project) if run.file)
    for sent in UploadRun.objects.filter(project=project):
        yield from (one["key"] for one in sent.files if one["key"])


def _unlink(keys: list[str]) -> None:
    for key in keys:
        store().remove(name_of(key))
