"""Rows that show something of a task, and the looks that are kept of them."""

from __future__ import annotations

from functools import reduce
from typing import Any, ClassVar

from rest_framework import serializers

from apps.api.fields import LARGEST, Body
from apps.projects.http.looks import looked_at
from apps.projects.models import Seen


class OfTask(serializers.Serializer[Any]):
    """What is shown of a task: who turns it into JSON says that it is looked at."""

    # Where the row has the number of its task, or those of its tasks.
    LOOKED_AT: ClassVar[str] = "task_id"
    LOOK: ClassVar[str] = Seen.ANSWERS

    def to_representation(self, instance: Any) -> Any:
        found = reduce(getattr, self.LOOKED_AT.split("."), instance)
        # A thread may be about the guideline.
        if found is not None:
            looked_at(found if isinstance(found, list) else [found], self.LOOK)
        return super().to_representation(instance)


class LookedAtRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    seen_at = serializers.DateTimeField()
    person = serializers.IntegerField(
        source="person_id",
        allow_null=True,
        help_text="The account; null: an address that opens a case without one.",
    )
    name = serializers.CharField(source="person.name", default="")
    email = serializers.CharField(source="person.email", default="")
    what = serializers.ChoiceField(Seen.choices)
    task = serializers.IntegerField(
        source="task_id", allow_null=True, help_text="null: all of the project."
    )
    route = serializers.CharField(help_text="The page or call, by its name.")
    request_id = serializers.CharField(help_text="As in the log of accesses.")


class LooksQuery(Body):
    person = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    task = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    what = serializers.ChoiceField(Seen.choices, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Before that moment.")
    is_before_answer = serializers.BooleanField(
        default=False,
        help_text="Those at answers to a case that the person first answered later.",
    )
