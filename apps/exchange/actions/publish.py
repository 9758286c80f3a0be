"""Turns checked, staged rows into tasks and answers: in one transaction, by a few statements.

The database does the joining, so the cost per row is a few index reads, and either everything of
a file is there or nothing is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection, transaction

from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.exchange.models import ImportRun
from apps.projects.models import Project
from apps.routing.actions.suggesting import BY_LOT
from apps.tasks.actions import OVERLAP_OF_TASK, PRIORITY_OF_TASK

# For sorting the rows of a file of a million without a file of one's own; given back at the end.
WORK_MEMORY = "64MB"
# The tables that a publication writes into.
COUNT_ANEW = """
ANALYZE tasks_task, tasks_queueentry, tasks_assignment,
        annotations_annotation, annotations_gold, annotations_suggestion
"""


class Found(NamedTuple):
    """A staged row that cannot be published."""

    row: int
    column: str
    code: str
    message: str


# What each staged task row is: its place among rows of the same key, the first of these, and the
# task that is there. Without an external id the nth row of a content is the nth task of that
# content, so that the same file again adds nothing while two equal rows of one file are two tasks.
# The keys of new tasks are drawn here, in the order of the rows: the rows need no second writing.
IDENTIFY = """
CREATE TEMP TABLE incoming_task ON COMMIT DROP AS
WITH numbered AS (
  SELECT s.id, s.row, s.external_id, s.content_hash, s.pool_id, s.priority,
         s.gold IS NOT NULL AS has_gold, s.suggestions IS NOT NULL AS has_suggestions,
         row_number() OVER same AS nth, first_value(s.row) OVER same AS same_as
    FROM exchange_stagedtask s WHERE s.run_id = %(run)s
  WINDOW same AS (PARTITION BY s.external_id,
           CASE WHEN s.external_id IS NULL THEN s.content_hash END ORDER BY s.row)),
here AS (
  SELECT t.id, t.content_hash,
         row_number() OVER (PARTITION BY t.content_hash ORDER BY t.id) AS nth
    FROM tasks_task t
   WHERE t.project_id = %(project)s AND t.external_id IS NULL
     AND t.content_hash IN (SELECT content_hash FROM numbered WHERE external_id IS NULL)),
found AS (
  SELECT n.*, coalesce(named.id, here.id) AS known_id,
         CASE WHEN n.external_id IS NULL AND NOT %(is_long)s
              THEN n.row ELSE n.same_as END AS first_row,
         (named.id IS NOT NULL AND named.content_hash <> n.content_hash) AS is_changed
    FROM numbered n
    LEFT JOIN tasks_task named
      ON named.project_id = %(project)s AND named.external_id = n.external_id
    LEFT JOIN here ON n.external_id IS NULL AND here.content_hash = n.content_hash
     AND here.nth = CASE WHEN %(is_long)s THEN 1 ELSE n.nth END
   ORDER BY n.row)
SELECT *, CASE WHEN known_id IS NULL AND (nth = 1 OR NOT %(is_long)s)
               THEN nextval('tasks_task_id_seq') ELSE known_id END AS task_id
  FROM found
"""

HAS_ANSWERS = "SELECT EXISTS (SELECT FROM exchange_stagedanswer WHERE run_id = %(run)s)"

# Nobody else looks at temporary rows, and who knows nothing of them plans joins for a few. Only
# answers are joined, and only by these columns.
LOOK_AT_TASKS = "ANALYZE incoming_task (row, external_id)"

# One row per answer to be written: the rows of a long file that answer several questions are one.
# The task is the one that the row brings, or is found by its id: in the file, in the project.
GATHER = """
CREATE TEMP TABLE incoming_answer ON COMMIT DROP AS
WITH keyed AS (
  SELECT a.*, coalesce(brought.first_row, mentioned.row) AS first_row,
         coalesce(brought.known_id, named.id) AS known_id
    FROM exchange_stagedanswer a
    LEFT JOIN incoming_task brought ON brought.row = a.task_row
    LEFT JOIN incoming_task mentioned
      ON a.task_row IS NULL AND mentioned.external_id = a.external_id AND mentioned.nth = 1
    LEFT JOIN tasks_task named ON a.task_row IS NULL
     AND named.project_id = %(project)s AND named.external_id = a.external_id
   WHERE a.run_id = %(run)s),
