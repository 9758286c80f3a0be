"""The audit log: what is written, that nobody can change it, and how it goes out."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.core import audit
from apps.core.models import AuditEvent
from apps.projects.actions import change_project
from tests.api.team import make_team
from tests.factories import MembershipFactory, ProjectFactory, user_of

pytestmark = pytest.mark.django_db


def written(**given):
    with transaction.atomic():
        audit.record("project.deleted", **given)
    return AuditEvent.objects.latest("pk")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET actor = 'somebody else'",
        "UPDATE core_auditevent SET happened_at = now() - interval '1 day'",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent",
    ],
)
def test_the_database_refuses_to_change_what_was_written(statement):
    event = written(project=ProjectFactory())

    with (
        pytest.raises(IntegrityError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEvent.objects.filter(pk=event.pk, actor=event.actor).exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_is_written_in_the_transaction_of_its_deed_or_not_at_all():
    with pytest.raises(audit.NotInATransaction):
        audit.record("project.deleted")
    project = ProjectFactory()
    with transaction.atomic():
        change_project(project=project, name="Other")
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()


def test_only_known_deeds_are_written():
    with pytest.raises(KeyError):
        audit.record("project.eaten")


def test_it_says_who_by_which_way_and_what_was_before():
    team = make_team(name="Before")

    team.lead("patch", team.path(""), {"name": "After"})

    event = AuditEvent.objects.get(action="project.changed")
    lead = user_of(team.members["lead"])
    assert (event.actor_id, event.actor, event.via) == (lead.pk, lead.email, "api")
    assert event.detail == {"changed": {"name": ["Before", "After"]}}
    assert event.project_id == team.project.pk
    assert event.request_id
    # The same again changes nothing, so nothing is said.
    team.lead("patch", team.path(""), {"name": "After"})
    assert AuditEvent.objects.filter(action="project.changed").count() == 1


def test_an_event_outlives_what_it_is_about():
    from apps.exchange.actions.removal import remove_project  # noqa: PLC0415

    project = ProjectFactory(name="Gone")
    event = written(project=project)

    remove_project(project=project)

    assert AuditEvent.objects.get(pk=event.pk).project == "Gone"


def test_a_lead_reads_it_and_takes_it_away_as_csv_and_json_lines():
    lead = MembershipFactory(role="lead")
    written(project=lead.project, subject='\u200b=1+1, "x"', note="ä", stages=["first", "second"])
    written(project=ProjectFactory(), subject="Another's")
    client = Client()
    client.force_login(user_of(lead))
    base = f"/p/{lead.project_id}/log/"

    page = client.get(base).content.decode()
    assert "deleted the project" in page
    assert "stages: first, second" in page
    assert "Another" not in page
    assert "deleted the project" in client.get(base, {"action": "project.deleted"}).content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get(f"{base}csv/").getvalue().decode())))
    assert rows[0]["subject"] == '\'\u200b=1+1, "x"'
    assert json.loads(rows[0]["detail"]) == {"note": "ä", "stages": ["first", "second"]}
    lines = client.get(f"{base}jsonl/").getvalue().decode().splitlines()
    assert json.loads(lines[0])["subject"] == '\u200b=1+1, "x"'
    # Who took it away stands in it, too.
    assert [json.loads(line)["action"] for line in lines[1:]] == ["log.downloaded"] * 2
    assert client.get(f"{base}xls/").status_code == 404


def test_the_file_is_read_in_pieces(monkeypatch):
    from apps.projects.views import log  # noqa: PLC0415

    project = ProjectFactory()
    monkeypatch.setattr(log, "CHUNK", 3)
    AuditEvent.objects.bulk_create(
        AuditEvent(action="gold.set", via="page", project_id=project.pk, subject=str(i))
        for i in range(7)
    )

    assert [row["subject"] for row in log._rows(project.pk)] == [str(i) for i in range(7)]


def test_a_page_has_a_hundred_and_a_way_to_earlier_ones():
    lead = MembershipFactory(role="lead")
    AuditEvent.objects.bulk_create(
        AuditEvent(action="gold.set", via="page", project_id=lead.project_id) for _ in range(130)
    )
    client = Client()
    client.force_login(user_of(lead))
    url = f"/p/{lead.project_id}/log/"

    first = client.get(url)
    second = client.get(url, {"before": first.context["edge"]})

    assert len(first.context["rows"]) == 100
    assert (len(second.context["rows"]), second.context["edge"]) == (30, None)
    assert timezone.now() > second.context["rows"][0]["event"].happened_at
