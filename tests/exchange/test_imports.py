"""A file comes in: kept, mapped, checked, published whole, or refused with the places at fault."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection

from apps.annotations.actions.fields import change_fields
from apps.annotations.models import Annotation, Question
from apps.core.actions import JobFailed
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.exchange.actions import imports as module
from apps.exchange.actions.imports import RefusedImport, create_import, run_import, start_import
from apps.exchange.models import ImportRun, StagedAnswer, StagedTask
from apps.projects.models import Project
from apps.tasks.models import Assignment, Pool, QueueEntry, Task
from tests.factories import QuestionFactory
from tests.files import path_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    return Project.objects.get(pk=QuestionFactory(name="topic").project_id)


def bring(project: Project, content: bytes | str, name: str = "rows.jsonl", **options: Any) -> Any:
    """The run and its counts, the job called as a function."""
    data = content.encode() if isinstance(content, str) else content
    run = create_import(project=project, by=None, chunks=[data], file_name=name)
    run = start_import(run=run, by=None, **options)
    counts = run_import(Progress(run.started_job), run.pk)
    run.refresh_from_db()
    return run, counts


def test_rows_that_were_checked_for_other_fields_are_not_published(
    project: Project, monkeypatch: Any
) -> None:
    stage = module._stage

    def stage_slowly(*given: Any) -> int:
        rows: int = stage(*given)
        change_fields(project=project, fields=[{"name": "text", "display": "chat"}])
        return rows

    monkeypatch.setattr(module, "_stage", stage_slowly)

    with pytest.raises(JobFailed, match="was changed meanwhile"):
        bring(project, '{"data": {"text": "no chat"}}')

    assert not Task.objects.exists()


def test_rows_in_our_own_form_need_no_mapping(project: Project) -> None:
    line = (
        '{"external_id": 7, "data": {"text": "Hello"}, "meta": {"language": "en"}, "group": "g",'
        ' "requires": ["language:en"], "priority": 2, "gold": {"topic": "praise"},'
        ' "annotations": [{"annotator": "Amina", "answers": {"topic": "praise"}, "seconds": 3.5}]}'
    )

    run, counts = bring(project, line)

    assert run.outcome == "published"
    assert (counts["rows"], counts["tasks"], counts["answers"], counts["gold"]) == (1, 1, 1, 1)
    task = Task.objects.get()
    assert (task.external_id, task.group, task.meta) == ("7", "g", {"language": "en"})
    assert QueueEntry.objects.get().pool.requires == ["language:en"]
    annotation = Annotation.objects.get()
    assert (annotation.answers, annotation.seconds) == ({"topic": "praise"}, 3.5)
    assert annotation.question_version == project.question_version


def test_staged_rows_and_their_file_are_tidied(project: Project) -> None:
    run, _ = bring(project, '{"data": {"text": "Hello"}}')

    assert not StagedTask.objects.exists()
    assert not StagedAnswer.objects.exists()
    assert path_of(run.file).stat().st_mode & 0o777 == 0o600


def test_a_table_is_mapped_by_its_names(project: Project) -> None:
    table = "id,text,language\n1,Hello,en\n2,Bonjour,fr\n"

    _, counts = bring(project, table, "messages.csv")

    assert counts["tasks"] == 2
    assert list(Task.objects.order_by("id").values_list("external_id", "data", "meta")) == [
        ("1", {"text": "Hello"}, {"language": "en"}),
        ("2", {"text": "Bonjour"}, {"language": "fr"}),
    ]


def test_all_or_nothing_leaves_nothing_and_reports_every_place(project: Project) -> None:
    rows = '{"data": {"text": "good"}}\n{"data": {"other": "x"}}\n{"data": 3}\nnot json\n'

    run, counts = bring(project, rows, mapping={})

    assert (run.outcome, counts["bad"]) == ("refused", 3)
    assert not Task.objects.exists()
    places = list(run.problems.order_by("row").values_list("row", "column"))
    assert [row for row, _ in places] == [2, 3, 4]
    with path_of(run.report).open(encoding="utf-8-sig") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["2", "3", "4"]


def test_good_rows_come_in_beside_a_report_of_the_bad(project: Project) -> None:
    rows = (
        '{"external_id": "a", "data": {"text": "good"}}\n'
        '{"external_id": "a", "data": {"text": "twice"}}\n'
        '{"data": {"text": "gold?"}, "gold": {"topic": "no such label"}}\n'
    )

    run, counts = bring(project, rows, mode="good_rows")

    assert (run.outcome, counts["tasks"], counts["bad"]) == ("published", 1, 2)
    assert set(run.problems.values_list("row", "column")) == {(2, "external_id"), (3, "gold.topic")}


def test_the_job_run_again_after_a_crash_gives_the_same(project: Project) -> None:
    run = create_import(
        project=project, by=None, chunks=[b'{"data": {"text": "x"}}'], file_name="x.jsonl"
    )
    run = start_import(run=run, by=None)
    pool = Pool.objects.create(project=project)
    StagedTask.objects.create(
        run_id=run.pk, row=9, content_hash=b"x", data={}, meta={}, priority=0, pool_id=pool.pk
    )

    first, again = [run_import(Progress(run.started_job), run.pk) for _ in range(2)]

    assert first["tasks"] == again["tasks"] == 1
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "x.jsonl", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "x.jsonl", "image"),
        (b"PK\x03\x04xl/", "x.csv", "Excel"),
    ],
)
def test_what_is_no_rows_is_refused_at_once(
    project: Project, content: bytes, name: str, says: str
) -> None:
    with pytest.raises(RefusedImport, match=says):
        create_import(project=project, by=None, chunks=[content], file_name=name)

    assert not ImportRun.objects.exists()
    assert not list(path_of("0" * 8 + "-0000-4000-8000-000000000000").parent.iterdir())


def test_a_head_without_rows_fails_in_words(project: Project) -> None:
    run = create_import(project=project, by=None, chunks=[b"id,text\n"], file_name="x.csv")
    run = start_import(run=run, by=None, mapping={"data": {"text": "text"}})

    with pytest.raises(JobFailed, match="no rows"):
        run_import(Progress(run.started_job), run.pk)


def test_a_mapping_to_no_column_is_refused_with_its_name(project: Project) -> None:
    run = create_import(project=project, by=None, chunks=[b"id,text\n1,a\n"], file_name="x.csv")

    with pytest.raises(RefusedImport, match="no such column"):
        start_import(run=run, by=None, mapping={"data": {"text": "body"}})


def test_a_deep_row_is_a_bad_row(project: Project) -> None:
    deep = '{"data": {"text": ' + "[" * 5000 + "]" * 5000 + "}}"

    run, counts = bring(project, deep)

    assert (run.outcome, counts["bad"]) == ("refused", 1)


def real_table(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_published_data_in_long_form_with_rounds(project: Project) -> None:
    Question.objects.filter(project=project).update(
        config={
            "labels": [
                {
                    "value": v,
                    "title": v,
                    "help": "",
                    "example": "",
                    "colour": 1,
                    "key": "",
                    "retired": False,
                }
                for v in "1234"
            ]
        }
    )
    rows = [
        {"patient": p, "text": p, "rater": r, "round": str(n), "label": label}
        for p, r, n, label in [
            ("p1", "a", 0, "1"),
            ("p1", "a", 1, "2"),
            ("p1", "b", 0, "1"),
            ("p2", "b", 0, "4"),
        ]
    ]

    run, counts = bring(project, real_table(rows), "table.csv", do_answers_fill_slots=True)

    assert run.outcome == "published"
    assert (counts["tasks"], counts["answers"], counts["annotators"]) == (2, 4, 2)
    assert set(Assignment.objects.values_list("round", flat=True)) == {0, 1}


def test_what_did_not_count_where_it_was_given_does_not_count_here(project: Project) -> None:
    """As our own export says it: a repeat, a check, an answer that had seen another's."""
    given = [
        {"annotator": "ann", "answers": {"topic": "praise"}},
        {"annotator": "bo", "answers": {"topic": "praise"}, "independent": False},
        {"annotator": "ann", "answers": {"topic": "question"}, "round": 20_000, "surplus": True},
    ]
    line = json.dumps({"data": {"text": "Thanks!"}, "annotations": given}).encode()

    bring(project, line, "again.jsonl", do_answers_fill_slots=True)

    kept = Annotation.objects.order_by("annotator__external_name", "assignment__round")
    assert list(kept.values_list("is_independent", "is_surplus", "assignment__holds_slot")) == [
        (True, False, True),
        (True, True, False),
        (False, False, True),
    ]
    assert QueueEntry.objects.get().submitted == 2


