"""How a page is looked at: by day and wide, by night on a phone; the other two in the proof."""

from __future__ import annotations

import pytest


def each_look(wide: int = 1440) -> pytest.MarkDecorator:
    """Gives a test `scheme` and `width`."""
    return pytest.mark.parametrize(
        ("scheme", "width"),
        [
            ("light", wide),
            ("dark", 390),
            pytest.param("dark", wide, marks=pytest.mark.proof),
            pytest.param("light", 390, marks=pytest.mark.proof),
        ],
    )
