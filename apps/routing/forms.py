"""What a lead says about the order of the queue and about suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.annotations.models import Question
from apps.routing.actions.plans import offered
from apps.routing.models import Plan, When

SHARE = "Give a number, such as 0.1."


class PlanForm(forms.Form):
    when = forms.ChoiceField(
        label="Put the tasks in order", choices=When.choices, widget=forms.RadioSelect
    )
    strategy = forms.ChoiceField(label="Strategy")
    question = forms.ChoiceField(
        label="By the model of",
        required=False,
        help_text="Other questions get models and suggestions all the same.",
    )
    exploration = forms.FloatField(
        label="Share left to chance",
        min_value=0,
        max_value=0.5,
        error_messages={"invalid": SHARE},
        help_text="These tasks come in random order, are answered without a model's suggestion, and"
        " no model learns from them: on them models are judged.",
    )
    is_suggesting = forms.BooleanField(label="Propose answers to the next tasks", required=False)
    bar = forms.FloatField(
        label="Propose from this probability on",
        min_value=0,
        max_value=1,
        error_messages={"invalid": SHARE},
    )

    def __init__(self, *args: Any, plan: Plan, questions: Sequence[Question], **more: Any) -> None:
        names = ("when", "strategy", "exploration", "is_suggesting", "bar")
        initial = {name: getattr(plan, name) for name in names}
        initial["question"] = plan.question.name if plan.question else ""
        super().__init__(*args, **(more | {"initial": initial}))
        rules = [(one.name, one.label) for one in offered()]
        self.fields["strategy"].choices = rules  # type: ignore[attr-defined]
        named = [("", "the first that can be learned")]
        named += [(one.name, one.title) for one in questions]
        self.fields["question"].choices = named  # type: ignore[attr-defined]
