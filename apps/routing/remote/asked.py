"""What is asked, and about which task, as far as a model must know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.annotations.kinds.base import Config, Kind, Seen


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: its kind's config is cleaned, as questions keep it."""

    name: str
    kind: str
    config: Config
    is_required: bool = True

    @property
    def behaviour(self) -> Kind:
        from apps.annotations.kinds import kinds  # noqa: PLC0415  (kinds load on first use)

        return kinds[self.kind]

    @property
    def labels(self) -> tuple[str, ...]:
        """Those on offer: a model may not bring back what was retired."""
        offered = self.behaviour.labels(self.config)
        return tuple(label.value for label in offered if not label.is_retired)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A task: its declared fields, and what is known of them (`Display.extent`).

    Files must stand in the data as addresses that the model can read.
    """

    id: int
    data: Mapping[str, Any]
    seen: Seen = field(default_factory=Seen)


class CannotSay(ValueError):
    """An answer that has no form there, with why."""
