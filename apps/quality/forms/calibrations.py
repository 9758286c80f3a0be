"""What a lead chooses when a calibration session begins."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.annotations.forms.tasks import TaskFilter
from apps.annotations.models import Question
from apps.projects.models import Project
from apps.quality.actions.calibration_picks import PICKS, WAYS, pick_found
from apps.quality.actions.calibrations import MOST_TASKS
from apps.tasks.models import QueueState, Task

USUAL = 12


class CalibrationForm(forms.Form):
    number = forms.IntegerField(
        label="Tasks",
        min_value=1,
        max_value=MOST_TASKS,
        initial=USUAL,
        help_text="A dozen shows where people differ; all of them are talked through.",
    )
    way = forms.ChoiceField(
        label="Which",
        choices=list(WAYS.items()),
        initial="random",
        widget=forms.RadioSelect,
    )
    q = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        help_text="For the third way: words in a task, or its number.",
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any state"), *QueueState.choices],
    )

    def pick(self, project: Project) -> tuple[list[int], str]:
        """The tasks, and in words how they were picked."""
        given: dict[str, Any] = self.cleaned_data
        way, number = given["way"], given["number"]
        if way != "filter":
            return PICKS[way](project, number), WAYS[way]
        questions = list(Question.objects.filter(project=project))
        found = TaskFilter(given, project=project, questions=questions).filter(
            Task.objects.filter(project=project)
        )
        words = [f"“{given['q']}”"] if given["q"] else []
        words += [QueueState(given["state"]).label.lower()] if given["state"] else []
        picked = f"Drawn at random from a search: {', '.join(words) or 'all tasks'}"
        return pick_found(found, project, number), picked
