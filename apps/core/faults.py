"""What was sent and cannot be: the one kind of error that names the place of each fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class BadInput(ValueError):
    """A sentence for each place at fault. A page shows each beside its field, the API answers 422.

    An app's own kinds of it say what they are of, and have a `code` for programs.
    """

    code: ClassVar[str]

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class PlacedInput(BadInput):
    """In its words, too, each sentence stands behind its place: by itself it would not say of what."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.args = ("; ".join(f"{place}: {sentence}" for place, sentence in errors.items()),)
