import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.json import BadValue, canonical, check_json, dumps, loads

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        (b"", "", "Not valid JSON"),
        (b'{"a": 1', "", "line 1, column 8"),
        (b"[NaN]", "", "Not valid JSON"),
        (b"[Infinity]", "", "Not valid JSON"),
        (b"[1e400]", "", "too large"),
        (b'["\\ud800"]', "", "surrogate"),
        (b'["\xff"]', "", "not valid UTF-8"),
        (b'{"a": {"b": ["x", "\\u0000"]}}', "a.b[1]", "NUL"),
        (b'{"a\\u0000": 1}', "", "NUL"),
        (b'{"id": 12345678901234567890123}', "", "64 bits"),
        (b"-9223372036854775809", "", "64 bits"),
        (b"18446744073709551616", "", "64 bits"),
        (b"[" * 5000 + b"]" * 5000, "", "levels deep"),
        (b"[" * 20_000, "", "levels deep"),
    ],
)
def test_json_that_the_database_cannot_keep_is_refused_with_its_place(data, path, words):
    with pytest.raises(BadValue) as caught:
        loads(data)
    assert caught.value.path == path
    assert words in caught.value.message


def test_depth_is_allowed_up_to_the_limit_and_no_further():
    assert loads(b"[" * 64 + b"]" * 64)
    assert loads(b"[" * 3 + b"]" * 3, max_depth=3) == [[[]]]
    with pytest.raises(BadValue, match="64 levels"):
        loads(b"[" * 65 + b"]" * 65)
    assert len(loads(b"[" + b"[]," * 100 + b"[]]")) == 101


def test_long_digits_are_refused_only_as_whole_numbers():
    assert loads(b'"12345678901234567890123"') == "12345678901234567890123"
    assert loads(b"18446744073709551615") == 2**64 - 1
    assert loads(b"-9223372036854775808") == -(2**63)
    assert loads(b"0.1234567890123456789012345") == pytest.approx(0.1234567890123)


def test_the_last_of_equal_keys_counts():
    assert loads(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, math.nan]}, "a[1]"),
        ({"a": math.inf}, "a"),
        ({"a": {"b": "\x00"}}, "a.b"),
        (["\ud800"], "[0]"),
        ({"a": 2**64}, "a"),
        ({"a": {1: 2}}, "a"),
        ({"a": b"bytes"}, "a"),
    ],
)
def test_a_value_is_checked_as_bytes_are(value, path):
    with pytest.raises(BadValue) as caught:
        check_json(value)
    assert caught.value.path == path


def test_a_value_too_deep_for_python_is_refused_in_words():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadValue, match="levels deep"):
        check_json(deep)


@given(JSON)
def test_what_is_accepted_comes_back_the_same(value):
    check_json(value)
    assert loads(dumps(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(data):
    try:
        value = loads(data)
    except BadValue:
        return
    check_json(value)


def test_canonical_does_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == canonical({"a": {"c": 3, "d": 2}, "b": 1})
    assert orjson.loads(canonical({"b": 1})) == {"b": 1}
