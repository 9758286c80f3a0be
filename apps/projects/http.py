"""How a form shows what an action refused."""

from __future__ import annotations

from django import forms


def show_errors(form: forms.Form, errors: dict[str, str]) -> None:
    """Put each sentence beside its field; what belongs to none stands above the form."""
    for path, message in errors.items():
        name = path.split(".", maxsplit=1)[0]
        form.add_error(name if name in form.fields else None, message)


def status_of(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200