gathered AS (
  SELECT min(row) AS row, first_row, min(known_id) AS known_id, min(external_id) AS external_id,
         annotator, round, array_agg(answers) AS parts,
         max(seconds) AS seconds, max(confidence) AS confidence,
         min(submitted_at) AS submitted_at, max(note) AS note, max(note_kind) AS note_kind,
         bool_and(is_independent) AS is_independent, bool_or(is_surplus) AS is_surplus
    FROM keyed
   GROUP BY first_row, CASE WHEN first_row IS NULL THEN external_id END, annotator, round)
SELECT row, first_row, known_id, external_id, annotator, round, answers, is_twice,
       seconds, confidence, submitted_at, note, note_kind, is_independent, is_surplus
  FROM gathered,
 LATERAL (SELECT CASE WHEN cardinality(parts) = 1 THEN parts[1] ELSE (
                   SELECT coalesce(jsonb_object_agg(each.key, each.value), '{}')
                     FROM unnest(parts) AS part, jsonb_each(part) AS each) END AS answers,
                 cardinality(parts) > 1 AND (
                   SELECT count(*) > count(DISTINCT key)
                     FROM unnest(parts) AS part, jsonb_object_keys(part) AS key) AS is_twice) joined
"""

LOOK_AT_ANSWERS = "ANALYZE incoming_answer (first_row, known_id)"

PROBLEMS = """
SELECT row, 'external_id', 'duplicate_id',
       'This file has the external id ' || external_id || ' more than once. Make the ids unique.'
  FROM incoming_task WHERE NOT %(is_long)s AND nth > 1 AND external_id IS NOT NULL
UNION ALL
SELECT t.row, 'data', 'differs',
       'The rows of task ' || t.external_id || ' do not show the same content.'
  FROM incoming_task t JOIN incoming_task f ON f.external_id = t.external_id AND f.nth = 1
 WHERE %(is_long)s AND t.nth > 1 AND t.content_hash <> f.content_hash
UNION ALL
SELECT row, 'external_id', 'changed',
       'Task ' || external_id || ' is here already, with other content. It was left as it is.'
  FROM incoming_task WHERE is_changed AND nth = 1
UNION ALL
SELECT row, 'external_id', 'unknown_task',
       'There is no task ' || external_id || '. Import the tasks first, or map their columns too.'
  FROM incoming_answer WHERE first_row IS NULL AND known_id IS NULL
UNION ALL
SELECT row, 'annotator', 'answered_twice',
       annotator || ' answers this task more than once. Map a round if that is meant.'
  FROM incoming_answer WHERE is_twice
UNION ALL
SELECT a.row, 'answer', 'changed_answer',
       a.annotator || ' has another answer to this task here already. It was left as it is.'
  FROM incoming_answer a
  JOIN projects_membership m ON m.project_id = %(project)s AND m.external_name = a.annotator
  JOIN tasks_assignment x
    ON x.task_id = a.known_id AND x.annotator_id = m.id AND x.round = a.round
  JOIN annotations_annotation n ON n.id = x.head_id
 WHERE n.answers <> a.answers
 ORDER BY 1
"""

TASKS = """
INSERT INTO tasks_task (id, project_id, external_id, data, meta, content_hash, "group", import_id)
SELECT i.task_id, %(project)s, s.external_id, s.data, s.meta, s.content_hash, s."group", %(run)s
  FROM incoming_task i JOIN exchange_stagedtask s ON s.id = i.id
 WHERE i.known_id IS NULL AND i.task_id IS NOT NULL
"""

QUEUE = """
INSERT INTO tasks_queueentry (task_id, project_id, pool_id, level, priority, overlap)
SELECT task_id, %(project)s, pool_id, priority, {priority_of_task},
       {overlap_of_task}
  FROM incoming_task
 WHERE known_id IS NULL AND task_id IS NOT NULL
""".replace("{overlap_of_task}", OVERLAP_OF_TASK).replace("{priority_of_task}", PRIORITY_OF_TASK)

GOLD = """
INSERT INTO annotations_gold (task_id, answers, source)
SELECT DISTINCT ON (i.task_id) i.task_id, s.gold, 'import ' || %(run)s
  FROM incoming_task i JOIN exchange_stagedtask s ON s.id = i.id
 WHERE i.has_gold AND i.task_id IS NOT NULL
 ORDER BY i.task_id, i.row
