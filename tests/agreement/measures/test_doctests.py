"""The published examples in the docstrings are right."""

import doctest
import importlib
import pkgutil

import pytest

from apps.agreement import measures

MODULES = [measures.__name__] + [
    f"{measures.__name__}.{found.name}" for found in pkgutil.iter_modules(measures.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_docstrings_are_right(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))

    assert result.failed == 0


def test_each_measure_has_an_example() -> None:
    without = [
        name for name, measure in measures.measures.items() if ">>>" not in (measure.__doc__ or "")
    ]

    assert without == []
