"""An objection, and what is decided about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from apps.annotations.models import Question
from apps.quality.actions.rulings import Ruling
from apps.quality.actions.verdicts import LONGEST_REASON
from apps.quality.forms import LARGEST_KEY, DecisionForm


class ReturnedForm(forms.Form):
    """The annotator sends another answer, or objects with a reason."""

    verdict = forms.ChoiceField(choices=[("correct", "Send"), ("contest", "Contest")])
    annotation = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON, strip=True)

    def __init__(
        self,
        data: QueryDict,
        *,
        questions: Sequence[Question],
        given: Mapping[str, Mapping[str, Any]],
    ) -> None:
        super().__init__(data)
        self.rows = DecisionForm(data, questions=questions, given=given, open_names=frozenset())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("verdict") == "correct" and not self.rows.is_valid():
            raise forms.ValidationError("Your answer cannot be taken like this.")
        return cleaned

    def refuse(self, errors: Mapping[str, str]) -> None:
        for name, message in errors.items():
            if name in {question.name for question in self.rows.questions}:
                self.rows.row_errors[name] = message
            self.add_error("reason" if name in {"reason", "text"} else None, message)


class NewAppealForm(forms.Form):
    """Recorded for somebody from outside."""

    task = forms.CharField(
        label="Task", max_length=255, help_text="Its external id, or its number with #."
    )
    reference = forms.CharField(
        label="Reference",
        max_length=200,
        required=False,
        help_text="What they call it there. The same reference again is the same appeal.",
    )
    contact = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        help_text="The answer is mailed there. Who decides does not see it.",
    )
    text = forms.CharField(
        label="What they object to", max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3})
    )


class KeyedRadios(forms.RadioSelect):
    """Each choice by one key of its own."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__()
        self.keys = keys

    def create_option(self, name: str, value: Any, *args: Any, **more: Any) -> dict[str, Any]:
        made = super().create_option(name, value, *args, **more)
        made["attrs"]["data-key"] = self.keys[str(value)]
        return dict(made)


def keyed(key: str, words: str) -> dict[str, str]:
    return {"data-key": key, "data-key-label": words}


class RulingForm(forms.Form):
    """What a third person decides. For an appeal from outside the rows of a decision come along."""

    outcome = forms.ChoiceField(
        label="Outcome",
        choices=[("upheld", "It stays as it was"), ("overturned", "Overturned")],
        widget=KeyedRadios({"upheld": "u", "overturned": "o"}),
    )
    explanation = forms.CharField(
        label="Explanation",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3, **keyed("w", "Write the explanation")}),
        help_text="They read it as you write it.",
    )
    rule = forms.ChoiceField(
        label="Rule of the guideline",
        required=False,
        widget=forms.Select(keyed("r", "Choose the rule")),
    )
    is_gold = forms.BooleanField(
        label="The right answer becomes known",
        required=False,
        widget=forms.CheckboxInput(keyed("y", "Make it a known answer")),
    )
    is_example = forms.BooleanField(
        label="Add to the guideline as an example",
        required=False,
        widget=forms.CheckboxInput(keyed("x", "Add to the guideline as an example")),
    )
    follows = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def __init__(self, data: QueryDict | None = None, *, rules: Sequence[str]) -> None:
        super().__init__(data)
        named = [("", "Choose a heading"), *((rule, rule) for rule in rules)]
        self.fields["rule"].choices = named  # type: ignore[attr-defined]
        # An explanation cites one where there is one.
        self.fields["rule"].required = bool(rules)

    def ruling(self, answers: Mapping[str, Any]) -> Ruling:
        sent = self.cleaned_data
        return Ruling(
            outcome=sent["outcome"],
            explanation=sent["explanation"],
            rule=sent["rule"],
            answers=answers,
            follows=sent["follows"],
            is_gold=sent["is_gold"],
            is_example=sent["is_example"],
        )
