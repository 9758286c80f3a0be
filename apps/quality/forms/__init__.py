"""What a reviewer sends: a decision, a wish for more answers, a filter of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from apps.annotations.models import Question
from apps.core.json import BadValue, loads
from apps.quality.gates import gates
from apps.quality.models import (
    Conflict,
    ConflictOrder,
    ConflictQuerySet,
    ConflictState,
    GoldPlan,
    Outcome,
)

OWN = "own"
LONGEST_REASON = 5_000
LARGEST_KEY = 2**63 - 1


class Pick(NamedTuple):
    """The decision on one question: taken from an answer (its key), or written by the reviewer."""

    take: str
    value: Any = None
    is_given: bool = True


class DecisionForm(forms.Form):
    """The fields beside the rows; of each row `take.NAME` (an answer's key, or own) and `own.NAME`."""

    reason = forms.CharField(required=False, max_length=LONGEST_REASON, strip=True)
    none_right = forms.BooleanField(required=False)
    is_example = forms.BooleanField(required=False)
    is_gold = forms.BooleanField(required=False)
    follows = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    saw = forms.RegexField(regex=r"\A\d{1,18}(,\d{1,18})*\Z", required=False, max_length=40_000)

    def __init__(
        self,
        data: QueryDict,
        *,
        questions: Sequence[Question],
        given: Mapping[str, Mapping[str, Any]],
        open_names: frozenset[str],
    ) -> None:
        super().__init__(data)
        self.questions = questions
        self.given = given
        # The questions that cannot be left without a decision.
        self.open_names = open_names
        self.row_errors: dict[str, str] = {}
        self.picks: dict[str, Pick] = {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for question in self.questions:
            pick = self._pick(question.name)
            if pick is not None:
                self.picks[question.name] = pick
        if not cleaned.get("none_right") and self.row_errors:
            raise forms.ValidationError("Some questions still need a decision.")
        return cleaned

    def _pick(self, name: str) -> Pick | None:
        take = self.data.get(f"take.{name}", "")
        if take == OWN:
            return self._own(name)
        if take in self.given:
            answers = self.given[take]
            return Pick(take, answers.get(name), name in answers)
        if take:
            self.row_errors[name] = "This answer was changed meanwhile. Choose again."
        elif name in self.open_names:
            self.row_errors[name] = "Choose an answer, or write your own."
        return None

    def _own(self, name: str) -> Pick | None:
        text = self.data.get(f"own.{name}", "")
        try:
            return Pick(OWN, loads(text.encode()))
        except (BadValue, UnicodeEncodeError):
            self.row_errors[name] = "Your own answer did not arrive whole. Write it again."
            return None

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what the action refused where it belongs."""
        for name, message in errors.items():
            if name in self.fields:
                self.add_error(name, message)
            else:
                self.row_errors[name] = message

    @property
    def saw_keys(self) -> list[int]:
        text = self.cleaned_data.get("saw", "")
        return [int(part) for part in text.split(",")] if text else []

    def decision(self) -> dict[str, Any]:
        """The arguments of the action."""
        given = {name: pick for name, pick in self.picks.items() if pick.is_given}
        cleaned = self.cleaned_data
        is_none = cleaned["none_right"]
        return {
            "outcome": Outcome.NONE_RIGHT if is_none else Outcome.DECIDED,
            "answers": {} if is_none else {name: pick.value for name, pick in given.items()},
            "sources": {}
            if is_none
            else {name: None if p.take == OWN else p.take for name, p in given.items()},
            "reason": cleaned["reason"],
            "is_example": cleaned["is_example"],
            "is_gold": cleaned["is_gold"],
            "follows": cleaned["follows"],
            "saw": self.saw_keys,
        }


class SendBackForm(forms.Form):
    extra = forms.IntegerField(min_value=1, max_value=3)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON, strip=True)
    follows = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


class TakeBackForm(forms.Form):
    follows = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)


class ConflictFilter(forms.Form):
    """Bad values are left out, not refused: an old address still shows a list."""

    state = forms.ChoiceField(
        required=False, choices=[("", "Any state"), *ConflictState.choices], label="State"
    )
    question = forms.ChoiceField(required=False, label="Question that differs")
    order = forms.ChoiceField(required=False, choices=ConflictOrder.choices, label="Order")
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def __init__(self, data: QueryDict, *, questions: Sequence[Question]) -> None:
        super().__init__(data)
        names = [(question.name, question.title) for question in questions]
        self.fields["question"].choices = [("", "Any question"), *names]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @property
    def narrows(self) -> bool:
        return bool(self.given.keys() - {"after", "order"})

    @property
    def in_order(self) -> ConflictOrder:
        return ConflictOrder(self.given.get("order", ConflictOrder.VALUE))

    def filter(self, conflicts: ConflictQuerySet) -> ConflictQuerySet:
        given = self.given
        found = conflicts
        if "state" in given:
            found = found.filter(state=given["state"])
        if "question" in given:
            found = found.filter(questions__has_key=given["question"])
        place = conflicts.filter(pk=given["after"]).first() if "after" in given else None
        if place is not None:
            found = found.behind(place, self.in_order)
        return found.worst_first(self.in_order)

    def url_after(self, conflict: Conflict | None) -> str:
        given = {name: value for name, value in self.given.items() if name != "after"}
        if conflict is not None:
            given["after"] = conflict.pk
        return f"?{urlencode(given)}"


class GoldPlanForm(forms.Form):
    """How annotators are checked. What belongs together is refused by the action."""

    is_on = forms.BooleanField(label="Mix known answers in among everybody's tasks", required=False)
    first_checks = forms.IntegerField(
        label="First tasks that are checks",
        help_text="Everybody begins with so many, as far as there are known answers.",
    )
    floor = forms.FloatField(
        label="Least share of checks",
        help_text="For those of whom enough is known: 0.03 is 3 tasks of 100.",
    )
    ceiling = forms.FloatField(
        label="Most share of checks",
        help_text="For those of whom little is known, and when doubts arise.",
    )
    good = forms.FloatField(
        label="Good", help_text="Who scores this or more on average is good: 0.85 is 85 %."
    )
    bad = forms.FloatField(label="Bad", help_text="Who should be found out quickly: 0.6 is 60 %.")
    alpha = forms.FloatField(
        label="Chance to pause a good annotator",
        help_text="In all the time that they work: 0.01 is one in a hundred.",
    )
    right_from = forms.FloatField(
        label="Right from this score on",
        help_text="For the test that takes answers as right or wrong.",
    )
    gate = forms.ChoiceField(
        label="Test",
        widget=forms.RadioSelect,
        choices=[(one.name, one.label) for one in gates.values()],
    )
    is_pausing = forms.BooleanField(
        label="Pause who is found to be bad",
        required=False,
        help_text="Else this page tells, and nothing happens by itself.",
    )
    practice = forms.IntegerField(
        label="Tasks of practice", help_text="When you have somebody practise."
    )

    repeat_share = forms.FloatField(
        label="Share of repeats",
        help_text="0.03 is 3 answers of 100, 0.1 is the most; 0 repeats nothing.",
    )
    repeat_most = forms.IntegerField(
        label="Repeats of one task", help_text="For each annotator, at most so often."
    )
    repeat_answers = forms.IntegerField(
        label="Answers in between", help_text="At least so many other answers of their own."
    )
    repeat_hours = forms.IntegerField(
        label="Hours in between", help_text="At least so many, so that nobody knows it by heart."
    )

    @classmethod
    def of(cls, plan: GoldPlan, data: QueryDict | None = None) -> GoldPlanForm:
        return cls(data, initial={name: getattr(plan, name) for name in cls.base_fields})
