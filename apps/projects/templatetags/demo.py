"""One line per page of a demo project that says what to try there."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

register = template.Library()

COOKIE = "hints_shut"
HINTS = {
    "agreement:dashboard": (
        "Try it: follow a figure to the tasks behind it. The bar around each figure is its 95 %"
        " interval."
    ),
    "annotations:tasks": "Try it: filter by state, then open a task to see who answered what.",
    "annotations:task": "Try it: compare the answers, and note when each was given.",
    "annotations:questions": "Try it: add a label. The answers that are here stay valid.",
    "projects:guideline": (
        "Try it: change a sentence. Annotators confirm the new version before they go on."
    ),
    "projects:people": "Try it: make an invitation link and open it in a private window.",
    "projects:settings": "Try it: raise the overlap. Finished tasks then wait for more answers.",
    "exchange:imports": (
        "Try it: bring in a CSV file of your own; nothing is kept before you say so."
    ),
    "exchange:exports": "Try it: export everything as JSONL and read its manifest.",
}
IN_MESSAGES = {
    "annotations:annotate": (
        "Try it: press a label's key, then a digit, then Enter. Backspace opens the last answer"
        " again."
    ),
    "quality:list": "Try it: decide the worst conflict. The answers are sample data.",
    "quality:adjudicate": "Try it: pick an answer by its letter, a reason by its digit, then decide.",
}


@register.inclusion_tag("projects/demo_hint.html", takes_context=True)
def demo_hint(context: Context) -> dict[str, Any]:
    """{% demo_hint %}: nothing outside the demo, or once the person has shut it."""
    request, project = context["request"], context["project"]
    page = request.resolver_match.view_name if request.resolver_match else ""
    hints = HINTS | (IN_MESSAGES if project.demo == "messages" else {})
    is_shut = page in request.COOKIES.get(COOKIE, "").split(".")
    text = hints.get(page, "") if project.demo and not is_shut else ""
    return {"text": text, "page": page}
