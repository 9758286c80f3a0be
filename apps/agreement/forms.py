"""What a lead asks of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

AIMS = {
    "width": "The interval is no wider than",
    "difference": "Two halves of it show a difference of",
}
DEFAULTS = {"width": 0.05, "difference": 0.05}


class NeedForm(forms.Form):
    """What is aimed at, and what an answer costs. All in the address, so that it can be passed on."""

    aim = forms.ChoiceField(choices=list(AIMS.items()), label="Until")
    size = forms.FloatField(
        min_value=0.005,
        max_value=1,
        label="How much",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    per_answer = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(9999),
        label="Cost per answer",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    per_hour = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(9999),
        label="or per hour of work",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )

    @classmethod
    def of(cls, query: Mapping[str, str]) -> NeedForm:
        """With what is usual where the address says nothing."""
        aim = query.get("aim") or next(iter(AIMS))
        usual = {"aim": aim, "size": DEFAULTS.get(aim, "")}
        return cls(usual | {name: query[name] for name in query if query[name]})

    @property
    def wanted(self) -> dict[str, Any]:
        """What is asked; what is usual where that is not valid."""
        usual = {"aim": "width", "size": DEFAULTS["width"], "per_answer": None, "per_hour": None}
        return {**usual, **self.cleaned_data} if self.is_valid() else usual
