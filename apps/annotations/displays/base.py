"""What every display can do. It knows nothing of the database or of a request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar


class BadValue(ValueError):
    """A field's value that its display cannot show: where in it, and what to do."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def in_order(names: Iterable[str], config: Mapping[str, Any]) -> list[str]:
    """The columns that the field's config names first; kept data say nothing of an order."""
    there = dict.fromkeys(names)
    named = [name for name in config.get("columns", ()) if name in there]
    return list(dict.fromkeys([*named, *there]))


class Display(ABC):
    """One way to show a field. Its template gets `shown`, what `prepare` returns."""

    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    description: ClassVar[str]
    # What a preview shows before any task is imported.
    example: ClassVar[Any]
    # What questions can draw on it, as `Kind.surfaces` names it; empty: nothing can.
    surface: ClassVar[str] = ""
    # All that it shows is words, which `extent` gives as "text", or else `summary`.
    is_words: ClassVar[bool] = False
    # What its files may be, the usual first: "image", "audio", "video".
    takes: ClassVar[tuple[str, ...]] = ("image",)
    # The JSON types of which every value can be shown, so that none of them needs a check:
    # "string", "number", "boolean", "array", "object".
    fits: ClassVar[frozenset[str]] = frozenset()

    @property
    def template(self) -> str:
        return f"annotations/displays/{self.name}.html"

    @abstractmethod
    def value_schema(self) -> dict[str, Any]:
        """JSON Schema of the values that it can show."""

    @abstractmethod
    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        """BadValue when an imported value cannot be shown."""

    @abstractmethod
    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """What the template needs; must not fail on a value that passed `check`."""

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """What answers drawn on the value are held against: its text, its size, its length."""
        return {}

    def parts(self, value: Any, config: Mapping[str, Any]) -> list[str]:
        """What it shows one by one (turns, pictures, rows), each in a few words; none by default.

        Its template marks each by `data-part`, its place in the value, within `data-parts-of`.
        """
        return []

    @property
    def has_parts(self) -> bool:
        return type(self).parts is not Display.parts

    @property
    def surfaces(self) -> frozenset[str]:
        """All that questions can do with it: draw on its surface, ask about each of its parts."""
        return frozenset(({self.surface} - {""}) | ({"parts"} if self.has_parts else set()))

    def places(self, value: Any) -> int:
        """How many places it has whose order is drawn for each annotator; 0: none is drawn.

        Then `prepare` finds the order in the config, as `order`.
        """
        return 0

    @property
    def is_shuffled(self) -> bool:
        return type(self).places is not Display.places

    def files(self, value: Any) -> list[str]:
        """The uploaded files that it shows, by name, or addresses elsewhere.

        Then `prepare` and `extent` find what is known of them in the config, as `media`.
        """
        return []

    @property
    def has_files(self) -> bool:
        return type(self).files is not Display.files

    @abstractmethod
    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        """The value in one line of text, for lists and search."""
