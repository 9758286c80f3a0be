"""Keeps the files that tasks show: each content once, under its own hash, never changed."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from apps.core.actions import start_job
from apps.core.stores import store
from apps.projects.models import Project
from apps.tasks.actions.pictures import BadMedia, look_into
from apps.tasks.actions.recordings import is_recording, look_at_head
from apps.tasks.actions.thumbnails import of_picture
from apps.tasks.models import Asset, AssetName, AssetState

LONGEST_NAME = 255
LONGEST_ADDRESS = 2_000
# Of addresses, under which files that lay elsewhere are kept.
SCHEMES = ("https://", "http://", "s3://")
LOOK = "tasks.look"
CHUNK = 256 * 1024
NAME_IS_TAKEN = "Another file has this name. Tasks show that one; give this one a new name."


class Kept(NamedTuple):
    asset: Asset
    name: str
    # Whether the project did not have it under this name before.
    is_new: bool


def name_of_asset(sha256: str) -> str:
    """Where the content lies in the store. Nothing of a client's name is in it."""
    digest = bytes.fromhex(sha256).hex()
    return f"assets/{digest[:2]}/{digest}"


def folder_of_drawn(sha256: str) -> str:
    """What is drawn of a content, and can be drawn again: its waveform, its spectrogram."""
    digest = bytes.fromhex(sha256).hex()
    return f"drawn/{digest[:2]}/{digest}"


def name_of_thumbnail(sha256: str) -> str:
    return f"{folder_of_drawn(sha256)}.webp"


def keep_thumbnail(sha256: str, made: tuple[bytes, dict[str, Any]] | None) -> dict[str, Any]:
    """What the file's facts say of it."""
    if made is None:
        return {}
    content, size = made
    store().keep(BytesIO(content), name_of_thumbnail(sha256))
    return {"thumbnail": size}


def clean_name(name: str) -> str:
    """As tasks' data have it: parts with slashes between them, leading nowhere else; or an address."""
    if name.startswith(SCHEMES):
        return clean_address(name)
    cleaned = unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")
    parts = cleaned.split("/")
    if len(cleaned) > LONGEST_NAME:
        raise BadMedia(f"The name has more than {LONGEST_NAME} characters.")
    if any(part in {"", ".", ".."} for part in parts) or ":" in cleaned:
        raise BadMedia("The name is no plain path, such as street/001.jpg.")
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in cleaned):
        raise BadMedia("The name has a character that cannot be shown.")
    return cleaned


def clean_address(name: str) -> str:
    """A file that was fetched is called as it was called where it lay."""
    if len(name) > LONGEST_ADDRESS or not name.isascii() or not name.isprintable() or " " in name:
        raise BadMedia(f"The address is no plain one of at most {LONGEST_ADDRESS:,} signs.")
    return name


def keep_asset(*, project: Project, name: str, file: BinaryIO) -> Kept:
    """The same file again adds nothing. BadMedia for what browsers do not show, or a taken name.

    What plays is shown at once; a job then looks through it and draws its sound.
    """
    name = clean_name(name)
    found = _looked_at(file)
    sha256 = _digest(file)
    try:
        with transaction.atomic():
            _lock(sha256)
            if not store().exists(name_of_asset(sha256)):
                store().keep(file, name_of_asset(sha256))
            asset, is_first = Asset.objects.get_or_create(
                project=project, sha256=sha256, defaults=found
            )
            if is_first and asset.state == AssetState.WAITING:
                _have_it_looked_at(asset)
            elif is_first:
                file.seek(0)
                asset.facts |= keep_thumbnail(sha256, of_picture(file.read()))
                asset.save(update_fields=["facts"])
            named, is_new = AssetName.objects.get_or_create(
                project=project, name=name, defaults={"asset": asset}
            )
            if named.asset_id != asset.pk:
                raise BadMedia(NAME_IS_TAKEN)
    except IntegrityError as error:
        raise BadMedia("It was being changed by somebody else. Send it again.") from error
    return Kept(asset, name, is_new)


def check_asset(*, project: Project, name: str, file: BinaryIO, names: dict[str, str]) -> None:
    """BadMedia where `keep_asset` would refuse it. `names` are those that were checked before, each
    with its content, and this one is added.
    """
    name = clean_name(name)
    _looked_at(file)
    sha256 = _digest(file)
    here = AssetName.objects.filter(project=project, name=name)
    taken = names.get(name) or here.values_list("asset__sha256", flat=True).first()
    if taken not in {None, sha256}:
        raise BadMedia(NAME_IS_TAKEN)
    names[name] = sha256


@transaction.atomic
def look_again(*, asset: Asset) -> None:
    """After a failure, or when ffmpeg has been installed since."""
    asset.state, asset.problem = AssetState.WAITING, ""
    asset.save(update_fields=["state", "problem"])
    _have_it_looked_at(asset)


def _have_it_looked_at(asset: Asset) -> None:
    start_job(
        kind=LOOK,
        arguments={"asset_id": asset.pk},
        queue="bulk",
        scope=Project(pk=asset.project_id).scope,
    )


def _looked_at(file: BinaryIO) -> dict[str, Any]:
    """What is known of it at once, by its content: a name says nothing."""
    size = file.seek(0, os.SEEK_END)
    plays = is_recording(file)
    most = settings.MAX_MEDIA_BYTES if plays else settings.MAX_IMAGE_BYTES
    if size > most:
        raise BadMedia(f"The file has more than {most // 1024**2} MB.")
    if plays:
        return {"size": size, "state": AssetState.WAITING, **look_at_head(file)._asdict()}
    picture = look_into(file)
    state = AssetState.WAITING if picture.is_large else AssetState.READY
    return {"size": size, "state": state, **picture._asdict()}


def remove_asset_files(hashes: list[str]) -> None:
    """What no project has any more is removed from the store."""
    for sha256 in hashes:
        with transaction.atomic():
            _lock(sha256)
            if not Asset.objects.filter(sha256=sha256).exists():
                store().remove(name_of_asset(sha256))
                store().remove_folder(folder_of_drawn(sha256))
                store().remove(name_of_thumbnail(sha256))


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _lock(sha256: str) -> None:
    """One at a time per content: else a file is removed just after another project has kept it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('asset'), hashtext(%s))", (sha256,))
