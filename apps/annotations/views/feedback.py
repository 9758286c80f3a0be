"""What the page shows after an answer of practice."""

from __future__ import annotations

from django.template.loader import render_to_string

from apps.annotations.actions.practice import known_after
from apps.annotations.models import Annotation, Question


def feedback_on(annotation: Annotation) -> dict[str, str]:
    """Nothing but after practice."""
    known = known_after(annotation)
    if known is None:
        return {}
    asked = Question.objects.filter(project=annotation.project_id).asked()
    rows = [
        {
            "question": question,
            "known": known["answers"][question.name],
            "given": annotation.answers.get(question.name),
            "is_given": question.name in annotation.answers,
            "score": known["scores"][question.name],
        }
        for question in asked
        if question.name in known["answers"]
    ]
    context = {"rows": rows, "explanation": known["explanation"]}
    return {"feedback": render_to_string("annotations/feedback.html", context)}
