"""What a lead asks of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from apps.agreement.models import Report

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


class CompareForm(forms.Form):
    """What is held against what. All in the address, so that it can be passed on."""

    # A field that is not asked for is hidden, and a hidden one must not hold the form back.
    use_required_attribute = False

    by = forms.ChoiceField(label="Compare")
    day = forms.DateField(
        required=False,
        label="The day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    version = forms.ChoiceField(required=False, label="The version")
    project = forms.ChoiceField(required=False, label="The other project")

    def __init__(
        self, data: Mapping[str, str], *, versions: list[int], projects: dict[int, Report]
    ) -> None:
        is_asked = any(data.get(name) for name in NEEDS.values())
        super().__init__(data if is_asked else None, initial={"by": data["by"]})
        if wanted := self.fields.get(NEEDS.get(data["by"], "")):
            wanted.required = True
            wanted.error_messages["required"] = "Choose one."
        ways = [("day", "before and since a day")]
        ways += [("guideline", "two versions of the guideline")] if versions else []
        ways += [("project", "with another project")] if projects else []
        self.fields["by"].choices = ways  # type: ignore[attr-defined]
        self.fields["version"].choices = [  # type: ignore[attr-defined]
            (number, f"v{number - 1} and v{number}") for number in reversed(versions)
        ]
        self.fields["project"].choices = [  # type: ignore[attr-defined]
            (pk, report.question.project.name) for pk, report in projects.items()
        ]

    @classmethod
    def of(cls, query: Mapping[str, str], **options: Any) -> CompareForm:
        """As it begins, where the address says nothing yet."""
        return cls({"by": "day"} | {name: query[name] for name in query if query[name]}, **options)

    @property
    def is_asked(self) -> bool:
        return any(self.data.get(name) for name in NEEDS.values())


# What each way of comparing needs to know.
NEEDS = {"day": "day", "guideline": "version", "project": "project"}
