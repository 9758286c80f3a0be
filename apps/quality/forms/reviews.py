"""What a reviewer sends about one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from apps.annotations.models import Question
from apps.quality.actions.verdicts import LONGEST_REASON, Said
from apps.quality.forms import LARGEST_KEY, DecisionForm
from apps.quality.models import GoesTo, Verdict

TO_OTHER = "return_to_other"


class ReviewForm(forms.Form):
    """The button that was pressed, with the reason; for a correction the rows of a decision."""

    verdict = forms.ChoiceField(
        choices=[*Verdict.choices, (TO_OTHER, "Return to another person")],
        error_messages={"required": "Say what becomes of the answer."},
    )
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
        if cleaned.get("verdict") == Verdict.CORRECT and not self.rows.is_valid():
            raise forms.ValidationError("The correction cannot be taken like this.")
        return cleaned

    def said(self) -> Said:
        sent = self.cleaned_data
        is_other = sent["verdict"] == TO_OTHER
        verdict = Verdict.RETURN if is_other else Verdict(sent["verdict"])
        goes_to = GoesTo.OTHER if is_other else GoesTo.SAME
        is_correction = verdict == Verdict.CORRECT
        decision = self.rows.decision() if is_correction else {}
        return Said(
            verdict=verdict,
            annotation_id=sent["annotation"],
            reason=sent["reason"],
            goes_to=goes_to if verdict == Verdict.RETURN else "",
            answers=decision.get("answers", {}),
            follows=decision.get("follows"),
        )

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what the action refused where it belongs."""
        for name, message in errors.items():
            if name in self.fields:
                self.add_error(name, message)
            elif name in {question.name for question in self.rows.questions}:
                self.rows.row_errors[name] = message
            else:
                self.add_error(None, message)
