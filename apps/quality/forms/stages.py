"""The table of stages as a lead edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from apps.annotations.models import Question
from apps.quality.actions.stages import MOST_STAGES, StageSpec
from apps.quality.forms import LARGEST_KEY
from apps.quality.models import Order, Stage, Verdict
from apps.quality.selections import selections

BEGINNING = [Verdict.ACCEPT, Verdict.CORRECT, Verdict.RETURN]


class StageForm(forms.Form):
    """One row. Of the settings those of the chosen rule are shown and taken."""

    id = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    name = forms.CharField(label="Name", max_length=60)
    selection = forms.ChoiceField(label="Takes", choices=[])
    share = forms.FloatField(label="Share, 0 to 1", required=False)
    below = forms.FloatField(label="Below, 0 to 1", required=False)
    agreement = forms.FloatField(label="Agreement from, 0 to 1", required=False)
    question = forms.ChoiceField(label="Question", required=False)
    labels = forms.CharField(label="Labels", max_length=300, required=False)
    requires = forms.CharField(
        label="Reviewers need",
        required=False,
        max_length=900,
        help_text="Nothing, or such as skill:radiology, with commas between.",
    )
    may = forms.MultipleChoiceField(
        label="May", choices=Verdict.choices, widget=forms.CheckboxSelectMultiple
    )
    order = forms.ChoiceField(label="Order", choices=Order.choices)
    is_blind = forms.BooleanField(label="Blind", required=False)
    is_removed = forms.BooleanField(label="Remove", required=False)

    def __init__(self, *args: Any, questions: Sequence[Question], **more: Any) -> None:
        super().__init__(*args, **more)
        rules = [(one.name, one.label) for one in selections.values()]
        self.fields["selection"].choices = rules  # type: ignore[attr-defined]
        named = [(one.name, one.title) for one in questions]
        self.fields["question"].choices = named  # type: ignore[attr-defined]

    @property
    def rule(self) -> str:
        chosen = self["selection"].value()
        return chosen if chosen in selections else "everything"

    @property
    def summary(self) -> str:
        return selections[self.rule].summary

    @property
    def settings(self) -> list[Any]:
        """The bound fields of the chosen rule; one that was not there before begins as it does."""
        for name, beginning in selections[self.rule].settings.items():
            is_missing = self.is_bound and self.add_prefix(name) not in self.data
            if is_missing and isinstance(self.data, QueryDict) and not isinstance(beginning, str):
                self.data[self.add_prefix(name)] = str(beginning)
        return [self[name] for name in selections[self.rule].settings]

    def spec(self) -> StageSpec:
        sent = self.cleaned_data
        given = {name: sent.get(name) for name in selections[sent["selection"]].settings}
        return StageSpec(
            name=sent["name"],
            selection=sent["selection"],
            config={name: value for name, value in given.items() if value is not None},
            requires=[one.strip() for one in sent["requires"].split(",") if one.strip()],
            may=sent["may"],
            is_blind=sent["is_blind"],
            order=sent["order"],
            id=sent["id"],
        )

    def draft(self, place: int) -> StageSpec:
        config = {}
        for field in self.settings:
            try:
                config[field.name] = self.fields[field.name].clean(field.value())
            except forms.ValidationError:
                config[field.name] = None
        name, key = str(self["name"].value() or f"stage {place + 1}"), str(self["id"].value())
        kept = int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else None
        may = [Verdict.ACCEPT]
        return StageSpec(name=name, selection=self.rule, config=config, may=may, id=kept)


class StageTable:
    """All rows, as they are kept or as they were sent."""

    def __init__(self, rows: list[StageForm]) -> None:
        self.rows = rows
        self.problem = ""

    @classmethod
    def of(cls, stages: Sequence[Stage], questions: Sequence[Question]) -> StageTable:
        return cls(
            [
                StageForm(prefix=str(place), questions=questions, initial=_initial(stage))
                for place, stage in enumerate(stages)
            ]
        )

    @classmethod
    def sent(cls, data: QueryDict, questions: Sequence[Question]) -> StageTable:
        """Rows without those that were removed; `add` puts an empty one behind."""
        try:
            count = min(int(data.get("rows", "0")), MOST_STAGES)
        except ValueError:
            count = 0
        rows = [StageForm(data.copy(), prefix=str(i), questions=questions) for i in range(count)]
        return cls([row for row in rows if not row["is_removed"].value()])

    def add(self, questions: Sequence[Question]) -> None:
        if len(self.rows) < MOST_STAGES:
            new = Stage(name="", selection="everything", may=BEGINNING)
            prefix = str(max((int(row.prefix or 0) for row in self.rows), default=-1) + 1)
            self.rows.append(StageForm(prefix=prefix, questions=questions, initial=_initial(new)))

    @property
    def count(self) -> int:
        """How many rows to read: prefixes stay as they were when a row before is removed."""
        return max((int(row.prefix or 0) for row in self.rows), default=-1) + 1

    def is_valid(self) -> bool:
        # Each of them, so that all faults are shown at once.
        valid = [row.is_valid() for row in self.rows]
        return all(valid)

    def specs(self) -> list[StageSpec]:
        return [row.spec() for row in self.rows]

    def drafts(self) -> list[StageSpec]:
        """What the rows would take, whether or not they have names yet."""
        return [row.draft(place) for place, row in enumerate(self.rows)]

    def refuse(self, errors: Mapping[str, str]) -> None:
        """{"0.config.share": sentence} beside its field."""
        for path, message in errors.items():
            place, _, name = path.partition(".")
            name = name.removeprefix("config.")
            if place.isdecimal() and name != "id" and name in self.rows[int(place)].fields:
                self.rows[int(place)].add_error(name, message)
            else:
                self.problem = message


def _initial(stage: Stage) -> dict[str, Any]:
    return {
        "id": stage.pk,
        "name": stage.name,
        "selection": stage.selection,
        "requires": ", ".join(stage.requires),
        "may": stage.may,
        "order": stage.order,
        "is_blind": stage.is_blind,
        **stage.config,
    }
