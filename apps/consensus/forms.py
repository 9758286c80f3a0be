"""What a lead says about how the consensus of a question is made."""

from __future__ import annotations

from django import forms


class MethodForm(forms.Form):
    """A method with its own parameters; others are given by the API. With a bar tasks get answers one
    by one."""

    aggregator = forms.CharField(
        max_length=40, error_messages={"required": "Choose one of the methods."}
    )
    bar = forms.FloatField(
        required=False,
        error_messages={"invalid": "Give a probability as a number, such as 0.9."},
    )
    most = forms.IntegerField(
        required=False,
        error_messages={"invalid": "Give a whole number of answers."},
    )
