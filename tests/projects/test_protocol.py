"""A protocol: locked by the first answer, changed by a signed amendment alone, kept by the database."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.actions import Confirmed
from apps.accounts.models import User
from apps.annotations.actions.fields import change_fields
from apps.annotations.actions.questions import set_questions
from apps.annotations.models import Question
from apps.api.actions import change_task
from apps.consensus.actions import choose_method
from apps.core.audit import ACTIONS
from apps.core.models import AuditEvent
from apps.exchange.actions.removal import remove_project
from apps.projects import actions
from apps.projects.actions import BadProject, NotNow, ProtocolLocked
from apps.projects.actions.protocol_states import LOCKED, MOVES, Move, check_move, check_protocol
from apps.projects.actions.protocols import (
    amended,
    close_amendment,
    open_amendment,
    protocol_of,
    set_meanings,
    switch_protocol,
)
from apps.projects.actions.settings import CHECKS, MEASURED
from apps.projects.actions.signatures import fits, subject_of_amendment
from apps.projects.models import (
    Amendment,
    Membership,
    Project,
    Protocol,
    ProtocolState,
    Signature,
)
from apps.projects.permissions import project_for
from apps.quality.actions.gold import set_plan
from apps.quality.actions.rules import RuleSpec, set_rules
from apps.quality.actions.stages import set_stages
from apps.routing.actions.endpoints import add_endpoint, change_endpoint, remove_endpoint
from apps.routing.actions.plans import change_plan
from apps.routing.models import Endpoint
from apps.tasks.actions.queue import set_overlap
from tests.factories import (
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
    user_of,
)
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
PASSWORD = "seven long words 42"
MEANING = "Approved"
NOW = timezone.now()
# What the audit log has and a locked protocol leaves alone, each with its reason.
FREE = {
    "project.created": "nothing is answered",
    "project.state": "no task is handed out, or again: nothing else is asked",
    "project.restored": "what was deleted comes back as it was",
    "member.added": "who works is not what is measured",
    "member.changed": "who works is not what is measured",
    "member.active": "who works is not what is measured",
    "invitation.made": "who works is not what is measured",
    "invitation.used": "who works is not what is measured",
    "invitation.revoked": "who works is not what is measured",
    "task.deleted": "only what nobody answered",
    "task.changed": "its order, or that it is out; how many answers it gets is refused as the overlap",
    "gold.set": "what is known of a case is part of the work",
    "gold.forgotten": "what is known of a case is part of the work",
    "calibration.begun": "stands apart from all that counts",
    "calibration.opened": "stands apart from all that counts",
    "gate.moved": "who works is not what is measured",
    "decision.made": "the work itself",
    "answers.aside": "the work itself, with a reason",
    "finding.judged": "the work itself",
    "tasks.raised": "which case comes first",
    "tasks.lowered": "which case comes first",
    "feed.plan": "what comes from a model in use, not what is asked about it",
    "feed.relabelled": "new cases, not another question",
    "label_plan.changed": "how much is wanted, by which nothing is read",
    "review.given": "the work itself",
    "review.undone": "the work itself",
    "appeal.opened": "the work itself",
    "appeal.decided": "the work itself",
    "appeal.erased": "a person's right",
    "appeal.desk": "of people outside",
    "comment.deleted": "talk",
    "import.started": "new cases, not another question",
    "import.deleted": "a draft",
    "file.deleted": "only what no case shows",
    "export.asked": "reading",
    "export.downloaded": "reading",
    "log.downloaded": "reading",
    "token.made": "of an account",
    "token.revoked": "of an account",
    "account.changed": "of an account",
    "account.password": "of an account",
    "protocol.on": "the protocol's own",
    "protocol.off": "the protocol's own: by an amendment alone",
    "amendment.opened": "the protocol's own",
    "amendment.closed": "the protocol's own",
}


@pytest.fixture
def lead() -> Membership:
    member: Membership = MembershipFactory(role="lead")
    QuestionFactory(project=member.project, name="intent", labels=["praise", "complaint"])
    person = user_of(member)
    person.set_password(PASSWORD)
    person.save()
    return member


@pytest.fixture
def project(lead: Membership) -> Project:
    """Regulated, and locked by an answer."""
    switch_on(lead)
    answer(lead.project)
    assert state_of(lead.project) == "locked"
    return lead.project


def switch_on(lead: Membership) -> None:
    switch_protocol(project=lead.project, is_on=True, by=user_of(lead), at=NOW)


def answer(project: Project) -> None:
    person = MembershipFactory(project=project)
    answered_task(project=project, answers={person: {"intent": "praise"}})


def state_of(project: Project) -> str:
    return protocol_of(project).state


def amend(lead: Membership, reason: str = "The scale was misprinted.") -> Amendment:
    return open_amendment(
        project=lead.project, reason=reason, meaning=MEANING, by=Confirmed(user_of(lead))
    )


def _endpoint(project: Project) -> Endpoint:
    found: Endpoint = Endpoint.objects.get_or_create(
        project=project, name="Ours", defaults={"url": "http://10.0.0.5:9090"}
    )[0]
    return found


def _question(project: Project) -> Question:
    found: Question = Question.objects.get(project=project, name="intent")
    return found


ASKED = {"name": "intent", "kind": "choice", "title": "?", "config": {"labels": ["praise", "b"]}}
# One call of each: (project, by).
CALLS: dict[str, Callable[[Project, User], Any]] = {
    "project.changed": lambda p, _by: actions.change_project(project=p, is_blind=not p.is_blind),
    "project.fields": lambda p, _by: change_fields(
        project=p, fields=[{"name": "text", "display": "text", "title": "Text"}]
    ),
    "project.overlap": lambda p, _by: set_overlap(project=p, overlap=5),
    "project.deleted": lambda p, _by: actions.delete_project(project=p, at=NOW),
    "questions.changed": lambda p, by: set_questions(project=p, questions=[ASKED], by=by, at=NOW),
    "guideline.published": lambda p, by: actions.publish_guideline(
        project=p, text="New", by=by, at=NOW
    ),
    "stages.changed": lambda p, _by: set_stages(project=p, specs=[], at=NOW),
    "rules.changed": lambda p, by: set_rules(
        project=p, specs=[RuleSpec("intent is praise")], by=by, at=NOW
    ),
    "gold.plan": lambda p, by: set_plan(project=p, by=by, at=NOW, is_on=True),
    "routing.plan": lambda p, by: change_plan(project=p, by=by, at=NOW, strategy="margin"),
    "consensus.chosen": lambda p, by: choose_method(
        question=_question(p), aggregator="majority_vote", by=by, at=NOW
    ),
    "endpoint.added": lambda p, by: add_endpoint(
        project=p, by=by, at=NOW, name="Theirs", url="http://10.0.0.5:9090"
    ),
    "endpoint.changed": lambda p, by: change_endpoint(endpoint=_endpoint(p), by=by, is_taught=True),
    "endpoint.removed": lambda p, by: remove_endpoint(endpoint=_endpoint(p), by=by, at=NOW),
    "protocol.meanings": lambda p, by: set_meanings(project=p, meanings=["Read"], by=by, at=NOW),
}


class TestWhatIsLocked:
    def test_each_event_of_the_audit_log_is_locked_or_says_why_not(self) -> None:
        assert set(LOCKED) | set(FREE) == set(ACTIONS)
        assert not set(LOCKED) & set(FREE)
        assert set(CALLS) == set(LOCKED)

    @pytest.mark.parametrize("action", LOCKED)
    def test_whoever_records_it_asks_the_one_function(self, action: str) -> None:
        """In the same function, wherever it is written."""
        writers = [
            (path, body)
            for path in (ROOT / "apps").rglob("*.py")
            for body in _functions(path)
            if _records(body, action)
        ]
        assert writers, f"Nobody records {action}."
        for path, body in writers:
            assert f'action="{action}"' in body, f"{path}: ask check_protocol for {action}."

    @pytest.mark.parametrize("action", LOCKED)
    def test_it_is_refused_until_an_amendment_is_open_and_then_part_of_it(
        self, project: Project, lead: Membership, action: str, settings: Any
    ) -> None:
        by, settings.MODELS_FROM = user_of(lead), ["http://10.0.0.5:9090"]
        _endpoint(project)
        with pytest.raises(ProtocolLocked, match="Open an amendment"), transaction.atomic():
            CALLS[action](project, by)
        assert not AuditEvent.objects.filter(action=action).exists()

        made = amend(lead)
        CALLS[action](Project.objects.get(pk=project.pk), by)

        [one] = amended([made])
        assert [event.action for event in one.changes] == [action]

    def test_settings_that_measure_nothing_stay_free(self, project: Project) -> None:
        free = {"name", "description", "lease_minutes", "answer_cost", "currency"}
        assert free | MEASURED | {"overlap", "overlap_share"} == set(CHECKS)

        actions.change_project(project=project, name="Other", lease_minutes=7)

        assert Project.objects.get(pk=project.pk).name == "Other"

    def test_the_same_again_is_no_change(self, project: Project) -> None:
        actions.change_project(project=project, is_blind=project.is_blind, layout=project.layout)

    def test_how_many_answers_one_task_gets_is_refused_its_order_is_not(
        self, project: Project
    ) -> None:
        task = TaskFactory(project=project)
        change_task(task=task, priority=3)
        with pytest.raises(ProtocolLocked):
            change_task(task=task, overlap=5)

    def test_a_model_that_fails_can_be_let_rest(self, project: Project, lead: Membership) -> None:
        paused = change_endpoint(endpoint=_endpoint(project), by=user_of(lead), is_paused=True)
        assert paused.is_paused

    def test_a_name_that_is_not_in_the_table_is_a_mistake(self, project: Project) -> None:
        with pytest.raises(KeyError):
            check_protocol(project=project, action="project.created")


def _functions(path: Path) -> list[str]:
    """The text of each function at the module's level."""
    text = path.read_text(encoding="utf-8")
    parts: list[str] = []
    for line in text.splitlines():
        if line.startswith(("def ", "class ", "@")):
            parts.append("")
        if parts:
            parts[-1] += line + "\n"
    return parts