ON CONFLICT (task_id) DO NOTHING
"""

# What has a known answer may be mixed in among anybody's tasks.
CHECKS = """
INSERT INTO tasks_checktask (task_id, project_id)
SELECT DISTINCT i.task_id, %(project)s::bigint FROM incoming_task i
 WHERE i.has_gold AND i.task_id IS NOT NULL
ON CONFLICT (task_id) DO NOTHING
"""

# `q` is the task by the name that the rule of the lot knows it by.
SUGGESTIONS = f"""
INSERT INTO annotations_suggestion (task_id, source, answers, score)
SELECT DISTINCT ON (i.task_id, x->>'source')
       i.task_id, x->>'source', x->'answers', (x->>'score')::float
  FROM incoming_task i JOIN exchange_stagedtask s ON s.id = i.id
  CROSS JOIN LATERAL (SELECT i.task_id) AS q,
       jsonb_array_elements(s.suggestions) AS x
 WHERE i.has_suggestions AND i.task_id IS NOT NULL AND NOT {BY_LOT}
 ORDER BY i.task_id, x->>'source', i.row
ON CONFLICT (task_id, source) DO NOTHING
"""  # noqa: S608

ANNOTATORS = """
INSERT INTO projects_membership (project_id, external_name, role, languages, skills, groups)
SELECT DISTINCT %(project)s::bigint, annotator, 'annotator', '{}'::text[], '{}'::text[], '{}'::text[]
  FROM incoming_answer
ON CONFLICT (project_id, external_name) DO NOTHING
"""

# The keys are drawn first, since assignment and annotation point to each other; in the order of the
# rows, so that the same file gives the same order, whatever the plan.
KEYS = """
CREATE TEMP TABLE fresh_answer ON COMMIT DROP AS
SELECT came.*, nextval('tasks_assignment_id_seq') AS assignment_id,
       nextval('annotations_annotation_id_seq') AS annotation_id
  FROM (
SELECT coalesce(a.known_id, i.task_id) AS task_id, m.id AS annotator_id, a.round, a.answers,
       a.seconds, a.confidence, coalesce(a.submitted_at, now()) AS submitted_at,
       coalesce(a.note, '') AS note, a.note_kind, a.is_independent, a.is_surplus
  FROM incoming_answer a
  LEFT JOIN incoming_task i ON i.row = a.first_row
  JOIN projects_membership m ON m.project_id = %(project)s AND m.external_name = a.annotator
 WHERE NOT EXISTS (
   SELECT 1 FROM tasks_assignment x
    WHERE x.task_id = coalesce(a.known_id, i.task_id)
      AND x.annotator_id = m.id AND x.round = a.round)
 ORDER BY a.row, a.annotator, a.round) came
"""

ANSWERS = """
WITH assignment AS (
  INSERT INTO tasks_assignment
    (id, task_id, annotator_id, round, state, leased_at, submitted_at, head_id, holds_slot)
  SELECT assignment_id, task_id, annotator_id, round, 'submitted', submitted_at, submitted_at,
         annotation_id, %(fills)s AND NOT is_surplus
    FROM fresh_answer)
INSERT INTO annotations_annotation
  (id, project_id, task_id, annotator_id, assignment_id, key, body_hash, question_version,
   answers, seconds, confidence, note, note_kind, is_independent, is_surplus, submitted_at)
SELECT annotation_id, %(project)s, task_id, annotator_id, assignment_id, gen_random_uuid(),
       sha256(convert_to(answers::text, 'UTF8')), %(version)s, answers, seconds, confidence,
       note, note_kind, is_independent, is_surplus, submitted_at
  FROM fresh_answer
"""

# Answers that fill slots raise an overlap that they exceed: what is there was wanted.
SLOTS = """
WITH came AS (SELECT task_id, count(*) AS n FROM fresh_answer WHERE NOT is_surplus GROUP BY task_id)
UPDATE tasks_queueentry q
   SET overlap = greatest(q.overlap, q.handed + n), handed = q.handed + n,
       submitted = q.submitted + n,
       state = CASE WHEN q.state IN ('open', 'stuck')
                     AND q.submitted + n >= greatest(q.overlap, q.handed + n)
                    THEN 'complete' ELSE q.state END
  FROM came WHERE came.task_id = q.task_id AND %(fills)s
