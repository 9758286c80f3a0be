"""What a lead fills in about people, guideline and settings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms

from apps.accounts.actions import LONGEST_PASSWORD
from apps.projects.actions.protocols import LONGEST_REASON
from apps.projects.models import Layout, Membership, Project, Role, SkipPolicy

LASTS = {"1": "a day", "14": "two weeks", "30": "a month", "90": "three months"}


class WordsField(forms.CharField):
    """A list of words, typed with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys(w for word in (value or "").split(",") if (w := word.strip())))

    def validate(self, value: Any) -> None:
        """What a word may be is checked by the action, for pages and API alike."""

    def run_validators(self, value: Any) -> None:
        return


class SlicesField(forms.CharField):
    """One slice a line: `language = meta.language`."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "font-monospace", "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{one['name']} = {one['path']}" for one in value)

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        slices = []
        for line in lines:
            name, equals, path = line.partition("=")
            if not equals:
                raise forms.ValidationError(f"“{line}” needs an equals sign: name = meta.name")
            slices.append({"name": name.strip(), "path": path.strip()})
        return slices

    def validate(self, value: Any) -> None:
        """Names and paths are checked by the action."""

    def run_validators(self, value: Any) -> None:
        return


class InviteForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices, initial=Role.ANNOTATOR, label="As")
    email = forms.EmailField(
        required=False,
        label="E-mail",
        help_text="With an address, only its owner can use the link. You send the link yourself; Concord does not email it.",
    )
    lasts = forms.ChoiceField(label="Link valid for", choices=list(LASTS.items()), initial="14")

    def lifetime(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["lasts"]))


class MemberForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
    languages = WordsField(required=False, help_text="As in the tasks' requirements: de, pt-BR")
    skills = WordsField(required=False, help_text="Separated by commas: radiology, law")
    groups = WordsField(required=False, help_text="Agreement can be shown for each group.")
    daily_quota = forms.IntegerField(required=False, min_value=0, label="Daily limit")
    total_quota = forms.IntegerField(required=False, min_value=0, label="Total limit")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        names = ("role", "languages", "skills", "groups", "daily_quota", "total_quota")
        kwargs["initial"] = {name: getattr(member, name) for name in names}
        super().__init__(*args, **kwargs)
        if member.user_id is None:
            del self.fields["role"]


class GuidelineForm(forms.Form):
    text = forms.CharField(
        label="Guideline",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "dir": "auto"}),
        help_text="Markdown. Start each rule with a heading, so that changed rules can be marked.",
    )
    summary = forms.CharField(
        label="What changed",
        required=False,
        max_length=300,
        help_text="Annotators read this sentence first.",
    )
    must_confirm = forms.BooleanField(
        label="Annotators must confirm that they have read it", required=False, initial=True
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class MeaningsField(forms.CharField):
    """One meaning a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        """How many and how long is checked by the action."""

    def run_validators(self, value: Any) -> None:
        return


class MeaningsForm(forms.Form):
    meanings = MeaningsField(label="What a signature can mean", help_text="One sentence a line.")


class SignForm(forms.Form):
    """What every signature asks for."""

    meaning = forms.ChoiceField(label="It means")
    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="Once more, since it signs.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, meanings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["meaning"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        # None beforehand: what a signature means is said by who signs.
        field.choices = [("", "Choose"), *((one, one) for one in meanings)]


class AmendmentForm(SignForm):
    reason = forms.CharField(
        label="Why it must be changed",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    field_order = ("reason", "meaning", "password")


class SettingsForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name")
    description = forms.CharField(
        required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    skip_policy = forms.ChoiceField(choices=SkipPolicy.choices, label="When someone skips a task")
    layout = forms.ChoiceField(choices=Layout.choices, label="Several fields of a task stand")
    lease_minutes = forms.IntegerField(
        min_value=1,
        max_value=1440,
        label="Minutes before an idle task goes to someone else",
    )
    is_blind = forms.BooleanField(required=False, label="Hide annotators' names from reviewers")
    is_first_key_sent = forms.BooleanField(
        required=False, label="With one question, send on the first key"
    )
    is_suggestion_shown = forms.BooleanField(
        required=False,
        label="Show annotators what models and rules suggest",
        help_text="Answers given beside a suggestion are left out of agreement.",
    )
    suggestion_hidden_share = forms.FloatField(
        min_value=0,
        max_value=1,
        label="Share of the tasks that are answered without",
        help_text="Drawn by lot, so that what suggestions do to the answers can be measured.",
    )
    slices = SlicesField(
        required=False,
        label="Slices",
        help_text="Agreement is shown for each value. One per line, such as language = meta.language.",
    )
    answer_cost = forms.DecimalField(
        required=False, min_value=Decimal(0), max_value=Decimal(9999), label="Cost per answer"
    )
    currency = forms.CharField(max_length=3, min_length=3, initial="EUR")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(project, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
