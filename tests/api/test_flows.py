"""What a lead's and a reviewer's programs do, through the same actions as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.module_loading import autodiscover_modules

from apps.agreement.actions.drain import drain as fold
from apps.agreement.actions.raters import ask_for_raters
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.exchange.models import ImportRun
from apps.projects.models import Membership, Project
from apps.quality.actions import drain as find_conflicts
from apps.quality.models import Adjudication, Conflict
from apps.tasks.models import QueueEntry, Task
from tests.api.team import Api, Team
from tests.factories import AnnotationFactory, AssignmentFactory, TaskFactory, UserFactory

pytestmark = pytest.mark.django_db


def _run_jobs() -> None:
    for job in JobRun.objects.filter(state="queued"):
        run_job(job.pk)


def test_every_task_is_on_one_page_in_the_order_asked_for(team: Team) -> None:
    tasks = TaskFactory.create_batch(7, project=team.project)
    for n, task in enumerate(tasks):
        QueueEntry.objects.filter(pk=task.pk).update(level=n % 3)

    for sort in ("id", "-id", "priority", "-priority"):
        rows, back = _walk(team.lead, team.path(f"tasks/?page_size=2&sort={sort}"))
        name = sort.lstrip("-")
        values = [(row["priority"], row["id"]) if name == "priority" else row["id"] for row in rows]
        assert sorted(row["id"] for row in rows) == [task.pk for task in tasks]
        firsts = [v[0] if isinstance(v, tuple) else v for v in values]
        assert firsts == sorted(firsts, reverse=sort.startswith("-"))
        assert [row["id"] for row in back] == [row["id"] for row in rows]


def _walk(api: Api, path: str) -> tuple[list[Any], list[Any]]:
    """All rows by following `next`, and again by `previous` from the last page."""
    page = api.get(path).json()
    rows, last = list(page["results"]), page
    while last["next"]:
        last = api.get(last["next"].partition("/api/v1/")[2]).json()
        rows += last["results"]
    back = list(last["results"])
    while last["previous"]:
        last = api.get(last["previous"].partition("/api/v1/")[2]).json()
        back = last["results"] + back
    return rows, back


def test_tasks_are_found_by_state_id_and_text(team: Team) -> None:
    wanted = TaskFactory(project=team.project, external_id="m-7", data={"text": "A broken Kettle"})
    TaskFactory(project=team.project)

    for query in ("external_id=m-7", "search=kettle", "search=m-7"):
        rows = team.viewer.get(team.path(f"tasks/?{query}")).json()["results"]
        assert [row["id"] for row in rows] == [wanted.pk], query
    assert team.viewer.get(team.path("tasks/?state=complete")).json()["results"] == []


def test_a_task_is_ranked_withdrawn_and_put_back(team: Team) -> None:
    task = TaskFactory(project=team.project)
    path = f"tasks/{task.pk}/"

    changed = team.lead("patch", path, {"priority": 2.5, "overlap": 5}).json()
    withdrawn = team.lead("patch", path, {"state": "withdrawn"}).json()
    back = team.lead("patch", path, {"state": "open"}).json()

    assert (changed["priority"], changed["overlap"]) == (2.5, 5)
    assert (withdrawn["state"], back["state"]) == ("withdrawn", "open")


def test_only_tasks_without_answers_can_be_deleted(team: Team) -> None:
    empty, answered = TaskFactory.create_batch(2, project=team.project)
    mine = AssignmentFactory(task=answered, annotator=team.members["annotator"])
    AnnotationFactory(assignment=mine)

    assert team.lead("delete", f"tasks/{empty.pk}/").status_code == 204
    refused = team.lead("delete", f"tasks/{answered.pk}/")

    assert (refused.status_code, refused.json()["code"]) == (409, "has_answers")
    assert list(Task.objects.all()) == [answered]


def test_settings_of_project_and_queue_change_together(team: Team) -> None:
    task = TaskFactory(project=team.project)

    changed = team.lead(
        "patch",
        f"projects/{team.project.pk}/",
        {"name": "Renamed", "overlap": 4, "state": "paused"},
    ).json()
    refused = team.lead(
        "patch", f"projects/{team.project.pk}/", {"overlap": 9, "slices": [{"name": "1"}]}
    )

    assert (changed["name"], changed["overlap"], changed["state"]) == ("Renamed", 4, "paused")
    assert QueueEntry.objects.get(pk=task.pk).overlap == 4
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "slices.0")
    assert Project.objects.get(pk=team.project.pk).overlap == 4


def test_what_a_task_shows_changes_by_a_call_that_does_all_or_nothing(team: Team) -> None:
    TaskFactory(project=team.project, data={"text": "Hello", "title": "T"}, external_id="m-7")
    shown = [{"name": "title"}, {"name": "text", "display": "markdown", "title": "Message"}]
    path = f"projects/{team.project.pk}/"

    changed = team.lead("patch", path, {"name": "Renamed", "fields": shown})
    refused = team.lead(
        "patch", path, {"name": "Again", "fields": [{"name": "text", "display": "chat"}]}
    )
    wrong = team.lead("patch", path, {"fields": {"name": "text"}})

    assert changed.status_code == 200
    assert [one["name"] for one in changed.json()["fields"]] == ["title", "text"]
    assert changed.json()["fields"][1]["display"] == "markdown"
    assert (refused.status_code, wrong.status_code) == (422, 400)
    (error,) = refused.json()["errors"]
    assert error["field"] == "fields.0.display"
    assert "1 task holds a value" in error["message"]
    assert "m-7" in error["message"]
    team.project.refresh_from_db()
    assert (team.project.name, team.project.field_names) == ("Renamed", ["title", "text"])


def test_members_come_by_account_or_by_invitation(team: Team) -> None:
    known = UserFactory(email="ana@example.org")

    added = team.lead.post(team.path("members/"), {"email": "Ana@example.org", "role": "reviewer"})
    invited = team.lead.post(team.path("members/"), {"email": "new@example.org", "role": "viewer"})
    path = team.path(f"members/{added.json()['member']['id']}/")
    changed = team.lead("patch", path, {"role": "annotator", "languages": ["de"], "daily_quota": 5})
    gone = team.lead("delete", path)

    assert (added.status_code, added.json()["invitation_url"]) == (201, None)
    assert invited.json()["member"] is None
    assert "/join/" in invited.json()["invitation_url"]
    assert (changed.json()["role"], changed.json()["languages"]) == ("annotator", ["de"])
    assert gone.status_code == 204
    assert not Membership.objects.get(project=team.project, user=known).is_active
    alone = team.lead("delete", team.path(f"members/{team.members['lead'].pk}/"))
    assert (alone.status_code, alone.json()["code"]) == (409, "last_lead")


def test_rows_and_files_are_imported_by_a_job(team: Team) -> None:
    rows = [{"external_id": "a", "data": {"text": "Hello"}}, {"data": {"nothing": 1}}]
    refused = team.lead.post(team.path("imports/"), {"rows": rows})
    good = team.lead.post(team.path("imports/"), {"rows": rows, "mode": "good_rows"})
    file = SimpleUploadedFile("more.csv", b"id,text\nb,Good morning\n")
    form = {"file": file, "mapping": '{"external_id": "id", "data": {"text": "text"}}'}
    sent = team.lead.client.post(
        f"/api/v1/{team.path('imports/')}", form, headers=team.lead.headers
    )
    _run_jobs()

    told = [team.lead.get(f"imports/{run.json()['id']}/").json() for run in (refused, good, sent)]

    assert [run.status_code for run in (refused, good, sent)] == [202] * 3
    assert [run["outcome"] for run in told] == ["refused", "published", "published"]
    assert [error["row"] for error in told[0]["errors"]] == [2]
    assert set(Task.objects.values_list("external_id", flat=True)) == {"a", "b"}


def test_a_waiting_import_is_cancelled(team: Team) -> None:
    run = team.lead.post(team.path("imports/"), {"rows": [{"data": {"text": "Hello"}}]}).json()

    cancelled = team.lead.post(f"imports/{run['id']}/cancel/")
    _run_jobs()

    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    assert not Task.objects.exists()
    assert team.lead.post(f"imports/{run['id']}/cancel/").status_code == 409


def test_a_mapping_that_does_not_fit_is_refused_and_leaves_nothing(team: Team) -> None:
    refused = team.lead.post(
        team.path("imports/"), {"rows": [{"text": "x"}], "mapping": {"data": {"text": "gone"}}}
    )

    assert refused.status_code == 422
    assert refused.json()["errors"]
    assert not ImportRun.objects.exists()


def test_a_dispute_is_measured_decided_and_taken_back(team: Team) -> None:
    task = TaskFactory(project=team.project)
    for who, label in (("annotator", "praise"), ("reviewer", "question")):
        AnnotationFactory(
            assignment=AssignmentFactory(task=task, annotator=team.members[who]),
            answers={"intent": label},
        )
    outbox.publish(event=TASK_CHANGED, scope_id=team.project.pk, subject_ids=[task.pk])
    fold(team.project.pk)
    find_conflicts(team.project.pk)

    (figures,) = team.viewer.get(team.path("agreement/?include=labels,pairs")).json()["questions"]
    alpha = figures["measures"][0]
    assert (alpha["measure"], alpha["units"]) == ("krippendorff_alpha", 1)
    assert {"labels", "pairs"} <= figures.keys()
    autodiscover_modules("jobs")  # a worker has read them at its start
    run_job(ask_for_raters(project=team.project, by=team.admin).pk)
    (named,) = team.viewer.get(team.path("agreement/?include=by_name")).json()["questions"]
    found = {row["measure"]: row for row in named["by_name"]}
    assert found.keys() == {"cohen_kappa", "conger_kappa"}
    assert found["cohen_kappa"]["undefined_reason"]["code"] == "no_common_units"
    assert (found["conger_kappa"]["answers"], found["conger_kappa"]["is_current"]) == (2, True)
    people = team.viewer.get(team.path("annotators/")).json()["results"]
    assert {row["id"] for row in people} == {team.members[w].pk for w in ("annotator", "reviewer")}
    (tie,) = team.viewer.get(team.path("consensus/?is_tie=true")).json()["results"]
    assert (tie["task"], tie["value"], tie["is_tie"]) == (task.pk, None, True)
    (conflict,) = team.reviewer.get(team.path("conflicts/")).json()["results"]
    assert conflict["task"] == task.pk

    path = f"tasks/{task.pk}/adjudicate/"
    decided = team.reviewer.post(path, {"answers": {"intent": "praise"}, "reason": "Says thanks."})
    late = team.reviewer.post(path, {"answers": {"intent": "question"}})
    assert (decided.status_code, decided.json()["outcome"]) == (201, "decided")
    assert (late.status_code, late.json()["code"]) == (409, "decided_meanwhile")
    assert Conflict.objects.get().state == "decided"
    word = team.reviewer.get(f"tasks/{task.pk}/").json()["last_word"]["id"]
    back = team.reviewer.post(path, {"outcome": "reopened", "follows": word})
    assert (back.status_code, Conflict.objects.get().state) == (201, "open")
    assert Adjudication.objects.count() == 2


def test_an_export_is_made_by_a_job_and_downloaded(team: Team) -> None:
    TaskFactory(project=team.project, external_id="m-1")
    asked = team.reviewer.post(team.path("exports/"), {"format": "jsonl"}).json()
    path = f"exports/{asked['id']}/"
    assert team.reviewer.get(f"{path}download/").status_code == 409

    unknown = team.reviewer.post(team.path("exports/"), {"format": "xlsx"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "format")


def test_questions_and_guideline_are_published_in_versions(team: Team) -> None:
    asked = team.viewer.get(team.path("questions/")).json()
    asked["questions"][0]["title"] = "What is wanted?"
    body = {"questions": asked["questions"], "base_version": asked["version"]}

    changed = team.lead("put", team.path("questions/"), body)
    late = team.lead("put", team.path("questions/"), {**body, "base_version": 0})
    ruled = team.lead("put", team.path("guideline/"), {"text": "# Rules"})

    assert changed.json()["version"] == asked["version"] + 1
    assert (late.status_code, late.json()["code"]) == (409, "questions_moved")
    assert (ruled.json()["version"], ruled.json()["text"]) == (1, "# Rules")
    assert team.annotator.get(team.path("guideline/")).json()["text"] == "# Rules"
