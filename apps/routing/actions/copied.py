"""Very many keys out of the database, without an object for each."""

from __future__ import annotations

import numpy as np
from django.db import connection
from numpy.typing import NDArray


def copied_keys(sql: str) -> NDArray[np.int64]:
    """What this query has in its one column, ascending. It takes no parameters."""
    parts: list[bytes] = []
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
        parts.extend(bytes(block) for block in copy)
    text = b"".join(parts)
    return np.sort(np.fromstring(text, np.int64, sep="\n")) if text else np.zeros(0, np.int64)
