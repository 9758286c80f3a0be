"""The task browser's search and filters, and what a lead may do with one task."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform

from apps.annotations.models import Annotation, Question
from apps.projects.models import Project
from apps.tasks.models import QueueState, Task, TaskQuerySet

MOST_COUNTED = 1_000
ANSWERS = (
    ("", "Any number of answers"),
    ("none", "No answers yet"),
    ("some", "Some answers"),
    ("full", "All answers"),
    ("asks", "Asks the lead"),
)
# Those on which models are judged, drawn before any strategy looks; see apps/tasks/models/tasks.py.
CHANCE = (
    ("", "Chosen or by lot"),
    ("yes", "Left to chance"),
    ("no", "Not left to chance"),
)


class TaskFilter(forms.Form):
    """Bad values are left out, not refused: an old address still shows a list."""

    q = forms.CharField(required=False, max_length=200, label="Search")
    state = forms.ChoiceField(
        required=False, choices=[("", "Any state"), *QueueState.choices], label="State"
    )
    answers = forms.ChoiceField(required=False, choices=ANSWERS, label="Answers")
    label = forms.ChoiceField(required=False, label="Answered with")
    chance = forms.ChoiceField(required=False, choices=CHANCE, label="Left to chance")
    after = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, project: Project, questions: Sequence[Question]) -> None:
        super().__init__(data)
        self.project = project
        self.label_choices = _label_choices(questions)
        self.fields["label"].choices = [  # type: ignore[attr-defined]
            ("", "Any answer"),
            *((key, text) for key, (text, _, _) in self.label_choices.items()),
        ]
        self.is_valid()

    @property
    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def filter(self, tasks: TaskQuerySet) -> TaskQuerySet:
        given = self.given
        if q := given.get("q"):
            tasks = tasks.filter(self._matches(q))
        if state := given.get("state"):
            tasks = tasks.filter(queue__state=state)
        if answers := given.get("answers"):
            tasks = tasks.filter(_ANSWERS[answers](self.project))
        if label := given.get("label"):
            _, name, value = self.label_choices[label]
            holds = Q(answers__contains={name: value}) | Q(answers__contains={name: [value]})
            answered = Annotation.objects.heads().filter(holds, task=OuterRef("pk"))
            tasks = tasks.filter(Exists(answered))
        if chance := given.get("chance"):
            tasks = tasks.left_to_chance(is_so=chance == "yes")
        if after := given.get("after"):
            tasks = tasks.filter(pk__gt=after)
        return tasks.select_related("queue").order_by("pk")

    def _matches(self, q: str) -> Q:
        """The exact external id or number, else text within the declared fields."""
        number = q.removeprefix("#")
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        if is_number and number != q:
            return Q(pk=int(number))
        found = Q(external_id=q)
        if is_number:
            found |= Q(pk=int(number))
        for name in self.project.field_names:
            field = KeyTextTransform(name, "data")
            found |= Q(
                Exists(
                    Task.objects.filter(pk=OuterRef("pk"))
                    .alias(_text=field)
                    .filter(_text__icontains=q)
                )
            )
        return found

    def estimate(self, found: TaskQuerySet) -> str:
        """How many match: counted while that is quick, else as the planner thinks."""
        if self.given.keys() & {"q", "label", "after"}:
            return ""
        few = found.order_by()[: MOST_COUNTED + 1].count()
        if few <= MOST_COUNTED:
            return f"{few:,}"
        plan = json.loads(found.order_by().explain(format="json"))
        rows = max(int(plan[0]["Plan"]["Plan Rows"]), MOST_COUNTED)
        digits = 10 ** max(len(str(rows)) - 2, 0)
        return f"about {rows // digits * digits:,}"

    def url_after(self, task: Task | None) -> str:
        given = {name: value for name, value in self.given.items() if name != "after"}
        if task is not None:
            given["after"] = task.pk
        return f"?{urlencode(given)}"


def _asks(project: Project) -> Q:
    asked = Annotation.objects.heads().filter(project=project, note_kind="question")
    return Q(pk__in=asked.values("task"))


_ANSWERS: dict[str, Callable[[Project], Q]] = {
    "none": lambda _: Q(queue__submitted=0),
    "some": lambda _: Q(queue__submitted__gt=0),
    "full": lambda _: Q(queue__state="complete"),
    "asks": _asks,
}


def _label_choices(questions: Sequence[Question]) -> dict[str, tuple[str, str, Any]]:
    """Key in the address: text, the question's name, the label's value."""
    choices = {}
    for question in questions:
        for label in question.behaviour.labels(question.config):
            text = f"{question.title}: {label.title}" if len(questions) > 1 else label.title
            choices[f"{question.name}:{label.value}"] = (text, question.name, label.value)
    return choices


class TaskChange(forms.Form):
    """One change of one task by the lead."""

    DONE = {
        "withdraw": "The task is withdrawn. Its answers stay.",
        "restore": "The task is back in the queue.",
        "more": "One more answer is asked for.",
        "priority": "The priority is set.",
    }
    deed = forms.ChoiceField(choices=[(name, name) for name in DONE])
    priority = forms.FloatField(required=False, min_value=-1e9, max_value=1e9)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("deed") == "priority" and cleaned.get("priority") is None:
            raise forms.ValidationError("Give a number as the priority.")
        return cleaned
