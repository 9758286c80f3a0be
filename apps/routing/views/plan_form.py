"""What a lead decides about the order of the queue, about models and about what they propose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.annotations.models import Question
from apps.routing.actions.plans import LEAST_BESIDE, MOST_BESIDE, offered, offered_beside
from apps.routing.forms import SHARE
from apps.routing.models import Endpoint, Plan, Weighing, When

SETTING = "setting-"


class PlanForm(forms.Form):
    when = forms.ChoiceField(
        label="Put the tasks in order", choices=When.choices, widget=forms.RadioSelect
    )
    strategy = forms.ChoiceField(label="Strategy")
    beside = forms.ChoiceField(
        label="A second strategy beside it",
        required=False,
        help_text="One asks for what is hard, say, and one for what is unlike all that is known.",
    )
    beside_share = forms.FloatField(
        label="Share that the second chooses",
        min_value=LEAST_BESIDE,
        max_value=MOST_BESIDE,
        required=False,
        error_messages={"invalid": SHARE},
        help_text="Of the tasks that are not left to chance, where there is a second.",
    )
    question = forms.ChoiceField(
        label="By the model of",
        required=False,
        help_text="Other questions get models and suggestions all the same.",
    )
    endpoint = forms.ChoiceField(
        label="Which model",
        required=False,
        help_text="A model of your own stands in for ours while it answers; else ours goes on.",
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
    is_self_training = forms.BooleanField(
        label="Learn also from what the model is sure of",
        required=False,
        help_text="Only where the tasks left to chance say that it helps. Such labels are no answers:"
        " nothing counts or exports them.",
    )

    weighing = forms.ChoiceField(
        label="Count rare labels as much as frequent ones",
        choices=Weighing.choices,
        required=False,
        help_text="Of one label. Rare ones are found more often then, and said in error more often.",
    )

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        questions: Sequence[Question],
        endpoints: Sequence[Endpoint] = (),
        **more: Any,
    ) -> None:
        names = ("when", "strategy", "exploration", "is_suggesting", "bar", "weighing")
        more_names = ("beside", "beside_share", "is_self_training")
        initial = {name: getattr(plan, name) for name in (*names, *more_names)}
        initial["question"] = plan.question.name if plan.question else ""
        initial["endpoint"] = plan.endpoint.name if plan.endpoint else ""
        super().__init__(*args, **(more | {"initial": initial}))
        self._offer_settings(plan)
        own = [("", "the one that learns here"), *((one.name, one.name) for one in endpoints)]
        self.fields["endpoint"].choices = own  # type: ignore[attr-defined]
        if not endpoints:
            del self.fields["endpoint"]
        rules = [(one.name, one.label) for one in offered()]
        self.fields["strategy"].choices = rules  # type: ignore[attr-defined]
        second = [("", "none"), *((one.name, one.label) for one in offered_beside())]
        self.fields["beside"].choices = second  # type: ignore[attr-defined]
        named = [("", "the first that can be learned")]
        named += [(one.name, one.title) for one in questions]
        self.fields["question"].choices = named  # type: ignore[attr-defined]

    def _offer_settings(self, plan: Plan) -> None:
        """A number for each setting of each strategy; those of the chosen one count."""
        for strategy in offered():
            now = plan.parameters if plan.strategy == strategy.name else {}
            for name, one in strategy.parameters.items():
                self.fields[f"{SETTING}{strategy.name}-{name}"] = forms.FloatField(
                    label=f"{strategy.label}: {one.label[:1].lower()}{one.label[1:]}",
                    required=False,
                    min_value=one.low,
                    max_value=one.high,
                    initial=now.get(name, getattr(strategy, name)),
                    error_messages={"invalid": "Give a number."},
                    help_text=f"From {one.low:g} to {one.high:g}.",
                )

    @property
    def given(self) -> dict[str, Any]:
        """What the plan becomes; what was left empty is as the strategy, or the plan, has it."""
        mine = f"{SETTING}{self.cleaned_data['strategy']}-"
        found = {k: v for k, v in self.cleaned_data.items() if not k.startswith(SETTING)}
        for name in ("weighing", "beside_share"):
            if not found[name]:
                del found[name]
        numbers = {k.removeprefix(mine): v for k, v in self.cleaned_data.items() if mine in k}
        return found | {"parameters": {k: v for k, v in numbers.items() if v is not None}}

    @property
    def settings(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(SETTING)]

    @property
    def has_wrong_setting(self) -> bool:
        return any(bound.errors for bound in self.settings)

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(SETTING)]
