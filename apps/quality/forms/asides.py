"""Which of somebody's answers a lead looks at setting aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from apps.annotations.models import Question


class AsideForm(forms.Form):
    which = forms.ChoiceField(required=False, label="Which answers")
    first = forms.DateField(
        required=False,
        label="Since",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, data: Any = None, *, questions: Sequence[Question]) -> None:
        super().__init__(data)
        self.choices = _choices(questions)
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            ("", "All answers"),
            *((key, words) for key, (words, _, _) in self.choices.items()),
        ]

    def chosen(self) -> dict[str, Any]:
        """As `look_at_aside` takes it."""
        which, first = self.cleaned_data["which"], self.cleaned_data["first"]
        _, question, label = self.choices.get(which, ("", None, ""))
        return {
            "question": question,
            "label": label,
            "first_at": timezone.make_aware(datetime.combine(first, time.min)) if first else None,
        }


def _choices(questions: Sequence[Question]) -> dict[str, tuple[str, Question, str]]:
    """Key in the form: words, the question, the label (empty: any answer to it)."""
    found: dict[str, tuple[str, Question, str]] = {}
    for question in questions:
        if len(questions) > 1:
            found[question.name] = (f"{question.title}: any answer", question, "")
        for label in question.behaviour.labels(question.config):
            if question.behaviour.form(question.config) in {"label", "set"}:
                words = f"{question.title}: {label.title}"
                found[f"{question.name}:{label.value}"] = (words, question, label.value)
    return found
