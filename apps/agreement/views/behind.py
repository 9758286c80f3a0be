"""The tasks behind a cell or a pair: those that were given both values; without, those disputed most."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.agreement.models import CodedValue
from apps.agreement.views.figures import QuestionFigures
from apps.agreement.views.frame import Chosen, Frame
from apps.agreement.views.matrices import key_of
from apps.agreement.views.tasks import costly_tasks, tasks_with_both
from apps.projects.permissions import May, project_for

MOST_TASKS = 100


@require_http_methods(["GET"])
def tasks_behind(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    frame = Frame(project, request.user, Chosen.of(request))
    if frame.one is None:
        raise Http404("Nothing is asked in this project.")
    keys = [request.GET.get(name, "") for name in ("a", "b")]
    values = _values(frame.one, keys) if any(keys) else []
    if values:
        codes = (values[0][1], values[1][1])
        rows = tasks_with_both(project, frame.one, codes, MOST_TASKS + 1)
    else:
        rows = costly_tasks(project, frame.one, MOST_TASKS + 1)
    context = frame.context() | {
        "names": [frame.one.title_of(value) for value, _ in values],
        "rows": rows[:MOST_TASKS],
        "is_cut": len(rows) > MOST_TASKS,
        "most": MOST_TASKS,
    }
    return render(request, "agreement/behind.html", context)


def _values(one: QuestionFigures, keys: list[str]) -> list[tuple[object, int]]:
    """What was answered, and its code in the ledger."""
    coded = CodedValue.objects.filter(question=one.question).values_list("value", "code")
    known = {
        key_of(float(value) if isinstance(value, int) else value): (value, code)
        for value, code in coded
    }
    if not all(key in known for key in keys):
        raise Http404("Nobody gave this answer.")
    return [known[key] for key in keys]
