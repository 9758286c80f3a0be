"""The files that tasks' data name: where they are, how large, and whether they are there at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue, Display
from apps.core.audit import record
from apps.projects.models import Project
from apps.tasks.actions import Refused
from apps.tasks.actions.addresses import drawn_address, media_address, tile_address
from apps.tasks.actions.assets import clean_name, remove_asset_files
from apps.tasks.actions.pictures import BadMedia
from apps.tasks.models import Asset, AssetName, AssetState, Task

Media = dict[str, dict[str, Any]]
"""By the name in the data: `url`, and what else is known.

`width` and `height` of what is seen; of what plays the facts of `Asset.facts`, its `media_type`, its
`state`, and the addresses of what is drawn of its sound (`drawn`: peaks, overview, spectrogram).
"""
# Of which fact which files are there.
DRAWN = {"peaks": ("peaks", "overview"), "spectrogram": ("spectrogram",)}
NOUNS = {"image": "picture", "audio": "recording", "video": "film"}


class AssetInUse(Refused):
    code = "asset_in_use"


def media_of(project: Project, data: Mapping[str, Any]) -> Media:
    """What is known of the files that a task's fields show; one query, none without such fields."""
    return find_media(project, _files(project.fields, data))


def media_of_all(project: Project, rows: Iterable[Mapping[str, Any]]) -> Media:
    """The same of several tasks; one query too."""
    return find_media(project, [name for data in rows for name in _files(project.fields, data)])


def find_media(project: Project, names: Iterable[str]) -> Media:
    wanted = set(names)
    # A file that was fetched is shown from here, whatever its name.
    media: Media = {name: {"url": name} for name in wanted if is_address(name)}
    plain = {_plain(name): name for name in wanted}
    if plain:
        found = AssetName.objects.filter(project=project, name__in=plain)
        for one in found.select_related("asset"):
            media[plain[one.name]] = {
                "url": media_address(one.asset_id),
                **_known(one.asset),
            }
    return media


