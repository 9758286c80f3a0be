"""Many files in one. A zip is opened by its list of members, and never onto a path of theirs."""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings

from apps.tasks.actions.pictures import BadMedia
from apps.tasks.actions.recordings import begins_as_recording

MOST_MEMBERS = 20_000
# The list itself is read as a whole: this much has room for the longest that is allowed.
MOST_LIST_BYTES = 8 * 1024 * 1024
MOST_IN_MEMORY = 1024 * 1024
CHUNK = 256 * 1024
END, END_BYTES = b"PK\x05\x06", 22
END_64, END_64_BYTES = b"PK\x06\x07", 20
LONGEST_COMMENT = 65_535
LINK = 0o120000
KIND = 0o170000
# What Python's `zipfile` raises of broken files, and of compressions and encryptions it cannot read.
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)


def is_archive(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) in {b"PK\x03\x04", END}


def members_of(file: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of each file in it. BadMedia when the whole cannot be taken.

    Counted is what comes out, whatever the headers say.
    """
    with _opened(file) as archive:
        infos = _infos(archive)
        for info in infos:
            _check_plain(info)
        room = settings.MAX_UPLOAD_BYTES
        for info in infos:
            with tempfile.SpooledTemporaryFile(MOST_IN_MEMORY) as out:
                room -= _unpack(archive, info, out, room)
                yield info.filename, out  # type: ignore[misc]


def count_members(file: BinaryIO) -> int:
    """1 for a zip file that cannot be taken: it is refused as one."""
    try:
        with _opened(file) as archive:
            return len(_infos(archive))
    except BadMedia:
        return 1


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    _check_list(file)
    try:
        return zipfile.ZipFile(file)
    except BROKEN as error:
        raise BadMedia("The zip file is broken.") from error


def _infos(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = [one for one in archive.infolist() if not one.is_dir() and not _is_litter(one)]
    if len(infos) > MOST_MEMBERS:
        raise BadMedia(f"The zip file has more than {MOST_MEMBERS:,} files. Send it in parts.")
    return infos


def _check_list(file: BinaryIO) -> None:
    """Python reads the list of members as a whole, so its length is looked at before."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_BYTES - LONGEST_COMMENT - END_64_BYTES))
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        raise BadMedia("The zip file is broken: it has no end.")
    count, length = struct.unpack_from("<HL", tail, at + 10)
    if tail[max(0, at - END_64_BYTES) :].startswith(END_64):
        raise BadMedia("The zip file is of the form for more than 4 GB. Send it in parts.")
    if count > 2 * MOST_MEMBERS or length > MOST_LIST_BYTES:
        raise BadMedia(f"The zip file has more than {MOST_MEMBERS:,} files. Send it in parts.")
    file.seek(0)


def _is_litter(info: zipfile.ZipInfo) -> bool:
    """What macOS and Windows put beside the files by themselves."""
    name = info.filename.rsplit("/", maxsplit=1)[-1]
    return info.filename.startswith("__MACOSX/") or name in {".DS_Store", "Thumbs.db"}


def _check_plain(info: zipfile.ZipInfo) -> None:
    parts = info.filename.replace("\\", "/").split("/")
    if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise BadMedia(f"{info.filename[:200]!r} leads out of the zip file. Nothing was taken.")
    if (info.external_attr >> 16) & KIND == LINK:
        raise BadMedia(f"{info.filename[:200]!r} is a link and no file. Nothing was taken.")
    if info.flag_bits & 1:
        raise BadMedia("The zip file is locked with a password.")


def _limit_of(head: bytes) -> int:
    plays = begins_as_recording(head)
    return settings.MAX_MEDIA_BYTES if plays else settings.MAX_IMAGE_BYTES


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, out: object, room: int) -> int:
    most, taken = 0, 0
    try:
        with archive.open(info) as source:
            while chunk := source.read(CHUNK):
                most = most or min(_limit_of(chunk), room)
                taken += len(chunk)
                if taken > most:
                    raise BadMedia(
                        f"{info.filename[:200]!r} unpacks to more than {most // 1024**2} MB."
                        " What follows it in the zip file was not taken."
                    )
                out.write(chunk)  # type: ignore[attr-defined]
    except BROKEN as error:
        raise BadMedia(f"{info.filename[:200]!r} in the zip file is broken.") from error
    return taken