def _records(body: str, action: str) -> bool:
    return f'record("{action}"' in body or f'record(\n        "{action}"' in body


class TestStates:
    @pytest.mark.parametrize("state", ProtocolState)
    @pytest.mark.parametrize("move", Move)
    def test_what_is_not_in_the_table_is_refused_with_a_sentence(
        self, state: ProtocolState, move: Move
    ) -> None:
        if (state, move) in MOVES:
            assert check_move(state, move) == MOVES[state, move]
        else:
            with pytest.raises(NotNow, match=f"You cannot {move} now"):
                check_move(state, move)

    def test_the_way_through_all_of_them(self, lead: Membership) -> None:
        project = lead.project
        assert state_of(project) == "off"
        switch_on(lead)
        assert state_of(project) == "open"
        actions.publish_guideline(project=project, text="One", by=user_of(lead), at=NOW)
        answer(project)
        assert state_of(project) == "locked"
        with pytest.raises(NotNow, match="open an amendment first"):
            switch_protocol(project=project, is_on=False, by=user_of(lead), at=NOW)
        amend(lead)
        assert state_of(project) == "amended"
        with pytest.raises(NotNow, match="Close it first"):
            amend(lead)
        close_amendment(project=project, by=user_of(lead))
        assert state_of(project) == "locked"
        with pytest.raises(NotNow):
            close_amendment(project=project, by=user_of(lead))

    def test_switched_off_by_an_amendment_that_is_closed_by_it(
        self, project: Project, lead: Membership
    ) -> None:
        made = amend(lead)
        switch_protocol(project=project, is_on=False, by=user_of(lead), at=NOW)

        made.refresh_from_db()
        assert state_of(project) == "off"
        assert made.closed_at is not None
        assert [event.action for event in amended([made])[0].changes] == ["protocol.off"]
        actions.publish_guideline(project=project, text="Free", by=user_of(lead), at=NOW)

    def test_switched_on_where_there_are_answers_it_is_locked_at_once(
        self, lead: Membership
    ) -> None:
        answer(lead.project)
        switch_on(lead)
        assert state_of(lead.project) == "locked"

    def test_the_page_of_a_project_knows_its_state_by_the_same_question(
        self, project: Project, lead: Membership, django_assert_num_queries: Any
    ) -> None:
        person = User.objects.get(pk=lead.user_id)
        with django_assert_num_queries(1):
            assert project_for(person, project.pk).protocol_state == "locked"
        other = MembershipFactory(user=person, role="lead").project
        assert project_for(person, other.pk).protocol_state == "off"

    def test_answers_of_other_projects_lock_nothing(self, lead: Membership) -> None:
        switch_on(lead)
        answer(QuestionFactory(name="intent").project)
        assert state_of(lead.project) == "open"


