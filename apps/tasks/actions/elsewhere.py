"""Files that lie elsewhere: a list of addresses, each fetched when its turn comes and kept under its address."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings

from apps.core.buckets import SCHEME, addresses_below, fetch_object
from apps.core.fetching import BadAddress, fetch
from apps.tasks.actions.assets import SCHEMES
from apps.tasks.actions.pictures import BadMedia

MOST_LIST_BYTES = 8 * 1024 * 1024
MOST_ADDRESSES = 100_000
MOST_IN_MEMORY = 1024 * 1024


def is_list(file: BinaryIO) -> bool:
    """A text whose first words are an address."""
    file.seek(0)
    head = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    file.seek(0)
    return head.startswith(tuple(one.encode() for one in SCHEMES))


def addresses_in(file: BinaryIO) -> list[str]:
    """One on each line, each once. BadMedia for a list that cannot be taken."""
    file.seek(0)
    content = file.read(MOST_LIST_BYTES + 1)
    if len(content) > MOST_LIST_BYTES:
        raise BadMedia(f"The list has more than {MOST_LIST_BYTES // 1024**2} MB.")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadMedia("The list is no text in UTF-8.") from None
    found = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MOST_ADDRESSES:
        raise BadMedia(f"The list has more than {MOST_ADDRESSES:,} addresses.")
    return found


def count_addresses(file: BinaryIO) -> int:
    """1 for a list that cannot be taken: it is refused as one. A folder counts as one file here."""
    try:
        return len(addresses_in(file))
    except BadMedia:
        return 1


def files_of(file: BinaryIO, problems: list[tuple[str, str]]) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of each; what cannot be fetched is named among the problems."""
    for address in addresses_in(file):
        try:
            names = addresses_below(address) if _is_folder(address) else [address]
            for name in names:
                with tempfile.SpooledTemporaryFile(MOST_IN_MEMORY) as out:
                    if _fetched(name, out, problems):  # type: ignore[arg-type]
                        yield name, out  # type: ignore[misc]
        except BadAddress as bad:
            problems.append((address, str(bad)))


def _is_folder(address: str) -> bool:
    return address.startswith(SCHEME) and address.endswith("/")


def _fetched(name: str, out: BinaryIO, problems: list[tuple[str, str]]) -> bool:
    most = max(settings.MAX_IMAGE_BYTES, settings.MAX_MEDIA_BYTES)
    bring = fetch_object if name.startswith(SCHEME) else fetch
    try:
        bring(name, out, most=most)
    except BadAddress as bad:
        problems.append((name, str(bad)))
        return False
    out.seek(0)
    return True
