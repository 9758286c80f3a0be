"""The files that tasks' data name: where they are, how large, and whether they are there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue, Display
from apps.projects.models import Project
from apps.tasks.actions import Refused
from apps.tasks.actions.assets import clean_name, remove_asset_files
from apps.tasks.actions.pictures import BadMedia
from apps.tasks.models import Asset, AssetName, Task

Media = dict[str, dict[str, Any]]
"""By the name in the data: `url`, and `width` and `height` where they are known."""


class AssetInUse(Refused):
    code = "asset_in_use"


def media_of(project: Project, data: Mapping[str, Any]) -> Media:
    """What is known of the files that a task's fields show; one query, none without such fields."""
    return find_media(project, _files(project.fields, data))


def find_media(project: Project, names: Iterable[str]) -> Media:
    wanted = set(names)
    media: Media = {name: {"url": name} for name in wanted if is_address(name)}
    plain = {_plain(name): name for name in wanted - media.keys()}
    if plain:
        found = AssetName.objects.filter(project=project, name__in=plain)
        for one in found.select_related("asset"):
            media[plain[one.name]] = {
                "url": reverse("exchange:media", args=(one.asset_id,)),
                "width": one.asset.width,
                "height": one.asset.height,
            }
    return media


def is_address(name: str) -> bool:
    return name.startswith("https://")


class Files:
    """All files of a project, for the check of many tasks: rows are copied meanwhile, so the
    connection is not free for a question about each."""

    def __init__(self, project: Project) -> None:
        has_files = any(displays[field["display"]].has_files for field in project.fields)
        self._known = dict(_all_names(project)) if has_files else {}

    def check(self, display: Display, value: Any) -> None:
        """BadValue names the first that is not there. The value has passed the display's check."""
        for place, name in enumerate(display.files(value)):
            if fault := self._fault(name):
                raise BadValue(fault, str(place) if isinstance(value, list) else "")

    def media(self, fields: Iterable[Mapping[str, Any]], data: Mapping[str, Any]) -> Media:
        names = _files(fields, data)
        return {name: {"url": name} for name in names if is_address(name)} | {
            name: dict(zip(("width", "height"), self._known[_plain(name)], strict=True))
            for name in names
            if _plain(name) in self._known
        }

    def _fault(self, name: str) -> str:
        if is_address(name):
            return _fault_of_address(name)
        if _plain(name) in self._known:
            return ""
        return f"There is no picture {name[:120]!r} in this project. Upload it first."


def _all_names(project: Project) -> Iterator[tuple[str, tuple[int, int]]]:
    rows = AssetName.objects.filter(project=project)
    for name, width, height in rows.values_list("name", "asset__width", "asset__height").iterator():
        yield name, (width, height)


def _fault_of_address(name: str) -> str:
    """Pictures elsewhere only from where the installation allows it: the browser asks there."""
    if not is_address(name):
        return ""
    try:
        parts = urlsplit(name)
        is_allowed = parts.netloc.lower() in {host.lower() for host in settings.MEDIA_HOSTS}
    except ValueError:
        is_allowed = False
    if is_allowed:
        return ""
    allowed = ", ".join(settings.MEDIA_HOSTS) or "none"
    return (
        f"Pictures from this address are not allowed (CONCORD_MEDIA_HOSTS: {allowed}). Upload it."
    )


def _files(fields: Iterable[Mapping[str, Any]], data: Mapping[str, Any]) -> list[str]:
    names: list[str] = []
    for field in fields:
        display, value = displays[field["display"]], data.get(field["name"])
        if not display.has_files or value in (None, ""):
            continue
        try:
            display.check(value, field.get("config", {}))
        except BadValue:
            continue
        names += display.files(value)
    return names


def _plain(name: str) -> str:
    try:
        return clean_name(name)
    except BadMedia:
        return name


def tasks_showing(asset: Asset) -> int:
    """How many tasks show it, in whichever field and under whichever of its names."""
    names = list(asset.names.values_list("name", flat=True))
    fields = [f["name"] for f in asset.project.fields if displays[f["display"]].has_files]
    shown = Q(pk__in=[])
    for field in fields:
        for name in names:
            shown |= Q(data__contains={field: name}) | Q(data__contains={field: [name]})
    return Task.objects.filter(shown, project=asset.project).count()


@transaction.atomic
def delete_asset(*, asset: Asset) -> None:
    """AssetInUse where a task shows it: that task would show nothing."""
    Project.objects.select_for_update(no_key=True).get(pk=asset.project_id)
    if count := tasks_showing(asset):
        tasks = "1 task shows" if count == 1 else f"{count:,} tasks show"
        raise AssetInUse(f"{tasks} this picture, and would show nothing without it.")
    sha256 = asset.sha256
    asset.delete()
    transaction.on_commit(lambda: remove_asset_files([sha256]))
