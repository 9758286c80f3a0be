"""What a lead says about the order of the queue and about suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from apps.annotations.models import Question
from apps.routing.actions.feed_looks import MOST_RELABELLED
from apps.routing.actions.feed_rules import MOST_DAILY, MOST_RULES, FeedSpec
from apps.routing.actions.raising import MOST_RAISED
from apps.routing.actions.replaying import MOST_SEEDS, MOST_STRATEGIES, SEEDS, comparable
from apps.routing.actions.windows import Import
from apps.routing.models import Endpoint, FeedRule, RuleKind
from apps.routing.remote import Interface

SHARE = "Give a number, such as 0.1."
WHOLE = "Give a whole number."


class EndpointForm(forms.Form):
    """A model of the project's own. Its name is asked for once."""

    name = forms.CharField(
        label="Name",
        max_length=30,
        help_text="It stands beside its suggestions, in exports too, and cannot be changed later.",
    )
    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        help_text="Of the backend's root, such as http://10.0.0.5:9090.",
    )
    user = forms.CharField(
        label="Name to sign in with",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    questions = forms.MultipleChoiceField(
        label="Questions that it answers",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all of them.",
    )
    our_address = forms.CharField(
        label="Concord's address, as the model sees it",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        help_text="Pictures and recordings are fetched there, by addresses that work for an hour.",
    )
    is_suggesting = forms.BooleanField(
        label="Ask it for suggestions beside the next tasks", required=False
    )
    is_taught = forms.BooleanField(
        label="Send it people's answers to learn from, as they come", required=False
    )

    def __init__(self, *args: Any, endpoint: Endpoint, interface: Interface, **more: Any) -> None:
        names = ("url", "user", "questions", "our_address", "is_suggesting", "is_taught")
        initial = {name: getattr(endpoint, name) for name in names}
        super().__init__(*args, **(more | {"initial": initial}))
        self.interface = interface
        # Those that it is asked now, and those that it could be.
        there = [
            *interface.questions,
            *(n for n in endpoint.questions if n not in interface.questions),
        ]
        self.fields["questions"].choices = [(n, n) for n in there]  # type: ignore[attr-defined]
        if endpoint.pk is not None:
            del self.fields["name"]
        if endpoint.sealed:
            self.fields["password"].help_text = "One is kept. Leave this empty to keep it."


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


class FeedDaysForm(forms.Form):
    """How long a feed is kept, and how old a prediction must be to be judged."""

    maturity_days = forms.IntegerField(
        label="Judge predictions from so many days on",
        min_value=0,
        max_value=3650,
        error_messages={"invalid": WHOLE},
        help_text="As long as most outcomes take: outcomes that come quickly are not like those that"
        " come late.",
    )
    retention_days = forms.IntegerField(
        label="Keep predictions for so many days",
        min_value=1,
        max_value=3650,
        error_messages={"invalid": WHOLE},
        help_text="Tasks that were made of them stay.",
    )


class FeedRuleForm(forms.Form):
    """One rule. One without a kind is none."""

    use_required_attribute = False
    kind = forms.ChoiceField(label="Take", choices=RuleKind.choices)
    place = forms.IntegerField(
        label="Place",
        required=False,
        min_value=0,
        max_value=999,
        error_messages={"invalid": WHOLE},
    )
    share = forms.FloatField(label="Share", required=False, error_messages={"invalid": SHARE})
    low = forms.FloatField(
        label="Probability from", required=False, error_messages={"invalid": SHARE}
    )
    high = forms.FloatField(label="to", required=False, error_messages={"invalid": SHARE})
    question = forms.ChoiceField(label="Question", required=False)
    label = forms.CharField(label="Answer", required=False, max_length=255)
    model = forms.CharField(
        label="Only of the model", required=False, max_length=120, help_text="Empty: of all."
    )
    daily = forms.IntegerField(
        label="Tasks a day at most",
        required=False,
        min_value=1,
        max_value=MOST_DAILY,
        error_messages={"invalid": WHOLE},
    )
    level = forms.FloatField(
        label="Level", required=False, min_value=-1e9, max_value=1e9, initial=0
    )

    def __init__(self, *args: Any, questions: Sequence[Question], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [("", "nothing"), *RuleKind.choices]  # type: ignore[attr-defined]
        named = [("", "none"), *((one.name, one.title) for one in questions)]
        self.fields["question"].choices = named  # type: ignore[attr-defined]

    def spec(self) -> FeedSpec:
        given = {name: value for name, value in self.cleaned_data.items() if name != "place"}
        return FeedSpec(**given | {"level": given["level"] or 0})


class FeedRuleTable:
    """All rules, as they are kept or as they were sent, in the order of their places."""

    def __init__(self, rows: list[FeedRuleForm], questions: Sequence[Question]) -> None:
        self.rows, self.questions = rows, questions
        self.problem = ""

    @classmethod
    def of(cls, rules: Sequence[FeedRule], questions: Sequence[Question]) -> FeedRuleTable:
        """With an empty row behind them."""
        names = ("kind", "share", "low", "high", "label", "model", "daily", "level")
        rows = [
            FeedRuleForm(
                prefix=str(place),
                questions=questions,
                initial={name: getattr(rule, name) for name in names}
                | {"place": place + 1, "question": rule.question.name if rule.question else ""},
            )
            for place, rule in enumerate(rules)
        ]
        table = cls(rows, questions)
        table.add()
        return table

    @classmethod
    def sent(cls, data: QueryDict, questions: Sequence[Question]) -> FeedRuleTable:
        """Rows without a kind are left out."""
        there = [place for place in range(MOST_RULES) if data.get(f"{place}-kind")]
        rows = [FeedRuleForm(data, prefix=str(place), questions=questions) for place in there]
        return cls(rows, questions)

    def add(self) -> None:
        if len(self.rows) < MOST_RULES:
            used = {row.prefix for row in self.rows}
            free = next(str(place) for place in range(MOST_RULES) if str(place) not in used)
            self.rows.append(FeedRuleForm(prefix=free, questions=self.questions))

    def is_valid(self) -> bool:
        # Each of them, so that all faults are shown at once; then in the order that was asked for.
        valid = [row.is_valid() for row in self.rows]
        if all(valid):
            self.rows.sort(key=lambda row: row.cleaned_data["place"] or 1_000)
        return all(valid)

    def specs(self) -> list[FeedSpec]:
        return [row.spec() for row in self.rows]

    def refuse(self, errors: Mapping[str, str]) -> None:
        """{"rules.0.label": sentence} beside its field."""
        for path, message in errors.items():
            _, _, rest = path.partition(".")
            place, _, name = rest.partition(".")
            if place.isdecimal():
                self.rows[int(place)].add_error(name, message)
            else:
                self.problem = message


class RelabelForm(forms.Form):
    """How many of a model's predictions become tasks, and on which level."""

    count = forms.IntegerField(
        label="How many, by lot",
        initial=200,
        min_value=1,
        max_value=MOST_RELABELLED,
        error_messages={"invalid": WHOLE},
    )
    level = forms.FloatField(label="Level", initial=1, min_value=-1e9, max_value=1e9)
