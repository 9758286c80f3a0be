"""The table of rules as a lead edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.http import QueryDict

from apps.quality.actions.rules import LONGEST_WORDS, MOST_RULES, RuleSpec
from apps.quality.checks.rule_text import LONGEST
from apps.quality.models import ProjectRule


class RuleForm(forms.Form):
    """One row. One without a rule is none."""

    use_required_attribute = False
    text = forms.CharField(
        label="Rule",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "dir": "auto"}),
    )
    words = forms.CharField(
        label="What a finding says",
        max_length=LONGEST_WORDS,
        required=False,
        help_text="Empty: the rule itself.",
        widget=forms.TextInput({"dir": "auto"}),
    )


class RuleTable:
    """All rows, as they are kept or as they were sent."""

    def __init__(self, rows: list[RuleForm]) -> None:
        self.rows = rows
        self.problem = ""

    @classmethod
    def of(cls, rules: Sequence[ProjectRule]) -> RuleTable:
        """With an empty row behind them."""
        shown = [{"text": one.text, "words": _own(one)} for one in rules]
        table = cls([RuleForm(prefix=str(i), initial=one) for i, one in enumerate(shown)])
        table.add()
        return table

    @classmethod
    def sent(cls, data: QueryDict) -> RuleTable:
        """Rows without a rule are left out."""
        places = [place for place in range(MOST_RULES) if data.get(f"{place}-text", "").strip()]
        return cls([RuleForm(data, prefix=str(place)) for place in places])

    def add(self) -> None:
        if len(self.rows) < MOST_RULES:
            used = {row.prefix for row in self.rows}
            free = next(str(place) for place in range(MOST_RULES) if str(place) not in used)
            self.rows.append(RuleForm(prefix=free))

    def is_valid(self) -> bool:
        # Each of them, so that all faults are shown at once.
        valid = [row.is_valid() for row in self.rows]
        return all(valid)

    def specs(self) -> list[RuleSpec]:
        sent = [row.cleaned_data for row in self.rows]
        return [RuleSpec(text=one["text"], words=one["words"]) for one in sent]

    def refuse(self, errors: Mapping[str, str]) -> None:
        """{"0.text": sentence} beside its field."""
        for path, message in errors.items():
            place, _, name = path.partition(".")
            if place.isdecimal():
                self.rows[int(place)].add_error(name, message)
            else:
                self.problem = message


def _own(rule: ProjectRule) -> str:
    return "" if rule.words == rule.text[:LONGEST_WORDS] else rule.words
