"""The page of a protocol, and what other pages say of it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.projects import actions
from apps.projects.actions.protocols import (
    close_amendment,
    protocol_of,
)
from apps.projects.models import (
    Amendment,
    Membership,
    Project,
)
from apps.tasks.actions.queue import set_overlap
from tests.factories import (
    user_of,
)
from tests.projects.protocol.regulated import (
    MEANING,
    NOW,
    PASSWORD,
    amend,
    state_of,
)

pytestmark = pytest.mark.django_db


def _page(project: Project, name: str = "projects:protocol", *more: str) -> str:
    return reverse(name, args=[project.pk, *more])


def _file(client: Client, project: Project, form: str) -> bytes:
    response: Any = client.get(_page(project, "projects:protocol_file", form))
    return b"".join(response.streaming_content)


class TestPage:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client: Client, lead: Membership) -> None:
        client.force_login(user_of(lead), backend="apps.accounts.permissions.PasswordBackend")

    def test_a_lead_switches_it_on_and_off_before_work_begins(
        self, client: Client, lead: Membership
    ) -> None:
        for deed, state in (("on", "open"), ("off", "off")):
            client.post(_page(lead.project), {"do": deed})
            assert state_of(lead.project) == state
        assert client.post(_page(lead.project), {"do": "x"}).status_code == 422

    def test_an_amendment_by_the_page(self, client: Client, project: Project) -> None:
        given = {"reason": "A misprint.", "meaning": MEANING, "password": "wrong"}
        refused = client.post(_page(project, "projects:amend"), given)
        assert refused.status_code == 422
        assert "The password is wrong. Nothing is signed." in refused.content.decode()
        assert "A misprint." in refused.content.decode()
        assert not Amendment.objects.exists()

        given["password"] = PASSWORD
        assert client.post(_page(project, "projects:amend"), given).status_code == 302
        client.post(f"/p/{project.pk}/guideline/", {"text": "New", "base_version": 0})
        page = client.get(_page(project)).content.decode()
        assert "published the guideline" in page
        assert "A misprint." in page
        client.post(_page(project, "projects:amend_close"))
        assert state_of(project) == "locked"

    def test_wrong_passwords_are_slowed_down_and_do_not_sign_out(
        self, client: Client, project: Project
    ) -> None:
        given = {"reason": "A misprint.", "meaning": MEANING, "password": "wrong"}
        for _ in range(5):
            client.post(_page(project, "projects:amend"), given)
        given["password"] = PASSWORD
        refused = client.post(_page(project, "projects:amend"), given)
        assert refused.status_code == 422
        assert "Too many wrong passwords" in refused.content.decode()
        assert not Amendment.objects.exists()
        assert client.get(_page(project)).status_code == 200

    def test_who_has_no_password_is_told_what_to_do(
        self, client: Client, project: Project, lead: Membership
    ) -> None:
        person = user_of(lead)
        person.set_unusable_password()
        person.save()
        client.force_login(person, backend="apps.accounts.permissions.PasswordBackend")
        given = {"reason": "A misprint.", "meaning": MEANING, "password": "!"}
        page = client.post(_page(project, "projects:amend"), given).content.decode()
        assert "Your account has no password to sign with." in page

    def test_meanings_are_a_line_each(self, client: Client, lead: Membership) -> None:
        client.post(_page(lead.project), {"do": "meanings", "meanings": " Read \n\nDecided\nRead"})
        assert protocol_of(lead.project).meanings == ["Read", "Decided"]
        refused = client.post(_page(lead.project), {"do": "meanings", "meanings": ""})
        assert refused.status_code == 422

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            (
                "projects:settings",
                {
                    "is_blind": "",
                    "skip_policy": "later",
                    "layout": "stacked",
                    "lease_minutes": 3,
                    "suggestion_hidden_share": 0,
                    "currency": "EUR",
                    "name": "A",
                },
            ),
            ("projects:guideline", {"text": "New", "base_version": 0}),
            ("annotations:overlap", {"overlap": 4, "percent": 100}),
            ("quality:rules", {"do": "save", "form-0-text": "intent is praise"}),
            ("quality:stages", {"do": "save"}),
            ("consensus:choose", {"question": "intent", "aggregator": "majority_vote"}),
            (
                "routing:plan",
                {"when": "never", "strategy": "margin", "exploration": 0.1, "bar": 0.5},
            ),
        ],
    )
    def test_a_form_that_is_refused_says_why(
        self, client: Client, project: Project, name: str, body: dict[str, Any]
    ) -> None:
        refused = client.post(_page(project, name), body)
        assert refused.status_code == 422
        assert "The protocol is locked since the first answer" in refused.content.decode()

    def test_what_has_no_form_to_say_so_is_answered_by_a_page(
        self, client: Client, project: Project
    ) -> None:
        refused = client.post(_page(project, "projects:delete"), {"word": project.name})
        assert refused.status_code == 409
        assert "you may not delete the project" in refused.content.decode()
        assert _page(project) in refused.content.decode()
        part = client.post(
            _page(project, "projects:delete"),
            {"word": project.name},
            headers={"HX-Request": "true"},
        )
        assert (part.status_code, part["Content-Type"]) == (409, "text/plain")

    def test_pages_say_beforehand_that_changes_are_refused(
        self, client: Client, project: Project, lead: Membership
    ) -> None:
        names = (
            *("projects:settings", "projects:guideline", "annotations:questions"),
            *("annotations:fields", "quality:stages", "quality:rules", "quality:gold"),
            *("routing:learning", "routing:endpoints", "consensus:consensus"),
        )
        for name in names:
            assert (
                "changes here are refused" in client.get(_page(project, name)).content.decode()
            ), name
        amend(lead)
        for name in names:
            assert "becomes part of it" in client.get(_page(project, name)).content.decode(), name

    def test_the_history_as_files(self, client: Client, project: Project, lead: Membership) -> None:
        amend(lead, "=1+1")
        actions.publish_guideline(project=project, text="New", by=user_of(lead), at=NOW)
        set_overlap(project=project, overlap=4)
        close_amendment(project=project, by=user_of(lead))
        amend(lead, "Another")

        text = _file(client, project, "csv").decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["number"], row["action"]) for row in rows] == [
            ("1", "guideline.published"),
            ("1", "project.overlap"),
            ("2", ""),
        ]
        assert rows[0]["reason"] == "'=1+1"
        assert rows[0]["fits"] == "true"
        assert len(_file(client, project, "jsonl").splitlines()) == 2
        assert client.get(_page(project, "projects:protocol_file", "xml")).status_code == 404

    def test_one_more_amendment_asks_nothing_more(
        self, client: Client, project: Project, lead: Membership, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(3):
            amend(lead)
            close_amendment(project=project, by=user_of(lead))
        with django_assert_max_num_queries(7):
            client.get(_page(project))
