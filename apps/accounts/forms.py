"""What people fill in about their accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.accounts.models import Digest, User

LIFETIMES = {"30": "30 days", "90": "90 days", "365": "a year", "": "until I revoke it"}


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    stay = forms.BooleanField(label="Stay signed in on this device", required=False)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class EmailForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class NewPasswordForm(forms.Form):
    """A new password, typed once: it can be looked at, and a reset mends a slip."""

    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=4096,
        help_text="At least 10 characters, and not one that many people use.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label="Current password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")

    def clean_current(self) -> str:
        current = str(self.cleaned_data["current"])
        if not self.user.check_password(current):
            raise ValidationError("This is not your current password.")
        return current


class JoinForm(NewPasswordForm):
    """Makes the account of somebody who was invited."""

    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    field_order = ("name", "email", "password")

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, user=User(email=email), **kwargs)
        if email:
            self.initial["email"] = email
            self.fields["email"].disabled = True
        self.fields["password"].label = "Choose a password"

    def clean_email(self) -> str:
        self.user.email = str(self.cleaned_data["email"]).lower()
        self.user.name = str(self.cleaned_data.get("name", ""))
        return self.user.email


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker only
    class Meta:
        model = User
        fields = ("name", "theme")
        labels = {"name": "Name", "theme": "Colours"}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class TokenForm(forms.Form):
    name = forms.CharField(
        label="What is it for?",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "Nightly export"}),
    )
    lasts = forms.ChoiceField(label="Valid for", choices=list(LIFETIMES.items()), required=False)

    def lifetime(self) -> timedelta | None:
        days = self.cleaned_data["lasts"]
        return timedelta(days=int(days)) if days else None


class MailForm(forms.Form):
    digest = forms.ChoiceField(choices=Digest.choices, label="Unread notices by mail")
