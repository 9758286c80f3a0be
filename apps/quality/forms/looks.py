"""Which looks somebody asks for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.projects.models import Project, Seen
from apps.quality.actions.looks import Asked, task_named

LONGEST_ID = 255
GONE = "There is no such case."


class LooksForm(forms.Form):
    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    case = forms.CharField(required=False, max_length=LONGEST_ID, strip=True, label="Case")
    what = forms.ChoiceField(required=False, choices=[("", "Anything"), *Seen.choices])
    since = forms.DateField(required=False, label="From")
    until = forms.DateField(required=False, label="To, that day too")
    before = forms.BooleanField(required=False, label="Before answering it")

    def __init__(self, data: Any, *, project: Project) -> None:
        super().__init__(data)
        self.project = project
        # Former members too, and who may look without being one.
        people = User.objects.filter(Q(memberships__project=project) | Q(is_admin=True))
        people = people.distinct().order_by("name", "email")
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "Everybody"),
            *((one.pk, str(one)) for one in people),
        ]

    def clean_case(self) -> str:
        given: str = self.cleaned_data["case"]
        self.task = task_named(self.project, given) if given else None
        if given and self.task is None:
            raise forms.ValidationError(GONE)
        return given

    def asked(self) -> Asked | None:
        """In the time zone of the installation; None where something is wrong."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        return Asked(
            person=given.get("person"),
            task=self.task,
            what=given.get("what") or None,
            since=_at(given.get("since")),
            until=_at(given.get("until"), days=1),
            is_before_answer=bool(given.get("before")),
        )

    def query(self, **more: Any) -> str:
        """As it was asked, for the links to more of it."""
        given = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({**{k: v for k, v in given.items() if v}, **more})


def _at(day: date | None, *, days: int = 0) -> datetime | None:
    if day is None or day == date.max:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
