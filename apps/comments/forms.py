"""What people write in threads."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.comments.actions import BadComment
from apps.comments.actions.threads import LONGEST, Mark


class CommentForm(forms.Form):
    # Kept from being too long or empty by the action, for pages and API alike.
    text = forms.CharField(required=False, strip=False, max_length=2 * LONGEST)

    def given(self) -> dict[str, Any]:
        """Raises BadComment."""
        if not self.is_valid():
            raise BadComment({name: str(errors[0]) for name, errors in self.errors.items()})
        return self.cleaned_data


class ThreadForm(CommentForm):
    question = forms.CharField(required=False, max_length=60)
    object_id = forms.CharField(required=False, max_length=64)
    quote = forms.CharField(required=False, max_length=300)

    def mark(self) -> Mark | None:
        given = self.cleaned_data
        if not given["question"]:
            return None
        return Mark(given["question"], given["object_id"], given["quote"])


class DeedForm(CommentForm):
    """A comment is changed or deleted."""

    deed = forms.ChoiceField(choices=[("edit", "Change"), ("delete", "Delete")])
