"""Many decisions of one kind, sent together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django import forms
from django.http import QueryDict

from apps.quality.actions.passes import Said
from apps.quality.forms import LONGEST_REASON

NOTHING = "Choose an answer for at least one task."
CHANGED = "Its answers changed meanwhile. Look at them again."
MOST_TASKS, LONGEST_KEY = 50, 18


class Card(Protocol):
    """One task of a pass, as it is now."""

    taken: str
    notice: str

    @property
    def task_id(self) -> int: ...

    @property
    def saw(self) -> Sequence[int]: ...

    @property
    def keys(self) -> frozenset[str]:
        """Of the answers that can be taken."""

    def said(self, key: str) -> Said: ...


class PassForm(forms.Form):
    """Of each `task`: `take.TASK` (the key of an answer that is right) and `saw.TASK`."""

    reason = forms.CharField(required=False, max_length=LONGEST_REASON, strip=True)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        keys = data.getlist("task")[:MOST_TASKS]
        sent = [int(key) for key in keys if key.isascii() and key.isdigit()]
        self.task_ids = [pk for pk in sent if len(str(pk)) <= LONGEST_KEY]
        self.cards: dict[int, Card] = {}

    def choose(self, cards: Sequence[Card]) -> None:
        """Put the choices into the cards, which are there as they are now."""
        self.cards = {card.task_id: card for card in cards}
        for pk, card in self.cards.items():
            card.taken = self._taken(pk)

    def _taken(self, task_id: int) -> str:
        taken = self.data.get(f"take.{task_id}", "")
        return str(taken)

    @property
    def gone(self) -> int:
        """How many have a choice and wait no more."""
        return sum(1 for pk in self.task_ids if self._taken(pk) and pk not in self.cards)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for pk, card in self.cards.items():
            saw = ",".join(map(str, card.saw))
            if card.taken and (card.taken not in card.keys or self.data.get(f"saw.{pk}") != saw):
                card.taken, card.notice = "", CHANGED
                self.add_error(None, CHANGED)
        if not self.errors and not any(card.taken for card in self.cards.values()):
            raise forms.ValidationError(NOTHING)
        return cleaned

    def said(self) -> list[Said]:
        return [card.said(card.taken) for card in self.cards.values() if card.taken]
