"""What a lead says about the order of the queue and about suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.annotations.models import Question
from apps.routing.actions.plans import offered
from apps.routing.actions.raising import MOST_RAISED
from apps.routing.actions.replaying import MOST_SEEDS, MOST_STRATEGIES, SEEDS, comparable
from apps.routing.actions.windows import Import
from apps.routing.models import Plan, When

SHARE = "Give a number, such as 0.1."
WHOLE = "Give a whole number."


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


class RaiseForm(forms.Form):
    """How far up tasks go, and how many of them."""

    level = forms.FloatField(
        label="Level",
        initial=1,
        min_value=-1e9,
        max_value=1e9,
        help_text="Tasks on a higher level come first. Where nobody asked for anything, they are on 0.",
    )
    count = forms.IntegerField(
        label="How many, by lot",
        min_value=1,
        max_value=MOST_RAISED,
        error_messages={"invalid": WHOLE},
    )


class RegionForm(RaiseForm):
    """What a lead drew on the map, or chose from its parts, and what becomes of it."""

    line = forms.CharField(required=False, max_length=40_000, widget=forms.HiddenInput)
    part = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class WindowForm(forms.Form):
    """Which tasks are held against those before them."""

    import_ = forms.ChoiceField(label="What came by", required=False)
    since = forms.DateTimeField(
        label="Or everything since",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Where neither is given: what came since the last look.",
    )

    def __init__(self, *args: Any, imports: Sequence[Import], **more: Any) -> None:
        super().__init__(*args, **more)
        named = [
            (str(one.number), f"import {one.number}, {one.at:%-d %b %Y}: {one.tasks:,} tasks")
            for one in imports
        ]
        self.fields["import_"].choices = [("", "no import in particular"), *named]  # type: ignore[attr-defined]


class ReplayForm(forms.Form):
    """Which strategies are compared, and on which question's answers."""

    question = forms.ChoiceField(label="On the answers to")
    strategies = forms.MultipleChoiceField(
        label="Strategies",
        widget=forms.CheckboxSelectMultiple,
        help_text=f"{MOST_STRATEGIES} at most. Random is always among them: it is what they must beat.",
    )
    seeds = forms.IntegerField(
        label="Repeated",
        initial=SEEDS,
        min_value=2,
        max_value=MOST_SEEDS,
        error_messages={"invalid": WHOLE},
        help_text="Each time with another start and another model.",
    )

    def __init__(self, *args: Any, questions: Sequence[Question], **more: Any) -> None:
        super().__init__(*args, **more)
        named = [(one.name, one.title) for one in questions]
        self.fields["question"].choices = named  # type: ignore[attr-defined]
        rules = [(one.name, one.label) for one in comparable()]
        self.fields["strategies"].choices = rules  # type: ignore[attr-defined]
