"""The reviewer's pages: who comes in, what shows, what a decision leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.projects.actions import publish_guideline
from apps.projects.models import Guideline, Membership, Project
from apps.quality.actions import adjudicate
from apps.quality.models import Adjudication, Conflict, ConflictState, Outcome
from apps.tasks.models import QueueEntry
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(is_blind=True)
    QuestionFactory(project=project, name="topic", title="Topic?")
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def reviewer(project: Project) -> Membership:
    return MembershipFactory(project=project, role="reviewer")


@pytest.fixture
def browser(reviewer: Membership) -> Client:
    return signed_in(reviewer)


def signed_in(member: Membership) -> Client:
    client = Client()
    assert member.user is not None
    client.force_login(member.user)
    return client


def url(name: str, project: Project, conflict: Conflict | None = None) -> str:
    args = [project.pk, conflict.task_id] if conflict else [project.pk]
    return reverse(f"quality:{name}", args=args)


def topics(project: Project, *labels: str, **more: Any) -> Conflict:
    return conflict_between(project, *({"topic": label} for label in labels), **more)


def key_of(conflict: Conflict, label: str) -> str:
    answers = Annotation.objects.filter(task=conflict.task_id, answers__topic=label)
    return str(answers.earliest("pk").key)


def saw(conflict: Conflict) -> str:
    keys = Annotation.objects.heads().filter(task=conflict.task_id).values_list("pk", flat=True)
    return ",".join(str(key) for key in keys)


def decide(browser: Client, project: Project, conflict: Conflict, **fields: Any) -> Any:
    data = {"saw": saw(conflict), "reason": "", "follows": "", **fields}
    return browser.post(url("decide", project, conflict), data)


# --- the way in ----------------------------------------------------------------------------------


def test_conflicts_open_with_the_worst(browser: Client, project: Project) -> None:
    topics(project, "praise", "praise", "complaint")
    worst = topics(project, "praise", "complaint", "question")

    answer = browser.get(url("conflicts", project))

    assert answer.headers["Location"] == url("adjudicate", project, worst)


def test_without_a_conflict_the_page_says_what_is_waited_for(
    browser: Client, project: Project
) -> None:
    TaskFactory(project=project)
    TaskFactory(project=project)

    page = browser.get(url("conflicts", project)).content.decode()

    assert "No conflict waits for you" in page
    assert "0 decided, 0 waiting for more answers" in page
    assert "2 tasks still wait for their answers" in page


@pytest.mark.parametrize(
    ("role", "conflicts", "bench"),
    [("lead", 302, 200), ("reviewer", 302, 200), ("viewer", 302, 403), ("annotator", 403, 403)],
)
def test_reviewers_decide_viewers_look_annotators_neither(
    project: Project, role: str, conflicts: int, bench: int
) -> None:
    conflict = topics(project, "praise", "complaint")
    client = signed_in(MembershipFactory(project=project, role=role))

    assert client.get(url("conflicts", project)).status_code == conflicts
    assert client.get(url("adjudicate", project, conflict)).status_code == bench
    assert client.get(url("list", project)).status_code == (403 if role == "annotator" else 200)
    for name in ("decide", "later", "send_back", "take_back"):
        status = client.post(url(name, project, conflict)).status_code
        assert (status == 403) == (bench == 403), name


def test_strangers_and_wrong_projects_find_nothing(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    elsewhere = MembershipFactory(role="lead")

    assert signed_in(elsewhere).get(url("adjudicate", project, conflict)).status_code == 404
    moved = reverse("quality:adjudicate", args=[elsewhere.project_id, conflict.task_id])
    assert signed_in(elsewhere).get(moved).status_code == 404
    assert browser.get(reverse("quality:adjudicate", args=[project.pk, 10**9])).status_code == 404


def test_the_list_filters_by_state_and_question(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", title="Tone?", labels=["calm", "loud"])
    first = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "calm"}
    )
    second = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "praise", "tone": "loud"}
    )
    Conflict.objects.filter(pk=first.pk).update(state="decided")

    def shown(**query: str) -> set[int]:
        rows = browser.get(url("list", project), query).context["rows"]
        return {row["conflict"].pk for row in rows}

    assert shown() == {first.pk, second.pk}
    assert shown(state="decided") == {first.pk}
    assert shown(question="tone") == {second.pk}
    assert shown(state="nonsense", after="x") == {first.pk, second.pk}
    assert (
        "No conflict matches"
        in browser.get(url("list", project), {"state": "gone"}).content.decode()
    )


def test_the_list_pages_by_the_last_conflict(
    browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.views.conflicts.PAGE", 2)
    made = {topics(project, "praise", "complaint").pk for _ in range(5)}
    seen: list[int] = []
    query = "?"
    while query:
        context = browser.get(url("list", project) + query).context
        seen += [row["conflict"].pk for row in context["rows"]]
        query = context["next_url"]

    assert len(seen) == 5
    assert set(seen) == made


def test_the_count_says_how_many_wait(browser: Client, project: Project) -> None:
    assert browser.get(url("count", project)).content.strip() == b""
    topics(project, "praise", "complaint")
    assert "1 conflict to decide" in browser.get(url("count", project)).content.decode()


# --- what the bench shows ------------------------------------------------------------------------


def test_blind_no_name_reaches_the_page(browser: Client, project: Project) -> None:
    people = [MembershipFactory(project=project, user__name=f"Secret{n}") for n in range(3)]
    people.append(MembershipFactory(project=project, is_external=True, external_name="Secret9"))
    conflict = topics(project, "praise", "praise", "complaint", "praise", people=people)

    answer = browser.get(url("adjudicate", project, conflict))

    assert "Secret" not in answer.content.decode()
    assert all(column.names == [] for column in answer.context["table"].columns)
    assert "Names hidden" in answer.content.decode()


def test_open_projects_show_names_of_externals_too(browser: Client, project: Project) -> None:
    Project.objects.update(is_blind=False)
    people = [
        MembershipFactory(project=project, user__name="Amina"),
        MembershipFactory(project=project, is_external=True, external_name="worker 7"),
    ]
    conflict = topics(project, "praise", "complaint", people=people)

    columns = browser.get(url("adjudicate", project, conflict)).context["table"].columns

    assert [column.names for column in columns] == [["Amina"], ["worker 7"]]
    assert [column.letter for column in columns] == ["A", "B"]


def test_meta_and_undeclared_fields_stay_away(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    task = conflict.task
    task.data = {"text": "shown", "inner": "undeclared-value"}
    task.meta = {"author": "meta-value"}
    task.save()

    page = browser.get(url("adjudicate", project, conflict)).content.decode()

    assert "shown" in page
    assert "undeclared-value" not in page
    assert "meta-value" not in page


def test_rows_that_agree_are_decided_already(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", labels=["calm", "loud"])
    conflict = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "calm"}
    )

    table = browser.get(url("adjudicate", project, conflict)).context["table"]

    topic, tone = table.rows
    assert (topic.is_open, topic.pick) == (True, None)
    assert (tone.is_open, tone.pick.value) == (False, "calm")
    assert table.current == "topic"


def test_to_leave_an_optional_question_open_is_an_answer(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", labels=["calm", "loud"], is_required=False)
    conflict = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint"}
    )
    silent = str(Annotation.objects.get(answers__topic="complaint").key)

    table = browser.get(url("adjudicate", project, conflict)).context["table"]
    assert table.open_names == {"topic", "tone"}
    decide(browser, project, conflict, **{"take.topic": silent, "take.tone": silent})

    assert Adjudication.objects.get().answers == {"topic": "complaint"}


def test_many_answers_share_columns(browser: Client, project: Project) -> None:
    conflict = topics(project, *["praise"] * 6, *["complaint"] * 3)

    columns = browser.get(url("adjudicate", project, conflict)).context["table"].columns

    assert [(column.letter, len(column.given)) for column in columns] == [("A", 6), ("B", 3)]
    assert "6 people" in browser.get(url("adjudicate", project, conflict)).content.decode()


def test_no_column_wears_a_letter_that_works_something_else(
    browser: Client, project: Project
) -> None:
    conflict = topics(project, *["praise"] * 4, *["complaint"] * 4)

    columns = browser.get(url("adjudicate", project, conflict)).context["table"].columns

    letters = {column.letter for column in columns}
    assert len(letters) == 8
    assert not letters & set("EGJKLMRX")


def test_majority_and_tie_are_told(browser: Client, project: Project) -> None:
    clear = topics(project, "praise", "praise", "complaint")
    tie = topics(project, "praise", "complaint")

    clear_page = browser.get(url("adjudicate", project, clear)).content.decode()
    tie_page = browser.get(url("adjudicate", project, tie)).content.decode()

    assert "Majority" in clear_page
    assert "2 of 3" in clear_page
    assert "Tie" in tie_page
    assert "1 of 2 each" in tie_page


def test_notes_stand_under_their_answers(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    QueueEntry.objects.filter(task=conflict.task).update(overlap=3)
    AnnotationFactory(
        assignment=AssignmentFactory(task=conflict.task),
        answers={"topic": "question"},
        note="I was <b>unsure</b>",
    )

    page = browser.get(url("adjudicate", project, conflict)).content.decode()

    assert "I was &lt;b&gt;unsure&lt;/b&gt;" in page
    assert "asks the lead" not in page


def test_a_note_that_asks_the_lead_says_so(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    QueueEntry.objects.filter(task=conflict.task).update(overlap=3)
    AnnotationFactory(
        assignment=AssignmentFactory(task=conflict.task),
        answers={"topic": "question"},
        note="Is irony praise?",
        note_kind="question",
    )

    page = browser.get(url("adjudicate", project, conflict)).content.decode()

    assert "“Is irony praise?”" in page
    assert "asks the lead" in page


def test_a_page_costs_the_same_queries_whatever_the_queue(
    browser: Client, project: Project, django_assert_num_queries: Any
) -> None:
    conflict = topics(project, "praise", "complaint")
    for _ in range(4):
        topics(project, "praise", "complaint", "question")
    publish_guideline(project=project, text="Be kind.", by=None, at=timezone.now())
    browser.get(url("adjudicate", project, conflict))

    with django_assert_num_queries(17):
        browser.get(url("adjudicate", project, conflict))
    for _ in range(4):
        topics(project, "praise", "complaint", *["question"] * 8)
    with django_assert_num_queries(17):
        browser.get(url("adjudicate", project, conflict))


def test_the_list_costs_the_same_queries_whatever_its_length(
    browser: Client, project: Project, django_assert_num_queries: Any
) -> None:
    topics(project, "praise", "complaint")
    with django_assert_num_queries(8):
        browser.get(url("list", project))
    for _ in range(3):
        topics(project, "praise", "complaint", "question")
    with django_assert_num_queries(8):
        browser.get(url("list", project))


# --- deciding ------------------------------------------------------------------------------------


def test_a_decision_takes_an_answer_and_shows_the_next(browser: Client, project: Project) -> None:
    worst = topics(project, "praise", "complaint", "question")
    following = topics(project, "praise", "praise", "complaint")

    answer = decide(
        browser,
        project,
        worst,
        **{"take.topic": key_of(worst, "complaint"), "reason": "It says so."},
    )

    assert answer.headers["Location"] == url("adjudicate", project, following)
    decision = Adjudication.objects.get()
    assert decision.answers == {"topic": "complaint"}
    assert decision.sources == {"topic": key_of(worst, "complaint")}
    assert (decision.reason, decision.outcome) == ("It says so.", "decided")
    assert len(decision.saw) == 3


def test_after_the_last_conflict_comes_the_empty_page(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")

    answer = decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    assert answer.headers["Location"] == url("conflicts", project)
    page = browser.get(url("conflicts", project)).content.decode()
    assert "1 decided" in page
    assert "Take my last decision back" in page


def test_an_own_answer_has_no_source(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")

    decide(browser, project, conflict, **{"take.topic": "own", "own.topic": '"question"'})

    decision = Adjudication.objects.get()
    assert decision.answers == {"topic": "question"}
    assert decision.sources == {"topic": None}


def test_none_right_needs_a_reason(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")

    refused = decide(browser, project, conflict, none_right="on", reason="  ")
    assert refused.status_code == 422
    assert "Say why no answer can be right." in refused.content.decode()
    decide(browser, project, conflict, none_right="on", reason="Two messages in one.")

    decision = Adjudication.objects.get()
    assert (decision.outcome, decision.answers) == (Outcome.NONE_RIGHT, {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose an answer, or write your own."),
        ({"take.topic": "own", "own.topic": "{"}, "did not arrive whole"),
        ({"take.topic": "own", "own.topic": '"nonsense"'}, "is not one of the labels"),
        ({"take.topic": "own", "own.topic": "[[[[1]]]]"}, "is not one of the labels"),
        ({"take.topic": "own", "own.topic": "\ud800"}, "did not arrive whole"),
        ({"take.topic": "a1c0c0de-0000-4000-8000-000000000000"}, "changed meanwhile"),
    ],
)
def test_what_is_wrong_is_told_in_its_row(
    browser: Client, project: Project, fields: dict[str, str], message: str
) -> None:
    conflict = topics(project, "praise", "complaint")
    data = {"saw": saw(conflict), "reason": "my words", "follows": "", **fields}
    if "\ud800" in data.values():  # a client that sends what is no UTF-8
        data["own.topic"] = "\x00"

    answer = browser.post(url("decide", project, conflict), data)

    assert answer.status_code == 422
    assert message in answer.context["table"].rows[0].error
    assert "my words" in answer.content.decode()
    assert not Adjudication.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"follows": "x"},
        {"follows": "99999999999999999999"},
        {"saw": "1,2;drop"},
        {"saw": "9" * 30},
        {"reason": "x" * 5001},
        {"reason": "a\x00b"},
    ],
)
def test_hostile_fields_are_refused(
    browser: Client, project: Project, fields: dict[str, str]
) -> None:
    conflict = topics(project, "praise", "complaint")

    answer = decide(
        browser, project, conflict, **{"take.topic": key_of(conflict, "praise"), **fields}
    )

    assert answer.status_code == 422
    assert not Adjudication.objects.exists()


def test_who_comes_second_sees_the_decision_that_stands(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    adjudicate(
        task=conflict.task,
        by=UserFactory(name="Berta"),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"topic": "praise"},
        sources={},
        reason="first",
        follows=None,
    )

    answer = decide(browser, project, conflict, **{"take.topic": key_of(conflict, "complaint")})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else decided this task meanwhile" in page
    assert "Berta" in page
    assert Adjudication.objects.count() == 1
    again = decide(
        browser,
        project,
        conflict,
        **{"take.topic": key_of(conflict, "complaint"), "follows": answer.context["head"].pk},
    )
    assert again.status_code == 302
    assert Adjudication.objects.heads().get().answers == {"topic": "complaint"}


def test_an_answer_that_came_meanwhile_is_looked_at_first(
    browser: Client, project: Project
) -> None:
    conflict = topics(project, "praise", "complaint")
    before = saw(conflict)
    QueueEntry.objects.filter(task=conflict.task).update(overlap=3, state="open")
    AnnotationFactory(
        assignment=AssignmentFactory(task=conflict.task), answers={"topic": "question"}
    )

    answer = decide(
        browser, project, conflict, **{"take.topic": key_of(conflict, "praise"), "saw": before}
    )

    assert answer.status_code == 409
    assert "An answer came in or was changed meanwhile" in answer.content.decode()
    assert len(answer.context["table"].columns) == 3
    assert not Adjudication.objects.exists()


def test_left_for_later_comes_after_the_others(browser: Client, project: Project) -> None:
    first, second, third = sorted(
        (topics(project, "praise", "complaint") for _ in range(3)), key=lambda one: one.pk
    )

    after_first = browser.post(url("later", project, first))
    assert after_first.headers["Location"] == url("adjudicate", project, second)
    assert browser.get(url("conflicts", project)).headers["Location"] == url(
        "adjudicate", project, second
    )
    decide(browser, project, second, **{"take.topic": key_of(second, "praise")})
    answer = decide(browser, project, third, **{"take.topic": key_of(third, "praise")})

    assert answer.headers["Location"] == url("adjudicate", project, first)


def test_what_was_left_is_passed_over_by_who_comes_from_before(
    browser: Client, project: Project
) -> None:
    first, second, third = sorted(
        (topics(project, "praise", "complaint") for _ in range(3)), key=lambda one: one.pk
    )
    browser.post(url("later", project, second))

    answer = decide(browser, project, first, **{"take.topic": key_of(first, "praise")})

    assert answer.headers["Location"] == url("adjudicate", project, third)


def test_undo_takes_back_and_keeps_what_was_decided(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})
    undo = browser.get(url("conflicts", project)).context["undo"]

    answer = browser.post(url("take_back", project, conflict), {"follows": undo.pk})

    assert answer.headers["Location"] == url("adjudicate", project, conflict)
    conflict.refresh_from_db()
    assert conflict.state == ConflictState.OPEN
    assert [a.outcome for a in Adjudication.objects.order_by("pk")] == ["decided", "reopened"]
    page = browser.get(url("adjudicate", project, conflict))
    assert page.context["undo"] is None
    assert "Decision taken back" in page.content.decode()


def test_only_ones_own_decision_is_undone_by_the_key(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    other = signed_in(MembershipFactory(project=project, role="reviewer"))
    decide(other, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    assert browser.get(url("adjudicate", project, conflict)).context["undo"] is None


def test_a_stale_undo_is_refused(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    stale = browser.post(url("take_back", project, conflict), {"follows": 10**9})
    missing = browser.post(url("take_back", project, conflict), {})

    assert (stale.status_code, missing.status_code) == (409, 422)
    assert Adjudication.objects.count() == 1


@pytest.mark.parametrize("extra", ["0", "4", "x", ""])
def test_more_answers_are_one_to_three(browser: Client, project: Project, extra: str) -> None:
    conflict = topics(project, "praise", "complaint")

    answer = browser.post(url("send_back", project, conflict), {"extra": extra})

    assert answer.status_code == 422
    assert QueueEntry.objects.get(task=conflict.task).overlap == 2


def test_sent_back_it_leaves_the_queue_and_says_who_asked(
    browser: Client, reviewer: Membership, project: Project
) -> None:
    conflict = topics(project, "praise", "complaint")

    browser.post(url("send_back", project, conflict), {"extra": "2", "reason": "Unclear."})

    conflict.refresh_from_db()
    assert conflict.state == ConflictState.SENT_BACK
    assert QueueEntry.objects.get(task=conflict.task).overlap == 4
    word = Adjudication.objects.get()
    assert (word.outcome, word.reason, word.decided_by) == ("sent_back", "Unclear.", reviewer.user)
    assert not Adjudication.objects.heads().exists()
    assert (
        "waits for more answers"
        in browser.get(url("adjudicate", project, conflict)).content.decode()
    )
    again = browser.post(url("send_back", project, conflict), {"extra": "1"})
    assert again.status_code == 409
    assert QueueEntry.objects.get(task=conflict.task).overlap == 4


# --- examples ------------------------------------------------------------------------------------


def test_a_decision_becomes_an_example_in_the_guideline(
    browser: Client, reviewer: Membership, project: Project
) -> None:
    publish_guideline(project=project, text="# Rules\n\nBe kind.", by=None, at=timezone.now())
    conflict = topics(project, "praise", "complaint")
    task = conflict.task
    task.data = {"text": "Where is\n# my *parcel*?"}
    task.save()

    decide(
        browser,
        project,
        conflict,
        **{
            "take.topic": key_of(conflict, "complaint"),
            "reason": "No [praise](x) here",
            "is_example": "on",
        },
    )

    now = Guideline.objects.get(project=project, number=2)
    assert now.text.startswith(
        "# Rules\n\nBe kind.\n\n## Examples\n\n- **complaint**, not praise: “Where is "
    )
    assert "\\# my \\*parcel\\*?” No \\[praise\\](x) here" in now.text
    assert (now.must_confirm, now.created_by) == (False, reviewer.user)
    assert Adjudication.objects.get().is_example


def test_a_guideline_that_is_full_refuses_the_example_and_the_decision(
    browser: Client, project: Project
) -> None:
    publish_guideline(project=project, text="x" * 99_990, by=None, at=timezone.now())
    conflict = topics(project, "praise", "complaint")

    answer = decide(
        browser, project, conflict, **{"take.topic": key_of(conflict, "praise"), "is_example": "on"}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["is_example"]
    assert not Adjudication.objects.exists()


def test_a_retired_label_can_still_be_taken(browser: Client, project: Project) -> None:
    conflict = topics(project, "praise", "complaint")
    question = Question.objects.get(name="topic")
    for label in question.config["labels"]:
        label["retired"] = label["value"] == "praise"
    question.save()

    decide(browser, project, conflict, **{"take.topic": key_of(conflict, "praise")})

    assert Adjudication.objects.get().answers == {"topic": "praise"}


def test_viewers_find_the_list_by_its_tab(project: Project) -> None:
    topics(project, "praise", "complaint")
    viewer = signed_in(MembershipFactory(project=project, role="viewer"))

    page = viewer.get(url("conflicts", project), follow=True).content.decode()

    assert f'href="{url("conflicts", project)}"' in page
    assert "Decide the worst" not in page
    assert url("adjudicate", project, Conflict.objects.get()) not in page


def test_thirty_nine_answers_are_few_columns(browser: Client, project: Project) -> None:
    conflict = topics(project, *["praise"] * 25, *["complaint"] * 14)

    table = browser.get(url("adjudicate", project, conflict)).context["table"]

    assert [len(column.given) for column in table.columns] == [25, 14]
    decide(browser, project, conflict, **{"take.topic": table.columns[0].key})
    assert Adjudication.objects.get().answers == {"topic": "praise"}
    assert len(Adjudication.objects.get().saw) == 39
