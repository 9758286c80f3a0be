"""Bodies: JSON that the database can keep, or a form with files where files are taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import BaseParser

from apps.core.json import loads


class JsonParser(BaseParser):
    """Refuses with the place what would be changed in silence: NaN, NUL, half surrogates."""

    media_type = "application/json"
    most_bytes: int | None = None

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = self.most_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # One byte more than allowed tells a body that is too long, whatever its header says.
        body = stream.read(most + 1)
        if len(body) > most:
            raise RequestDataTooBig
        return loads(body) if body else {}


class RowsParser(JsonParser):
    """Rows for an import may be more than a request usually is; a file may be any length."""

    most_bytes = 32 * 1024 * 1024
