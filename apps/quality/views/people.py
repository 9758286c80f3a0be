"""For the lead: what is known of each annotator, as a list and one by one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.core.figures import Scale
from apps.projects.actions.background import last_job
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.quality.actions.people import KIND, ask_for_people
from apps.quality.models import PeopleRun
from apps.quality.views.people_rows import add_skills, rows_of, sorted_by, standing_now
from apps.quality.views.person import page_of
from apps.quality.views.who_for_what import matrix_of

PAGE = 100
HEADS = {
    "name": "Annotator",
    "skill": "Skill",
    "gold": "Known answers",
    "others": "With others",
    "seconds": "Median time",
    "per_day": "A day",
    "done": "Done",
    "leased": "In hand",
    "skipped": "Skipped",
    "came_back": "Returned",
}


@require_GET
def annotators(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leads alone: it judges people by name, also where reviewers read none."""
    project = project_for(request.user, project_id, May.LEAD)
    questions = list(Question.objects.filter(project=project).asked())
    one = chosen_of(questions, request.GET.get("question", ""))
    rows = rows_of(project, one)
    standing = standing_now(one) if one else None
    model = add_skills(rows, standing) if standing else ""
    if not model:
        # The next best that is known of all of them.
        for row in rows:
            row.skill = row.agree
    find = request.GET.get("find", "")[:100].strip()
    found = [row for row in rows if find.casefold() in row.name.casefold()]
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in HEADS:
        sort = "-done"
    found = sorted_by(found, sort)
    start = _start(request.GET.get("from", ""), len(found))
    context = {
        "project": project,
        "run": PeopleRun.objects.filter(project=project).first(),
        "job": last_job(project, KIND),
        "questions": questions,
        "one": one,
        "model": model,
        "rows": found[start : start + PAGE],
        "total": len(rows),
        "found": len(found),
        "find": find,
        "sort": sort,
        "heads": _heads(request, sort),
        "scale": _scale(found),
        "below": [row for row in rows if row.standing == "below"],
        "next": _address(request, {"from": start + PAGE}) if start + PAGE < len(found) else "",
        "first": _address(request, {"from": ""}) if start else "",
    }
    return render(request, "quality/annotators.html", context)


def chosen_of(questions: list[Question], name: str) -> Question | None:
    named = [question for question in questions if question.name == name]
    return next(iter(named or questions), None)


def _start(given: str, total: int) -> int:
    start = int(given) if given.isdecimal() and len(given) < 8 else 0
    return start if start < total else 0


def _scale(rows: list[Any]) -> Scale:
    figures = [row.skill for row in rows[:PAGE]]
    return Scale.around([one[key] for one in figures for key in ("value", "low", "high")])


def _heads(request: HttpRequest, sort: str) -> list[dict[str, str]]:
    """Pressed once a column goes down from its largest, pressed again up; names the other way."""
    heads = []
    for name, words in HEADS.items():
        is_down = sort == f"-{name}"
        turned = name if is_down or (name == "name" and sort != name) else f"-{name}"
        heads.append(
            {
                "name": name,
                "words": words,
                "href": _address(request, {"sort": turned, "from": ""}),
                "order": "descending" if is_down else "ascending" if sort == name else "",
            }
        )
    return heads


def _address(request: HttpRequest, changed: dict[str, Any]) -> str:
    given = {key: request.GET.get(key, "") for key in ("question", "find", "sort", "from")}
    return f"?{urlencode({key: value for key, value in (given | changed).items() if value})}"


@require_GET
def annotator(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    member = member_of(project, member_id)
    questions = list(Question.objects.filter(project=project).asked())
    one = chosen_of(questions, request.GET.get("question", ""))
    context = {"project": project, "member": member, "questions": questions, "one": one}
    return render(
        request, "quality/annotator.html", context | page_of(project, member, one, questions)
    )


def member_of(project: Project, member_id: int) -> Membership:
    members = Membership.objects.filter(project=project).select_related("user")
    return get_object_or_404(members, pk=member_id)


@require_GET
def who_for_what(request: HttpRequest, project_id: int) -> HttpResponse:
    """Annotators by labels, and groups of annotators: whom to ask for what."""
    project = project_for(request.user, project_id, May.LEAD)
    questions = list(Question.objects.filter(project=project).asked())
    one = chosen_of(questions, request.GET.get("question", ""))
    context = {"project": project, "questions": questions, "one": one}
    found = matrix_of(project, one, request.GET.get("by", ""))
    return render(request, "quality/who_for_what.html", {**context, **found})


@require_POST
def annotators_run(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    ask_for_people(project=project, by=request.user)
    return redirect("quality:annotators", project.pk)


@require_GET
def annotators_job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far the reports are, for a page that is open; the page anew when they are made."""
    project = project_for(request.user, project_id, May.LEAD)
    return how_far(request, project, KIND, "quality/annotators_job.html")
