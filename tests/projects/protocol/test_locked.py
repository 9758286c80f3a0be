"""A protocol: locked by the first answer, changed by a signed amendment alone, kept by the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.annotations.actions.fields import change_fields
from apps.annotations.actions.questions import set_questions
from apps.annotations.models import Question
from apps.api.actions import change_task
from apps.consensus.actions import choose_method
from apps.core.audit import ACTIONS
from apps.core.models import AuditEvent
from apps.projects import actions
from apps.projects.actions import NotNow, ProtocolLocked
from apps.projects.actions.protocol_states import LOCKED, MOVES, Move, check_move, check_protocol
from apps.projects.actions.protocols import (
    amended,
    close_amendment,
    set_meanings,
    switch_protocol,
)
from apps.projects.actions.settings import CHECKS, MEASURED
from apps.projects.models import (
    Membership,
    Project,
    ProtocolState,
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
    user_of,
)
from tests.paths import ROOT
from tests.projects.protocol.regulated import (
    NOW,
    amend,
    answer,
    state_of,
    switch_on,
)

pytestmark = pytest.mark.django_db
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
    "looks.downloaded": "reading",
    "token.made": "of an account",
    "token.revoked": "of an account",
    "account.changed": "of an account",
    "account.password": "of an account",
    "protocol.on": "the protocol's own",
    "protocol.off": "the protocol's own: by an amendment alone",
    "amendment.opened": "the protocol's own",
    "amendment.closed": "the protocol's own",
}


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
