"""Finds the kinds of one family: to add a kind is to add one file to its package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import ClassVar, Generic, Protocol, TypeVar


class Named(Protocol):
    name: ClassVar[str]


K = TypeVar("K", bound=Named)


class Registry(Mapping[str, K], Generic[K]):
    """A read-only mapping from name to kind.

    On first use it imports every module of `package` and makes one instance of each concrete
    subclass of `base` that is defined there. Two kinds of one name raise ValueError.
    """

    def __init__(self, package: str, base: type[K]) -> None:
        self._package = package
        self._base = base

    @cached_property
    def _kinds(self) -> dict[str, K]:
        kinds: dict[str, K] = {}
        package = importlib.import_module(self._package)
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            module = importlib.import_module(f"{self._package}.{found.name}")
            for kind in vars(module).values():
                if self._is_kind(kind, module.__name__):
                    if kind.name in kinds:
                        raise ValueError(f"Two kinds in {self._package} are named {kind.name!r}.")
                    kinds[kind.name] = kind()
        return kinds

    def _is_kind(self, thing: object, module: str) -> bool:
        return (
            inspect.isclass(thing)
            and issubclass(thing, self._base)
            and not inspect.isabstract(thing)
            and thing.__module__ == module
            and hasattr(thing, "name")
        )

    def __getitem__(self, name: str) -> K:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