def names_in(project: Project, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Of all files that these rows show."""
    return {name for data in rows for name in _files(project.fields, data)}


def pictures_of(project: Project, rows: Sequence[Mapping[str, Any]]) -> list[list[Asset]]:
    """Of each row the pictures that lie here; one query, none without such fields."""
    named = [[_plain(name) for name in _files(project.fields, data)] for data in rows]
    wanted = {name for names in named for name in names}
    found = AssetName.objects.filter(project=project, name__in=wanted).select_related("asset")
    shown = {one.name: one.asset for one in found} if wanted else {}
    return [
        [shown[name] for name in names if name in shown and shown[name].family == "image"]
        for names in named
    ]


def shows_pictures(project: Project) -> bool:
    """Whether a field of its tasks may show one."""
    found = (displays[field["display"]] for field in project.fields)
    return any(one.has_files and "image" in one.takes for one in found)


def lend_files(
    project: Project, rows: Sequence[Mapping[str, Any]], address: Callable[[int], str]
) -> list[dict[str, Any]]:
    """The rows, with the address of each file in place of its name, for who has no session.

    One query, none without files. A file that is not there, or lies elsewhere, keeps its name.
    """
    plain = {name: _plain(name) for name in names_in(project, rows)}
    found = AssetName.objects.filter(project=project, name__in=set(plain.values()))
    keys = dict(found.values_list("name", "asset_id")) if plain else {}
    lent = {name: address(keys[own]) for name, own in plain.items() if own in keys}
    shown = [one["name"] for one in project.fields if displays[one["display"]].has_files]
    return [{**data, **{n: _lent(data[n], lent) for n in shown if n in data}} for data in rows]


def _lent(value: Any, lent: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_lent(one, lent) for one in value]
    return lent.get(value, value) if isinstance(value, str) else value


def _known(asset: Asset) -> dict[str, Any]:
    seen = {"width": asset.width, "height": asset.height}
    if asset.family == "image":
        return seen | _tiles(asset)
    facts, drawn = dict(asset.facts), {}
    for part, names in DRAWN.items():
        if part in facts:
            for name in names:
                drawn[name] = drawn_address(asset.pk, name)
    return {
        **({} if asset.width is None else seen),
        **facts,
        "media_type": asset.media_type,
        "state": asset.state,
        "drawn": drawn,
    }


def thumbnail_of(asset: Asset) -> dict[str, Any] | None:
    """`url`, `width` and `height` of its small picture, where there is one."""
    size = asset.facts.get("thumbnail")
    return {"url": drawn_address(asset.pk, "thumbnail"), **size} if size else None


def thumbnails_of(
    project: Project, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any] | None]:
    """Of each row of data the first file that has one; one query, none without such fields."""
    named = [[_plain(name) for name in _files(project.fields, data)] for data in rows]
    wanted = {name for names in named for name in names}
    found = AssetName.objects.filter(project=project, name__in=wanted).select_related("asset")
    small = {one.name: thumbnail_of(one.asset) for one in found} if wanted else {}
    return [next(filter(None, map(small.get, names)), None) for names in named]


def _tiles(asset: Asset) -> dict[str, Any]:
    """A very large picture is shown by its tiles only; the smallest level is the whole in one."""
    if "tiles" in asset.facts:
        first = tile_address(asset.pk)
        address = first.removesuffix("0/0_0/")
        return {"url": first, "tiles": {"address": address, **asset.facts["tiles"]}}
    if asset.state == AssetState.READY:
        return {}
    return {
        "url": "",
        "problem": asset.problem or "It is being made ready. Look again in a moment.",
    }


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
            if fault := self._fault(display, name):
                raise BadValue(fault, str(place) if isinstance(value, list) else "")

    def media(self, fields: Iterable[Mapping[str, Any]], data: Mapping[str, Any]) -> Media:
        names = _files(fields, data)
        return {name: {"url": name} for name in names if is_address(name)} | {
            name: _extent(*self._known[_plain(name)])
            for name in names
            if _plain(name) in self._known
        }

    def _fault(self, display: Display, name: str) -> str:
        takes = display.takes
        found = self._known.get(_plain(name))
        if found is None and is_address(name):
            return _fault_of_address(name, takes[0])
        if found is None:
            noun = NOUNS[takes[0]]
            return f"There is no {noun} {name[:120]!r} in this project. Upload it first."
        family = found[0].partition("/")[0]
        if family in takes:
            return ""
        wanted = " or ".join(f"a {NOUNS[one]}" for one in takes)
        return f"{name[:120]!r} is a {NOUNS[family]}; this field shows {wanted}."


Row = tuple[str, int | None, int | None, dict[str, Any]]


def _all_names(project: Project) -> Iterator[tuple[str, Row]]:
    asked = ("name", "asset__media_type", "asset__width", "asset__height", "asset__facts")
    for name, *row in AssetName.objects.filter(project=project).values_list(*asked).iterator():
        yield name, tuple(row)


def _extent(_: str, width: int | None, height: int | None, facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "width": width, "height": height}


def _fault_of_address(name: str, family: str) -> str:
    """Pictures elsewhere only from where the installation allows it: the browser asks there."""
    if family != "image":
        return f"A {NOUNS[family]} is uploaded here: its length must be known. Upload it first."
    try:
        parts = urlsplit(name)
        is_allowed = parts.netloc.lower() in {host.lower() for host in settings.MEDIA_HOSTS}
    except ValueError:
        is_allowed = False
    if is_allowed:
        return ""
    allowed = ", ".join(settings.MEDIA_HOSTS) or "none"
    return f"Pictures from this address are not allowed (CONCORD_MEDIA_HOSTS: {allowed}). Upload it, or have it fetched."


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
        raise AssetInUse(f"{tasks} this {NOUNS[asset.family]}, and would show nothing without it.")
    sha256 = asset.sha256
    record("file.deleted", project=asset.project, subject=sha256)
    asset.delete()
    transaction.on_commit(lambda: remove_asset_files([sha256]))
