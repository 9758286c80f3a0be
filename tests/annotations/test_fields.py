"""What a task shows changes, and no task is invalidated by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.annotations.actions import fields as module
from apps.annotations.actions.fields import (
    FieldsMoved,
    ImportUnderWay,
    TooManyTasks,
    change_fields,
)
from apps.annotations.displays import displays
from apps.annotations.kinds import kinds
from apps.projects.actions import BadProject
from apps.projects.models import Project
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

pytestmark = pytest.mark.django_db

TEXT = {"name": "text", "display": "text", "title": "", "config": {}}
TITLE = {"name": "title", "display": "text", "title": "Title", "config": {}}
TURNS = [{"role": "customer", "text": "Where is it?"}]


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    QuestionFactory(project=project, name="wants")
    project.refresh_from_db()
    return project


def refused(project: Project, *fields: Any) -> dict[str, str]:
    before = Project.objects.get(pk=project.pk).fields
    with pytest.raises(BadProject) as error:
        change_fields(project=project, fields=list(fields))
    assert Project.objects.get(pk=project.pk).fields == before
    return error.value.errors


def test_a_field_is_added_moved_and_headed(project):
    TaskFactory(project=project, data={"text": "Hello", "note": TURNS})

    change_fields(project=project, fields=[TITLE, {**TEXT, "title": "Message"}])

    project.refresh_from_db()
    assert project.fields == [TITLE, {**TEXT, "title": "Message"}]


def test_a_display_changes_when_all_values_fit(project):
    TaskFactory(project=project, data={"text": "Hello"})
    TaskFactory(project=project, data={"text": "", "title": 3})
    TaskFactory(project=project, data={"text": None, "title": 3})
    TaskFactory(data={"text": 5})

    change_fields(project=project, fields=[{**TEXT, "display": "markdown"}, TITLE])

    project.refresh_from_db()
    assert project.fields[0]["display"] == "markdown"


def test_how_many_do_not_fit_and_one_of_them_is_said(project):
    TaskFactory(project=project, data={"text": "fits"})
    TaskFactory(project=project, data={"text": 5}, external_id="m-17")
    TaskFactory(project=project, data={"text": True})

    assert refused(project, {**TEXT, "display": "markdown"}) == {
        "fields.0.display": "2 tasks hold values that cannot be shown as Markdown, such as m-17:"
        " Give the Markdown as a text."
    }
    told = refused(project, TITLE, {**TEXT, "display": "chat"})["fields.1.display"]
    assert told.startswith("3 tasks hold values that cannot be shown as Chat, such as ")


def test_the_place_in_the_value_is_said(project):
    Project.objects.update(fields=[{"name": "turns", "display": "json"}])
    TaskFactory(project=project, data={"turns": TURNS})
    TaskFactory(project=project, data={"turns": [*TURNS, {"role": "agent"}]}, external_id="m-2")

    told = refused(project, {"name": "turns", "display": "chat"})

    assert told == {
        "fields.0.display": "1 task holds a value that cannot be shown as Chat, such as m-2"
        " (1.text): Give the text as a text."
    }


def test_a_column_that_was_hidden_must_fit_too(project):
    task = TaskFactory(project=project, data={"text": "Hello", "turns": "no chat"})

    told = refused(project, TEXT, {"name": "turns", "display": "chat"})

    assert str(task) in told["fields.1.display"]
    change_fields(project=project, fields=[TEXT, {"name": "turns", "display": "text"}])


def test_a_field_can_be_hidden_while_each_task_shows_another(project):
    Project.objects.update(fields=[TEXT, TITLE])
    TaskFactory(project=project, data={"text": "Hello", "title": "T"})
    change_fields(project=project, fields=[TITLE])
    change_fields(project=project, fields=[TEXT, TITLE])
    TaskFactory(project=project, data={"text": "only this", "title": ""}, external_id="m-3")

    assert refused(project, TITLE) == {
        "fields": "1 task would show nothing, such as m-3. Keep a field that is filled there."
    }
    assert set(refused(project)) == {"fields"}


def test_what_is_no_field_is_refused_at_its_place(project):
    assert set(refused(project, TEXT, {"name": "text", "display": "x", "colour": 1})) == {
        "fields.1.display",
        "fields.1.colour",
        "fields.1.name",
    }


def test_a_field_that_a_question_marks_stays_one_that_can_be_marked(project, monkeypatch):
    choice = type(kinds["choice"])
    monkeypatch.setattr(choice, "surfaces", frozenset({"text"}))
    monkeypatch.setattr(choice, "field_of", lambda *_: "text")

    told = refused(project, {**TEXT, "display": "markdown"}, TITLE)

    assert told["fields"].endswith("marks a field. Choose the field that is marked: title.")
    change_fields(project=project, fields=[TITLE, {**TEXT, "title": "Message"}])


def test_an_overtaken_change_is_refused(project):
    before = project.fields
    change_fields(project=project, fields=[TEXT, TITLE], base_fields=before)

    with pytest.raises(FieldsMoved):
        change_fields(project=project, fields=[TEXT], base_fields=before)


@pytest.mark.django_db(transaction=True)
def test_fields_stand_while_an_import_is_published(project):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('import'), %s)", [project.pk])
            with pytest.raises(ImportUnderWay):
                change_fields(project=project, fields=[TEXT, TITLE])
            # Said: the server notices some time after the connection's end.
            cursor.execute("SELECT pg_advisory_unlock(hashtext('import'), %s)", [project.pk])
    finally:
        other.close()
    change_fields(project=project, fields=[TEXT, TITLE])


@pytest.mark.parametrize(("seconds", "slowly"), [(0, ""), (0.02, " pg_sleep(1) IS NOT NULL AND")])
def test_looking_through_too_many_tasks_is_given_up(project, monkeypatch, seconds, slowly):
    TaskFactory(project=project, data={"text": "Hello"})
    monkeypatch.setattr(module, "CHECK_SECONDS", seconds)
    monkeypatch.setattr(module, "IN_DOUBT", module.IN_DOUBT.replace("WHERE", f"WHERE{slowly}"))

    with pytest.raises(TooManyTasks):
        change_fields(project=project, fields=[{**TEXT, "display": "chat"}])


EVERY: dict[str, list[Any]] = {
    "string": ["", "x", "a\nb", "<b>", "\u0001"],
    "number": [0, -1.5, 1e300, 2**60],
    "boolean": [True, False],
    "array": [[], [1], [[["deep"]] * 3]],
    "object": [{}, {"a": {}}],
}


@pytest.mark.parametrize("name", displays)
def test_a_display_shows_what_it_says_it_shows(name):
    display = displays[name]

    assert display.fits <= EVERY.keys()
    for type_ in display.fits:
        for value in EVERY[type_]:
            display.check(value, {})


# --- The page ----------------------------------------------------------------------------------


@pytest.fixture
def browser(project: Project) -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role="lead").user)
    return client


def post(browser: Client, project: Project, fields: Any, name: str = "fields", **more: Any) -> Any:
    return browser.post(
        reverse(f"annotations:{name}", args=[project.pk]),
        {"project": json.dumps({"fields": fields}), **more},
    )


def test_the_page_names_what_is_hidden(browser, project):
    TaskFactory(project=project, data={"text": "Hello", "lang": "en"})

    page = browser.get(reverse("annotations:fields", args=[project.pk]))

    assert page.context["hidden_names"] == ["lang"]
    assert "<code>lang</code>" in page.content.decode()


def test_the_page_keeps_a_change_and_says_what_is_wrong(browser, project):
    TaskFactory(project=project, data={"text": "Hello"})
    base = json.dumps(project.fields)

    kept = post(browser, project, [TEXT, TITLE], base_fields=base)
    late = post(browser, project, [TEXT], base_fields=base)
    wrong = post(browser, project, [{**TEXT, "display": "chat"}])
    nothing = browser.post(reverse("annotations:fields", args=[project.pk]), {"project": "{"})

    assert kept.status_code == 302
    assert (late.status_code, wrong.status_code, nothing.status_code) == (422, 422, 422)
    assert "Somebody else changed the fields" in late.content.decode()
    assert "1 task holds a value that cannot be shown as Chat" in wrong.content.decode()
    project.refresh_from_db()
    assert project.fields == [TEXT, TITLE]


def test_the_preview_shows_the_first_task_as_it_would_be(browser, project):
    TaskFactory(project=project, data={"text": "# Parcel 17"})

    shown = post(browser, project, [{**TEXT, "display": "markdown"}], name="preview_fields")
    unfit = post(browser, project, [{**TEXT, "display": "chat"}], name="preview_fields")
    bad = post(browser, project, [], name="preview_fields")

    assert "Parcel 17</h" in shown.content.decode()
    assert "cannot be shown as it is" in unfit.content.decode()
    assert "Show 1 to 50 fields." in bad.content.decode()
