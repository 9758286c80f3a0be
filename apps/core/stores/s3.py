"""In a bucket that speaks S3, for more than one machine."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store as Bucket

from apps.core.stores.base import Kept, Store

# Read at once, and so the most that is read in vain by who wants a few bytes.
BLOCK = 1024 * 1024
CHUNK = 8 * 1024 * 1024
AT_ONCE = 8
# Long enough for a part of a large file over a slow line.
TIMEOUT = "120s"


class S3Store(Store):
    def __init__(
        self,
        *,
        bucket: str,
        prefix: str = "",
        endpoint: str = "",
        region: str = "",
        key: str = "",
        secret: str = "",
        retries: int = 5,
    ) -> None:
        """Without a key it is found as programs for S3 do: in `AWS_…`, or from the machine's role."""
        given = {
            "endpoint": endpoint,
            "region": region or "us-east-1",
            "access_key_id": key,
            "secret_access_key": secret,
        }
        self._bucket = Bucket(
            bucket,
            prefix=prefix or None,
            config={name: value for name, value in given.items() if value},  # type: ignore[arg-type]
            # Servers of one's own have no name for each bucket.
            virtual_hosted_style_request=not endpoint,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": TIMEOUT},
            retry_config={"max_retries": retries},
        )

    def open(self, name: str) -> BinaryIO:
        return io.BufferedReader(_Ranged(self._bucket, name, self._size(name)), BLOCK)

    def exists(self, name: str) -> bool:
        try:
            self._size(name)
        except FileNotFoundError:
            return False
        return True

    def _size(self, name: str) -> int:
        try:
            return obstore.head(self._bucket, name)["size"]
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise PermissionError(f"The bucket does not let us read {name!r}.") from error

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(name).name
            with path.open("wb") as file:
                for chunk in obstore.get(self._bucket, name).stream(min_chunk_size=CHUNK):
                    file.write(chunk)
            yield path

    def take(self, path: Path, name: str) -> None:
        obstore.put(self._bucket, name, path)

    def take_folder(self, folder: Path, name: str) -> None:
        self.remove_folder(name)
        paths = [path for path in folder.rglob("*") if path.is_file()]
        names = [f"{name}/{path.relative_to(folder).as_posix()}" for path in paths]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            # Asked for one by one, so that what goes wrong is raised here.
            for _ in pool.map(self.take, paths, names):
                pass

    def remove(self, name: str) -> None:
        obstore.delete(self._bucket, name)

    def remove_folder(self, name: str) -> None:
        if names := [one.name for one in self.files(name)]:
            obstore.delete(self._bucket, names)

    def files(self, under: str = "") -> Iterator[Kept]:
        for some in obstore.list(self._bucket, under or None):
            for one in some:
                yield Kept(one["path"], one["last_modified"])

    def workshop(self, name: str) -> Path:
        return Path(tempfile.gettempdir())


class _Ranged(io.RawIOBase):
    """An object as a file: each piece is fetched when it is read."""

    def __init__(self, bucket: Bucket, name: str, size: int) -> None:
        self._bucket, self._name, self._size, self._at = bucket, name, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        end = min(self._at + len(view), self._size)
        if end <= self._at:
            return 0
        data = bytes(obstore.get_range(self._bucket, self._name, start=self._at, end=end))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
