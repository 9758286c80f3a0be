"""The lead's pages of the project's own models: who may, what is refused and where, what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.models import AuditEvent, JobRun
from apps.core.sealing import unseal
from apps.projects.models import Project
from apps.routing.actions.asking import PURPOSE
from apps.routing.actions.endpoints import BadEndpoint, change_endpoint
from apps.routing.models import Endpoint, Plan
from apps.routing.remote import Circuit
from apps.routing.views.standing import standing_of
from tests.clients import signed_in_as
from tests.factories import ProjectFactory, QuestionFactory, user_of
from tests.routing.endpoints import endpoint_at, lead_of
from tests.routing.test_pages import address, text_of

pytestmark = pytest.mark.django_db
URL = "http://10.0.0.5:9090"
BODY = {"name": "Ours", "url": URL, "our_address": "http://localhost:8000"}


@pytest.fixture
def project(settings: Any) -> Project:
    settings.MODELS_FROM = [URL, "http://10.0.0.6:9090"]
    found: Project = ProjectFactory()
    QuestionFactory(project=found, name="intent")
    return found


@pytest.fixture
def lead(project: Project) -> Client:
    return signed_in_as(project)


def test_a_lead_adds_one_and_it_is_checked(project: Project, lead: Client) -> None:
    body = BODY | {"user": "concord", "password": " geheim ", "questions": ["intent"]}

    answer = lead.post(address(project, "endpoints/"), body | {"is_suggesting": "on"})

    found = Endpoint.objects.get()
    assert answer["Location"] == address(project, f"endpoints/{found.pk}/")
    assert (found.url, found.user, found.questions) == (URL, "concord", ["intent"])
    assert (found.is_suggesting, found.is_taught) == (True, False)
    assert "geheim" not in found.sealed
    assert unseal(found.sealed, purpose=PURPOSE) == " geheim "
    job = JobRun.objects.get(kind="routing.check")
    assert job.arguments == {"project_id": project.pk, "endpoint_id": found.pk}
    event = AuditEvent.objects.get(action="endpoint.added")
    assert (event.subject, event.detail) == ("Ours", {"url": URL})
    page = text_of(lead.get(answer["Location"]))
    assert "One is kept. Leave this empty to keep it." in page
    assert "geheim" not in page


def test_a_server_that_asks_nowhere_says_which_setting_and_whose(
    project: Project, lead: Client, settings: Any
) -> None:
    settings.MODELS_FROM = []
    assert "This server asks no model anywhere yet." in text_of(
        lead.get(address(project, "endpoints/"))
    )

    answer = lead.post(address(project, "endpoints/"), BODY)

    assert answer.status_code == 422
    said = text_of(answer)
    assert "Models are not asked there (CONCORD_MODELS_FROM: none)." in said
    assert "Whoever runs this server can add the address to CONCORD_MODELS_FROM" in said
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "OURS"}, "name"),
        ({"url": "10.0.0.5"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "http://10.0.0.5:9090?x=1"}, "url"),
        ({"url": "http://10.0.0.5:9091"}, "url"),
        ({"url": "http://a:b@10.0.0.5:9090"}, "url"),
        ({"url": "http://[::1"}, "url"),
        ({"password": "x"}, "user"),
        ({"user": "a:b", "password": "x"}, "user"),
        ({"questions": ["mood"]}, "questions"),
        ({"our_address": "http://elsewhere.example.org"}, "our_address"),
        ({"our_address": "http://localhost:8000/folder"}, "our_address"),
        ({"our_address": "ftp://localhost"}, "our_address"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    project: Project, lead: Client, wrong: dict[str, Any], place: str
) -> None:
    endpoint_at(URL, project)

    with pytest.raises(BadEndpoint) as found:
        endpoint_at(**{"project": project, **BODY, "name": "Other", **wrong})
    answer = lead.post(address(project, "endpoints/"), BODY | {"name": "Other"} | wrong)

    assert set(found.value.errors) == {place}
    assert answer.status_code == 422
    assert f'id="id_{place}_error"' in answer.content.decode()
    assert Endpoint.objects.count() == 1


def test_a_password_goes_nowhere_but_where_it_was_given_for(project: Project, lead: Client) -> None:
    found = endpoint_at(URL, project, user="concord", password="geheim")
    page, kept = address(project, f"endpoints/{found.pk}/"), found.sealed
    body = {key: value for key, value in BODY.items() if key != "name"} | {"user": "concord"}

    assert lead.post(page, body).status_code == 302
    found.refresh_from_db()
    assert found.sealed == kept
    for moved in ({"url": "http://10.0.0.6:9090"}, {"user": "other"}):
        answer = lead.post(page, body | moved)
        assert answer.status_code == 422
        assert "Give the password again" in text_of(answer)
    moved = {"url": "http://10.0.0.6:9090", "password": "another"}
    assert lead.post(page, body | moved).status_code == 302
    found.refresh_from_db()
    assert unseal(found.sealed, purpose=PURPOSE) == "another"
    assert lead.post(page, body | {"url": found.url, "user": ""}).status_code == 302
    found.refresh_from_db()
    assert found.sealed == ""
    told = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert "another" in told
    assert "geheim" not in told


def test_one_can_be_paused_though_its_address_is_no_longer_allowed(
    project: Project, lead: Client, settings: Any
) -> None:
    found = endpoint_at(URL, project)
    settings.MODELS_FROM = []
    Endpoint.objects.update(questions=["retired"], our_address="http://moved.example.org")
    page = address(project, f"endpoints/{found.pk}/")
    assert "This server does not ask there." in text_of(lead.get(page))

    answer = lead.post(f"{page}do/", {"deed": "pause"})

    assert answer.status_code == 302
    assert "It is paused." in text_of(lead.get(page))
    lead.post(f"{page}do/", {"deed": "go_on"})
    assert not Endpoint.objects.get().is_paused


def test_deeds_are_jobs_that_can_be_cancelled(project: Project, lead: Client) -> None:
    found = endpoint_at(URL, project)
    page = address(project, f"endpoints/{found.pk}/")
    for deed in ("check", "suggest", "teach", "suggest"):
        lead.post(f"{page}do/", {"deed": deed})

    kinds = list(JobRun.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["routing.check", "routing.foretell", "routing.teach"]
    assert "Giving it what to learn from" in text_of(lead.get(f"{page}job/"))
    assert lead.post(f"{page}do/", {"deed": "fly"}).status_code == 422
    lead.post(f"{page}do/", {"deed": "cancel"})
    assert set(JobRun.objects.values_list("state", flat=True)) == {"cancelled"}
    assert lead.get(f"{page}job/")["HX-Refresh"] == "true"


def test_it_is_removed_with_what_hangs_on_it(project: Project, lead: Client) -> None:
    found = endpoint_at(URL, project)
    Plan.objects.create(project=project, endpoint=found)
    assert "Remove this model?" in text_of(lead.get(address(project, f"endpoints/{found.pk}/")))

    answer = lead.post(address(project, f"endpoints/{found.pk}/remove/"))

    assert answer["Location"] == address(project, "endpoints/")
    assert Plan.objects.get().endpoint is None
    assert AuditEvent.objects.filter(action="endpoint.removed", subject="Ours").exists()


def test_the_plan_can_name_one(project: Project, lead: Client) -> None:
    body = {"when": "always", "strategy": "margin", "exploration": "0.1", "bar": "0.7"}
    assert "Which model" not in text_of(lead.get(address(project)))
    found = endpoint_at(URL, project)

    assert "Which model" in text_of(lead.get(address(project)))
    assert lead.post(address(project, "plan/"), body | {"endpoint": "Ours"}).status_code == 302
    assert Plan.objects.get().endpoint == found
    wrong = lead.post(address(project, "plan/"), body | {"endpoint": "Ours", "strategy": "badge"})
    assert wrong.status_code == 422
    assert "which a model over HTTP does not give" in text_of(wrong)


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer"])
def test_only_leads_see_them(project: Project, role: str) -> None:
    found, client = endpoint_at(URL, project), signed_in_as(project, role)

    for rest in ("", f"{found.pk}/", f"{found.pk}/job/"):
        assert client.get(address(project, f"endpoints/{rest}")).status_code in {403, 404}
    for rest in (f"{found.pk}/do/", f"{found.pk}/remove/"):
        assert client.post(address(project, f"endpoints/{rest}")).status_code in {403, 404}
    if role == "viewer":
        assert URL not in text_of(client.get(address(project)))


def test_one_of_another_project_is_not_there(project: Project, lead: Client) -> None:
    found = endpoint_at(URL, ProjectFactory())

    assert lead.get(address(project, f"endpoints/{found.pk}/")).status_code == 404
    assert lead.post(address(project, f"endpoints/{found.pk}/remove/")).status_code == 404


def test_queries_do_not_grow(project: Project, lead: Client) -> None:
    for name in ("A", "B", "C"):
        endpoint_at(URL, project, name=name)
    first = Endpoint.objects.order_by("pk")[0]

    for page, most in (("endpoints/", 9), (f"endpoints/{first.pk}/", 12)):
        with CaptureQueriesContext(connection) as asked:
            lead.get(address(project, page))
        assert len(asked) <= most, [one["sql"][:90] for one in asked]


@pytest.mark.parametrize(
    ("changed", "headline", "more"),
    [
        ({}, "It has not been asked yet.", ""),
        ({"well_at": timezone.now}, "It is well.", ""),
        ({"problem": "It broke.", "failed_at": timezone.now}, "It did not answer well.", "about a minute"),
        ({"problem": "It broke.", "is_suggesting": False}, "It did not answer well.", "Check it"),
        ({"circuit": Circuit(state="open", failures=5, rests=1, until=9e9).row()}, "It is left alone for a while.", "5 times in a row"),
        ({"circuit": Circuit(state="open", failures=5, until=1).row()}, "It is left alone for a while.", "tried with the next question"),
        ({"circuit": Circuit(state="half_open", failures=5, until=9e9).row()}, "It is being tried again.", "5 times"),
        ({"is_paused": True}, "It is paused.", "until you go on"),
    ],
)  # fmt: skip
def test_how_it_is_doing_is_said(
    project: Project, changed: dict[str, Any], headline: str, more: str
) -> None:
    found = endpoint_at(URL, project)
    for name, value in changed.items():
        setattr(found, name, value() if callable(value) else value)

    said = standing_of(found, timezone.now())

    assert said.headline == headline
    assert more in said.more


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"url": ""},
        {"sealed": "x"},
        {"failed_calls": 1},
        {"problem": "It broke."},
        {"name": "Other"},
    ],
)
def test_the_database_keeps_what_must_never_be_false(
    project: Project, wrong: dict[str, Any]
) -> None:
    endpoint_at(URL, project, name="Other")
    found = endpoint_at(URL, project)

    with pytest.raises(IntegrityError), transaction.atomic():
        Endpoint.objects.filter(pk=found.pk).update(**wrong)


def test_a_project_has_so_many_at_most(project: Project) -> None:
    for number in range(10):
        endpoint_at(URL, project, name=f"n{number}")

    with pytest.raises(BadEndpoint, match="at most 10"):
        endpoint_at(URL, project)


def test_of_another_address_nothing_is_known(project: Project) -> None:
    found = endpoint_at(URL, project)
    Endpoint.objects.update(
        circuit=Circuit(failures=3).row(),
        problem="It broke.",
        failed_at=timezone.now(),
        model_version="7",
    )

    changed = change_endpoint(
        endpoint=found, by=user_of(lead_of(project)), url="http://10.0.0.6:9090"
    )

    assert (changed.circuit, changed.problem, changed.model_version) == ({}, "", "")
