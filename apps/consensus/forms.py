"""What a lead says about how the consensus of a question is made."""

from __future__ import annotations

from django import forms


class MethodForm(forms.Form):
    """A method with its own parameters; others are given by the API."""

    aggregator = forms.CharField(
        max_length=40, error_messages={"required": "Choose one of the methods."}
    )