"""

NEWS = """
INSERT INTO core_outboxrow (consumer, scope_id, subject_id)
SELECT c, %(project)s, task_id
  FROM (SELECT DISTINCT task_id FROM fresh_answer) changed, unnest(%(consumers)s::text[]) AS c
"""

# Nothing is counted of a task that nobody has answered. One of the new tasks is told of all the
# same: the sizes of the queue are counted when news comes.
NEWS_OF_TASKS = """
INSERT INTO core_outboxrow (consumer, scope_id, subject_id)
SELECT c, %(project)s, task_id
  FROM (SELECT min(task_id) AS task_id FROM incoming_task WHERE known_id IS NULL) first,
       unnest(%(consumers)s::text[]) AS c
 WHERE task_id IS NOT NULL
"""

# What was answered here before can be scored now.
NEWS_OF_GOLD = """
INSERT INTO core_outboxrow (consumer, scope_id, subject_id)
SELECT c, %(project)s, task_id
  FROM (SELECT DISTINCT task_id FROM incoming_task WHERE has_gold AND known_id IS NOT NULL) known,
       unnest(%(consumers)s::text[]) AS c
"""


def settings_of(run: ImportRun, project: Project) -> dict[str, Any]:
    return {
        "run": run.pk,
        "project": project.pk,
        "is_long": bool(run.mapping.get("annotator")),
        "share": project.overlap_share,
        "overlap": project.overlap,
        "is_mixed": project.is_mixed,
        "version": project.question_version,
        "fills": run.do_answers_fill_slots,
        "consumers": outbox.consumers_of(TASK_CHANGED),
    }


class Publication:
    """The statements on one run's staged rows. Everything happens in the caller's transaction."""

    def __init__(self, run: ImportRun, project: Project) -> None:
        self._settings = settings_of(run, project)
        self._has_answers = False

    def _run(self, sql: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._settings)
            changed: int = cursor.rowcount
            return changed

    def _value(self, sql: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._settings)
            return cursor.fetchone()[0]

    def identify(self) -> list[Found]:
        """Match staged rows with what is there, and say what cannot be published."""
        self._run("SELECT pg_advisory_xact_lock(hashtext('import'), %(project)s::int)")
        self._run(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        self._run("DROP TABLE IF EXISTS incoming_task, incoming_answer, fresh_answer")
        self._run(IDENTIFY)
        self._has_answers = self._value(HAS_ANSWERS)
        if self._has_answers:
            self._run(LOOK_AT_TASKS)
        self._run(GATHER)
        if self._has_answers:
            self._run(LOOK_AT_ANSWERS)
        with connection.cursor() as cursor:
            cursor.execute(PROBLEMS, self._settings)
            return [Found(*row) for row in cursor.fetchall()]

    def publish(self) -> dict[str, int]:
        """Write everything that was identified. Counts of what is new, and what was known."""
        known = "SELECT count(*) FROM incoming_task WHERE known_id IS NOT NULL AND nth = 1"
        counts = {"known_tasks": self._value(known), "tasks": self._run(TASKS)}
        self._run(QUEUE)
        counts["gold"] = self._run(GOLD)
        self._run(CHECKS)
        counts["suggestions"] = self._run(SUGGESTIONS)
        self._run(NEWS_OF_TASKS)
        self._run(NEWS_OF_GOLD)
        return counts | self._publish_answers()

    def _publish_answers(self) -> dict[str, int]:
        if not self._has_answers:
            return {"annotators": 0, "answers": 0, "known_answers": 0}
        annotators = self._run(ANNOTATORS)
        self._run(KEYS)
        answers = self._run(ANSWERS)
        given = self._value("SELECT count(*) FROM incoming_answer")
        self._run(SLOTS)
        self._run(NEWS)
        return {"annotators": annotators, "answers": answers, "known_answers": given - answers}


def count_anew() -> None:
    """Let PostgreSQL plan by what is there now: its own look comes a minute later, and until then
    pages wait a second for what takes milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ANEW)


@transaction.atomic
def discard_staged(*, run: ImportRun, rows: list[int] | None = None) -> None:
    """Forget a run's staged rows: the bad ones, or all of them once they are published."""
    which = "" if rows is None else " AND row = ANY(%s)"
    for table in ("exchange_stagedtask", "exchange_stagedanswer"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE run_id = %s{which}",  # noqa: S608  (names are ours)
                (run.pk, *([rows] if rows is not None else [])),
            )
