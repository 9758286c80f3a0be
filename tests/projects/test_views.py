"""The pages of a project: who sees them, and what they change."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Question, QuestionSet
from apps.projects import actions
from apps.projects.models import Guideline, Membership, Project
from tests.factories import (
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DESCRIPTION = {
    "name": "Support messages",
    "fields": [{"name": "text", "display": "text"}],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "title": "What would settle it?",
            "config": {"labels": ["Refund", "Delivery"]},
        }
    ],
    "overlap": 2,
    "guideline": "# Rules\n\nChoose one.",
}
PAGES = {
    "projects:people": {"lead"},
    "projects:guideline": {"lead", "reviewer", "annotator", "viewer"},
    "projects:compare_guideline": {"lead", "reviewer", "annotator", "viewer"},
    "projects:settings": {"lead"},
    "annotations:questions": {"lead", "reviewer", "viewer"},
    "annotations:overlap": {"lead"},
}


@pytest.fixture
def lead(client) -> Membership:
    member = MembershipFactory(role="lead")
    QuestionFactory(project=member.project, labels=["a", "b"])
    actions.publish_guideline(
        project=member.project, text="# One", by=member.user, at=timezone.now()
    )
    client.force_login(member.user)
    return member


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["lead", "reviewer", "annotator", "viewer", "ended", "outsider"])
def test_each_page_is_for_its_roles(client, lead, page, role):
    if role == "outsider":
        user = UserFactory()
    else:
        kept = role if role != "ended" else "lead"
        user = MembershipFactory(project=lead.project, role=kept, is_active=role != "ended").user
    client.force_login(user)
    found = client.get(reverse(page, args=[lead.project.pk]))
    may = role in PAGES[page]
    assert found.status_code == (200 if may else 404 if role in {"ended", "outsider"} else 403)
    if may:
        assert " style=" not in found.content.decode()


def test_everybody_is_led_to_their_work(client, lead):
    assert client.get(f"/p/{lead.project.pk}/").status_code == 302
    page = client.get("/").content.decode()
    assert lead.project.name in page
    client.force_login(UserFactory())
    assert "No projects yet" in client.get("/").content.decode()


class TestNewProject:
    def post(self, client, description, **headers):
        text = description if isinstance(description, str) else json.dumps(description)
        return client.post("/new/", {"project": text}, **headers)

    def test_makes_it_with_questions_guideline_and_lead(self, client):
        client.force_login(user := UserFactory())
        assert self.post(client, DESCRIPTION).status_code == 302
        project = Project.objects.get()
        assert (project.name, project.overlap, project.question_version) == (
            "Support messages",
            2,
            1,
        )
        assert QuestionSet.objects.get().questions[0]["config"]["labels"][0]["key"] == "1"
        assert Guideline.objects.get(project=project).number == 1
        assert Membership.objects.get(project=project).role == "lead"
        assert Membership.objects.get(project=project).user == user

    def test_says_what_is_wrong_and_where_and_makes_nothing(self, client):
        client.force_login(UserFactory())
        wrong = {
            **DESCRIPTION,
            "name": " ",
            "overlap": 0,
            "unknown": 1,
            "fields": [{"name": "a.b", "display": "hologram"}],
            "questions": [{"title": "Q", "kind": "choice", "config": {"labels": ["a", "a"]}}],
        }
        answer = self.post(client, wrong, headers={"HX-Request": "true"})
        found = re.findall(r'data-path="([^"]*)"', answer.content.decode())
        assert answer.status_code == 422
        assert set(found) == {
            "name", "overlap", "unknown", "fields.0.name", "fields.0.display",
            "questions.0.config.labels.1.value",
        }  # fmt: skip
        assert not Project.objects.exists()

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "null", '"x"', '{"name": NaN}', "[" * 100_000, '{"a": "\\ud800"}',
                 '{"name": "x", "questions": [[]]}', '{"name": {}, "questions": [{"kind": []}]}',
                 '{"name": "x\\u0000", "fields": [{"name": [], "display": {}, "config": []}]}']
    )  # fmt: skip
    def test_any_text_gets_an_answer(self, client, text):
        client.force_login(UserFactory())
        assert self.post(client, text).status_code == 422
        assert self.post(client, text, headers={"HX-Request": "true"}).status_code == 422
        assert client.post("/new/preview/", {"project": text}).status_code == 200
        assert client.post("/new/form/", {"project": text}).status_code == 422

    def test_preview_is_the_item_that_annotators_get(self, client):
        client.force_login(UserFactory())
        page = client.post("/new/preview/", {"project": json.dumps(DESCRIPTION)}).content.decode()
        assert 'data-question="topic"' in page
        assert "Where is parcel 8841?" in page
        assert not Project.objects.exists()

    def test_json_fills_in_the_form(self, client):
        client.force_login(UserFactory())
        page = client.post("/new/form/", {"project": json.dumps(DESCRIPTION)}).content.decode()
        assert 'value="Support messages"' in page
        assert 'value="Refund"' in page


class TestQuestions:
    def test_a_new_version_keeps_who_and_when(self, client, lead):
        url = reverse("annotations:questions", args=[lead.project.pk])
        asked = {"questions": [*DESCRIPTION["questions"]]}
        client.post(url, {"project": json.dumps(asked), "base_version": "1"})
        newest = QuestionSet.objects.get(project=lead.project, number=2)
        assert newest.created_by == lead.user
        assert [q["name"] for q in newest.questions] == ["topic"]
        assert Question.objects.get(project=lead.project, name="topic").retired_at is None
        assert Question.objects.exclude(name="topic").get().retired_at is not None

    def test_what_somebody_else_published_is_not_overwritten(self, client, lead):
        url = reverse("annotations:questions", args=[lead.project.pk])
        sent = {"project": json.dumps(DESCRIPTION), "base_version": "0"}
        answer = client.post(url, sent)
        assert answer.status_code == 422
        assert "changed meanwhile" in answer.content.decode()
        assert Project.objects.get(pk=lead.project.pk).question_version == 1

    @pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
    def test_only_leads_publish(self, client, lead, role):
        client.force_login(MembershipFactory(project=lead.project, role=role).user)
        url = reverse("annotations:questions", args=[lead.project.pk])
        assert client.post(url, {"project": json.dumps(DESCRIPTION)}).status_code == 403


class TestGuideline:
    def test_publish_compare_and_refuse_an_overtaken_one(self, client, lead):
        url = reverse("projects:guideline", args=[lead.project.pk])
        sent = {"text": "# One\n<b>new</b>", "summary": "More", "base_version": "1"}
        assert client.post(url, sent).status_code == 302
        page = client.get(reverse("projects:compare_guideline", args=[lead.project.pk]))
        assert "<ins>&lt;b&gt;new&lt;/b&gt;</ins>" in page.content.decode()
        assert client.post(url, sent | {"text": "# Other"}).status_code == 422
        assert Guideline.objects.filter(project=lead.project).count() == 2

    def test_confirming_never_goes_back_or_ahead(self, lead):
        for number, read in ((1, 1), (0, 1), (5, 1)):
            actions.confirm_guideline(membership=lead, number=number)
            lead.refresh_from_db()
            assert lead.guideline_read == read

    @pytest.mark.parametrize("query", ["?new=99", "?new=x&old=y", "?old=99999999999999999999"])
    def test_made_up_versions_are_no_error(self, client, lead, query):
        url = reverse("projects:compare_guideline", args=[lead.project.pk]) + query
        assert client.get(url).status_code in {200, 404}


class TestSettings:
    FORM = {
        "name": "New name",
        "skip_policy": "later",
        "layout": "side",
        "lease_minutes": "10",
        "suggestion_hidden_share": "0.2",
        "currency": "EUR",
    }

    def test_are_kept(self, client, lead):
        url = reverse("projects:settings", args=[lead.project.pk])
        slices = "language = meta.language"
        assert (
            client.post(url, self.FORM | {"slices": slices, "answer_cost": "0.08"}).status_code
            == 302
        )
        project = Project.objects.get(pk=lead.project.pk)
        assert (project.name, project.skip_policy, project.lease_minutes) == (
            "New name",
            "later",
            10,
        )
        assert project.slices == [{"name": "language", "path": "meta.language"}]
        assert not project.is_blind
        assert project.layout == "side"

    @pytest.mark.parametrize(
        "wrong", [{"slices": "language"}, {"slices": "a = b"}, {"currency": "eur"}, {"name": " "},
                  {"lease_minutes": "0"}, {"answer_cost": "NaN"}, {"skip_policy": "x"}]
    )  # fmt: skip
    def test_wrong_ones_are_refused_beside_their_field(self, client, lead, wrong):
        url = reverse("projects:settings", args=[lead.project.pk])
        answer = client.post(url, self.FORM | wrong)
        assert answer.status_code == 422
        assert "form-error" in answer.content.decode()

    def test_overlap_changes_the_queue(self, client, lead):
        task = TaskFactory(project=lead.project)
        url = reverse("annotations:overlap", args=[lead.project.pk])
        client.post(url, {"overlap": "5", "percent": "100"})
        task.queue.refresh_from_db()
        assert task.queue.overlap == 5

    def test_delete_needs_the_name_and_can_be_undone(self, client, lead):
        delete = reverse("projects:delete", args=[lead.project.pk])
        client.post(delete, {"word": "no"})
        assert Project.objects.get(pk=lead.project.pk).deleted_at is None
        client.post(delete, {"word": lead.project.name})
        assert client.get(reverse("projects:settings", args=[lead.project.pk])).status_code == 404
        assert lead.project.name in client.get("/deleted/").content.decode()
        other = Client()
        other.force_login(UserFactory())
        other.post("/deleted/", {"project": lead.project.pk})
        assert Project.objects.get(pk=lead.project.pk).deleted_at is not None
        client.post("/deleted/", {"project": lead.project.pk})
        assert Project.objects.get(pk=lead.project.pk).deleted_at is None

    def test_state_is_one_of_three(self, client, lead):
        url = reverse("projects:change_state", args=[lead.project.pk])
        for state, kept in (("paused", "paused"), ("nonsense", "paused"), ("active", "active")):
            client.post(url, {"state": state})
            assert Project.objects.get(pk=lead.project.pk).state == kept
