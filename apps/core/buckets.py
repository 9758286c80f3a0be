"""Files in buckets of the installation's own: those that `CONCORD_FETCH_FROM` names, and no others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings

from apps.core.environment import media_store
from apps.core.fetching import CHUNK, BadAddress
from apps.core.stores.s3 import S3Store

SCHEME = "s3://"


def addresses_below(folder: str) -> Iterator[str]:
    """Of all files below a folder, which ends with a slash."""
    store, bucket, name = _opened(folder)
    try:
        names = sorted(one.name for one in store.files(name.rstrip("/")))
    except (OSError, ValueError) as error:
        raise BadAddress("The bucket could not be read.") from error
    yield from (f"{SCHEME}{bucket}/{one}" for one in names)


def fetch_object(url: str, out: BinaryIO, *, most: int) -> None:
    """Write what lies there into `out`, at most so many bytes. BadAddress says why not."""
    store, _, name = _opened(url)
    try:
        with store.open(name) as file:
            if file.seek(0, 2) > most:
                raise BadAddress(f"The file has more than {most // 1024**2} MB.")
            file.seek(0)
            shutil.copyfileobj(file, out, CHUNK)
    except FileNotFoundError:
        raise BadAddress("There is no such file in the bucket.") from None
    except OSError as error:
        raise BadAddress("The bucket could not be read.") from error


def _opened(url: str) -> tuple[S3Store, str, str]:
    """The bucket's store, the bucket and the name in it."""
    folders = [one.rstrip("/") for one in settings.FETCH_FROM if one.startswith(SCHEME)]
    is_plain = not {"", ".", ".."} & set(url.removeprefix(SCHEME).rstrip("/").split("/"))
    if not is_plain or not any(url.startswith(f"{one}/") for one in folders):
        allowed = ", ".join(folders) or "none"
        raise BadAddress(f"Files are not fetched from there (CONCORD_FETCH_FROM: {allowed}).")
    bucket, _, name = url.removeprefix(SCHEME).partition("/")
    return S3Store(**media_store(f"{SCHEME}{bucket}")["OPTIONS"]), bucket, name
