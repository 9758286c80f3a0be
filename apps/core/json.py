"""JSON that the database can keep: what it could not hold, or would change in silence, is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

MAX_DEPTH = 64
LARGEST = 2**64 - 1
SMALLEST = -(2**63)

# Looked for in every line of a file: ten times faster than a regular expression.
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_DIGITS = b"0" * 19
_SURROGATE = re.compile("[\ud800-\udfff]")


class BadValue(ValueError):
    """JSON that is refused: where (`data.turns[3]`, or "" for the whole) and why, in a sentence."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


def loads(data: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The value that `data` (UTF-8) holds. Raises BadValue.

    orjson refuses NaN, Infinity, numbers beyond a double, lone surrogates and bytes that are not
    UTF-8. The rest is looked for only in data that can contain it, which the bytes tell.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadValue("", _explained(error)) from None
    if data.count(b"[") + data.count(b"{") > max_depth or b"\\u0000" in data:
        check_json(value, max_depth=max_depth)
    if _LONG_DIGITS in data.translate(_DIGITS):
        _check_whole_numbers(data)
    return value


def dumps(value: Any) -> bytes:
    """Compact JSON. Pass only what `check_json` accepts: orjson would write NaN as null."""
    return orjson.dumps(value)


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, whatever the order of the keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def check_json(value: Any, *, max_depth: int = MAX_DEPTH) -> None:
    """Raises BadValue at the first place that PostgreSQL's jsonb could not keep as it is."""
    # A stack of our own: a value deep enough to exhaust Python's is what this is to refuse.
    stack: list[tuple[str, Any, int]] = [("", value, 0)]
    while stack:
        path, part, depth = stack.pop()
        if not isinstance(part, (dict, list, tuple)):
            _check_scalar(path, part)
            continue
        if depth >= max_depth:
            shown = path if len(path) <= 60 else f"{path[:60]}…"
            raise BadValue(shown, f"Nested more than {max_depth} levels deep. Flatten it.")
        stack.extend((p, child, depth + 1) for p, child in _children(path, part))


def _children(
    path: str, part: dict[Any, Any] | list[Any] | tuple[Any, ...]
) -> Iterator[tuple[str, Any]]:
    if not isinstance(part, dict):
        yield from ((f"{path}[{i}]", child) for i, child in enumerate(part))
        return
    for key, child in part.items():
        if not isinstance(key, str):
            raise BadValue(path, "The key of a JSON object must be text.")
        _check_text(path, key)
        yield f"{path}.{key}" if path else key, child


def _check_scalar(path: str, value: object) -> None:
    if isinstance(value, str):
        _check_text(path, value)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if not SMALLEST <= value <= LARGEST:
            raise BadValue(path, "A whole number of more than 64 bits. Write it as text.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise BadValue(
                path, "NaN and Infinity are not numbers in JSON. Use null, or leave it out."
            )
    else:
        raise BadValue(path, f"A {type(value).__name__} is not a JSON value.")


def _check_text(path: str, text: str) -> None:
    if "\x00" in text:
        raise BadValue(path, "The text contains a NUL character. Remove it.")
    if _SURROGATE.search(text):
        raise BadValue(path, "The text contains half of a surrogate pair. Save it as valid UTF-8.")


def _check_whole_numbers(data: bytes) -> None:
    """orjson turns whole numbers of more than 64 bits into doubles: an id would come back changed."""

    def whole(digits: str) -> int:
        if len(digits) > 20 or not SMALLEST <= int(digits) <= LARGEST:
            message = f"The whole number {digits[:24]} has more than 64 bits. Write it as text."
            raise BadValue("", message)
        return 0

    # orjson has accepted these bytes, so only the depth can fail here, and that is bounded by now.
    json.loads(data, parse_int=whole, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise BadValue("", f"{name} is not a number in JSON.")


def _explained(error: orjson.JSONDecodeError) -> str:
    reason = error.msg.split(": line ")[0]
    if "depth limit" in reason or "recursion limit" in reason:
        return f"Nested more than {MAX_DEPTH} levels deep. Flatten it."
    if "infinity" in reason:
        return "A number is too large to keep. Write it as text."
    if "UTF-8" in reason:
        return "The text is not valid UTF-8. Save it as UTF-8."
    if "surrogate" in reason:
        return f"Half of a surrogate pair at character {error.pos + 1}. Save it as valid UTF-8."
    return f"Not valid JSON at line {error.lineno}, column {error.colno}: {reason}."
