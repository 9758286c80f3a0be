"""What people outside write, and how a lead sets that up."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.projects.models import Project
from apps.quality.actions.outside import desk_of, fields_to_show
from apps.quality.actions.verdicts import LONGEST_REASON
from apps.quality.models import AppealDesk
from apps.quality.models.desks import LONGEST_WORDS


class OutsideForm(forms.Form):
    """Without a sign-in. `website` is there for programs that fill in all they find."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="What is wrong, and why",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Say what you object to."},
    )
    contact = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text="If you want the answer by mail. It is used for nothing else, and who decides does not see it.",
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Leave the last field empty, then send again.")
        return ""


class DeskForm(forms.Form):
    is_open = forms.BooleanField(label="People outside can appeal by a page", required=False)
    words = forms.CharField(
        label="What the page says first",
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea({"rows": 3}),
        help_text="What was decided about, by whom it was asked for, whom to ask.",
    )
    shown = forms.MultipleChoiceField(
        label="What the page shows of the task",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever has the address reads it. Files are not shown there.",
    )
    target_days = forms.IntegerField(
        label="Days to decide in", help_text="The page tells them so, and the list what is late."
    )
    keep_days = forms.IntegerField(
        label="Days that what they wrote is kept",
        required=False,
        help_text="Counted from the decision; empty keeps it. What was decided, and why, stays.",
    )
    is_anew = forms.BooleanField(label="End all addresses that were given out", required=False)

    def __init__(self, data: Any = None, *, project: Project) -> None:
        desk = desk_of(project)
        names = ("is_open", "words", "shown", "target_days", "keep_days")
        super().__init__(data, initial={name: getattr(desk, name) for name in names})
        self.fields["shown"].choices = [  # type: ignore[attr-defined]
            (one["name"], one.get("title") or one["name"]) for one in fields_to_show(project)
        ]
        if AppealDesk.objects.filter(project=project).first() is None:
            del self.fields["is_anew"]