class TestAmendments:
    def test_is_signed_by_who_opens_it(self, project: Project, lead: Membership) -> None:
        made = amend(lead)
        [signature] = Signature.objects.filter(project=project)
        assert (signature.kind, signature.subject_id) == ("amendment", made.pk)
        assert signature.signer_name == user_of(lead).name
        assert signature.meaning == MEANING
        assert abs((signature.signed_at - timezone.now()).total_seconds()) < 60
        assert fits(signature, subject_of_amendment(made))

    def test_a_signature_fits_its_own_content_alone(
        self, project: Project, lead: Membership
    ) -> None:
        made = amend(lead)
        signature = Signature.objects.get(project=project)
        made.reason = "Another reason."
        assert not fits(signature, subject_of_amendment(made))
        assert not fits(signature, None)

    @pytest.mark.parametrize(
        ("reason", "meaning", "place"),
        [("", MEANING, "reason"), ("x" * 5001, MEANING, "reason"), ("Why", "I like it", "meaning")],
    )
    def test_what_is_wrong_is_said_and_nothing_is_open(
        self, project: Project, lead: Membership, reason: str, meaning: str, place: str
    ) -> None:
        with pytest.raises(BadProject) as refused, transaction.atomic():
            open_amendment(
                project=project, reason=reason, meaning=meaning, by=Confirmed(user_of(lead))
            )
        assert list(refused.value.errors) == [place]
        assert state_of(project) == "locked"
        assert not Signature.objects.exists()

    def test_what_was_changed_before_or_between_is_not_part_of_it(self, lead: Membership) -> None:
        project, by = lead.project, user_of(lead)
        switch_on(lead)
        actions.publish_guideline(project=project, text="Before", by=by, at=NOW)
        answer(project)
        amend(lead, "First")
        actions.publish_guideline(project=project, text="First", by=by, at=NOW)
        close_amendment(project=project, by=by)
        amend(lead, "Second")
        set_overlap(project=project, overlap=4)
        close_amendment(project=project, by=by)

        found = amended(list(Amendment.objects.filter(project=project).order_by("number")))

        assert [[event.action for event in one.changes] for one in found] == [
            ["guideline.published"],
            ["project.overlap"],
        ]

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE projects_amendment SET reason = 'x'",
            "UPDATE projects_amendment SET closed_at = now(), closed_by_id = opened_by_id, reason = 'x'",
            "DELETE FROM projects_amendment",
            "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL concord.is_test = off; TRUNCATE projects_amendment",
            "UPDATE projects_signature SET meaning = 'x'",
            "UPDATE projects_signature SET subject_id = 7",
            "DELETE FROM projects_signature",
            "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL concord.is_test = off; TRUNCATE projects_signature",
        ],
    )
    def test_the_database_keeps_what_was_written(
        self, project: Project, lead: Membership, sql: str
    ) -> None:
        amend(lead)
        with (
            pytest.raises(IntegrityError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)

    def test_an_amendment_is_closed_once(self, project: Project, lead: Membership) -> None:
        made = amend(lead)
        close_amendment(project=project, by=user_of(lead))
        with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
            Amendment.objects.filter(pk=made.pk).update(closed_at=NOW)

    def test_the_time_of_a_signature_is_the_databases(
        self, project: Project, lead: Membership
    ) -> None:
        amend(lead)
        old = Signature.objects.get(project=project)
        old.pk, old.meaning = None, "Reviewed"
        old.signed_at = timezone.now().replace(year=2001)
        old.save()
        old.refresh_from_db()
        assert old.signed_at.year > 2001

    def test_they_go_with_their_project(self, project: Project, lead: Membership) -> None:
        amend(lead)
        remove_project(project=project)
        assert not Signature.objects.exists()
        assert not Amendment.objects.exists()
        assert not Protocol.objects.exists()


def _page(project: Project, name: str = "projects:protocol", *more: str) -> str:
    return reverse(name, args=[project.pk, *more])


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

        text = client.get(_page(project, "projects:protocol_file", "csv")).content.decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["number"], row["action"]) for row in rows] == [
            ("1", "guideline.published"),
            ("1", "project.overlap"),
            ("2", ""),
        ]
        assert rows[0]["reason"] == "'=1+1"
        assert rows[0]["fits"] == "true"
        lines = client.get(_page(project, "projects:protocol_file", "jsonl")).content.splitlines()
        assert len(lines) == 2
        assert client.get(_page(project, "projects:protocol_file", "xml")).status_code == 404

    def test_one_more_amendment_asks_nothing_more(
        self, client: Client, project: Project, lead: Membership, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(3):
            amend(lead)
            close_amendment(project=project, by=user_of(lead))
        with django_assert_max_num_queries(7):
            client.get(_page(project))