def test_the_start_of_an_import_is_a_job(project: Project) -> None:
    run = create_import(
        project=project, by=None, chunks=[b'{"data": {"text": "x"}}'], file_name="x.jsonl"
    )

    start_import(run=run, by=None)

    job = JobRun.objects.get()
    assert (job.kind, job.queue, job.scope) == ("exchange.import", "bulk", project.scope)
    with pytest.raises(RefusedImport, match="started already"):
        start_import(run=run, by=None)


def test_an_answer_to_what_was_not_asked_is_a_bad_row(project: Project) -> None:
    QuestionFactory(
        project=project,
        name="tone",
        ask_if={"question": "topic", "is": ["praise"]},
        is_required=False,
    )
    rows = [
        '{"external_id": "a", "data": {"text": "x"}, "gold": {"tone": "praise"}}',
        (
            '{"external_id": "b", "data": {"text": "y"}, "annotations": [{"annotator": "Ana",'
            ' "answers": {"topic": "praise", "tone": "question"}}]}'
        ),
        (
            '{"external_id": "c", "data": {"text": "z"}, "annotations": [{"annotator": "Ana",'
            ' "answers": {"topic": "question", "tone": "question"}}]}'
        ),
    ]

    run, counts = bring(project, "\n".join(rows), mode="good_rows")

    assert (counts["tasks"], counts["bad"]) == (2, 1)
    column = "annotations[0].answers.tone"
    assert set(run.problems.values_list("row", "column")) == {(3, column)}


@pytest.mark.parametrize("many", [3, 4])
def test_the_database_knows_at_once_of_many_new_rows(
    project: Project, monkeypatch: Any, many: int
) -> None:
    monkeypatch.setattr(module, "MANY_ROWS", many)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = -1 WHERE relname = 'tasks_task'")

    bring(project, "\n".join(f'{{"data": {{"text": "{n}"}}}}' for n in range(3)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'tasks_task'")
        assert cursor.fetchone()[0] == (3 if many == 3 else -1)
