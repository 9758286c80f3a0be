"""Reads a project for an export: PostgreSQL makes one JSON document of each task, we pass it on.

Python touches a task once, whatever hangs on it, and only formats that need its parts take the
document apart. All runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice

import numpy as np
from django.db import connection
from psycopg import Cursor

from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.exchange.exporters.base import Document, ExportContext
from apps.exchange.models import ExportRun
from apps.projects.models import Project, Signature
from apps.routing.actions.plans import is_held_out, plan_of
from apps.tasks.models import QueueEntry, QueueState

# Tasks of one statement, and of one trip to the database: all that memory ever holds.
BATCH = 2_000
CHUNK = 20

# E-mail and not name: two people may share a name, and a file must tell them apart. A pseudonym is
# the same in every export, and a reviewer's is no annotator's.
NAMES = """
names AS MATERIALIZED (
  SELECT m.id, CASE WHEN %(pseudonyms)s THEN 'annotator-' || m.id
                    ELSE coalesce(u.email, m.external_name) END AS name
    FROM projects_membership m LEFT JOIN accounts_user u ON u.id = m.user_id
   WHERE m.project_id = %(project)s)
"""

# Each part is grouped by task on its own and joined then: one pass over each table's index. The
# keys of the documents are the fields of `TaskExport` and its parts. Everybody has a name; the
# joins to them are outer ones, so that a planner without statistics, as after an import, cannot
# begin with the names and read all that each of them has answered.
_DOCUMENTS = """
WITH {names},
annotations AS (
  SELECT a.task_id, count(*) AS number, {count} AS signed,
         json_agg(row_to_json(found) ORDER BY a.assignment_id, a.revision) AS list
    FROM annotations_annotation a
    JOIN tasks_assignment x ON x.id = a.assignment_id AND x.task_id = ANY(%(tasks)s)
    LEFT JOIN names ON names.id = a.annotator_id,
 LATERAL (SELECT a.id, a.key, names.name AS annotator, x.round, a.revision,
                 a.predecessor_id AS predecessor, a.answers, a.question_version, a.seconds,
                 a.confidence, a.is_independent AND x.apart <> 'repeat' AS independent,
                 a.is_surplus OR x.apart <> '' AS surplus,
                 x.is_disputed AS disputed, a.erased_at IS NOT NULL AS excluded, a.erased_at,
                 a.note, a.note_kind, a.shown, a.suggestions, a.submitted_at{of_readings}) found
   WHERE a.task_id = ANY(%(tasks)s) GROUP BY a.task_id),
skips AS (
  SELECT x.task_id, json_agg(row_to_json(found) ORDER BY x.id) AS list
    FROM tasks_assignment x LEFT JOIN names ON names.id = x.annotator_id,
 LATERAL (SELECT names.name AS annotator, x.round, x.state, x.skip_reason AS reason,
                 x.leased_at) found
   WHERE x.task_id = ANY(%(tasks)s) AND x.state IN ('skipped', 'returned', 'expired')
   GROUP BY x.task_id),
suggestions AS (
  SELECT s.task_id, json_agg(row_to_json(found) ORDER BY s.id) AS list
    FROM annotations_suggestion s, LATERAL (SELECT s.source, s.answers, s.score) found
   WHERE s.task_id = ANY(%(tasks)s) GROUP BY s.task_id),
consensus AS (
  SELECT c.task_id, json_agg(row_to_json(found) ORDER BY c.question_id, c.id) AS list
    FROM consensus_consensus c JOIN annotations_question q ON q.id = c.question_id,
 LATERAL (SELECT q.name AS question, c.value, c.share, c.is_tie, c.aggregator,
                 cardinality(c.saw) AS answers, c.probability, c.low, c.high, c.parts) found
   WHERE c.task_id = ANY(%(tasks)s) GROUP BY c.task_id),
adjudications AS (
  SELECT d.task_id, {count} AS signed, json_agg(row_to_json(found) ORDER BY d.id) AS list
    FROM quality_adjudication d JOIN accounts_user u ON u.id = d.decided_by_id,
 LATERAL (SELECT d.answers, d.outcome, d.reason,
                 CASE WHEN %(pseudonyms)s THEN 'reviewer-' || u.id ELSE u.email END AS by,
                 d.decided_at AS at, d.sources, d.is_example AS example{of_decisions}) found
   WHERE d.task_id = ANY(%(tasks)s) GROUP BY d.task_id)
SELECT convert_to(row_to_json(document)::text, 'UTF8'), coalesce(annotations.number, 0),
       coalesce(annotations.signed, 0) + coalesce(adjudications.signed, 0)
  FROM tasks_queueentry entry
  JOIN tasks_task t ON t.id = entry.task_id AND t.id = ANY(%(tasks)s)
  JOIN tasks_pool pool ON pool.id = entry.pool_id
  LEFT JOIN annotations_gold gold ON gold.task_id = t.id AND gold.task_id = ANY(%(tasks)s)
  LEFT JOIN annotations ON annotations.task_id = t.id
  LEFT JOIN skips ON skips.task_id = t.id
  LEFT JOIN suggestions ON suggestions.task_id = t.id
  LEFT JOIN consensus ON consensus.task_id = t.id
  LEFT JOIN adjudications ON adjudications.task_id = t.id,
 LATERAL (SELECT t.id, t.external_id, entry.state,
                 t.id = ANY(%(held)s) AS left_to_chance, t.data, t.meta, t."group", entry.level AS priority,
                 pool.requires, coalesce(gold.answers, '{{}}') AS gold,
                 coalesce(suggestions.list, '[]') AS suggestions,
                 coalesce(annotations.list, '[]') AS annotations,
                 coalesce(skips.list, '[]') AS skips,
                 coalesce(consensus.list, '[]') AS consensus,
                 coalesce(adjudications.list, '[]') AS adjudications) document
 WHERE entry.task_id = ANY(%(tasks)s)
 ORDER BY t.id
"""
# Who signed goes by the name that they have as an annotator or, of decisions and verdicts, as a
# reviewer. Verdicts stand with the reading that they are about.
_SIGNATURES = """,
                 (SELECT coalesce(json_agg(row_to_json(signed) ORDER BY s.id), '[]')
                    FROM projects_signature s
                    LEFT JOIN quality_review v ON s.kind = 'verdict' AND v.id = s.subject_id,
                 LATERAL (SELECT CASE WHEN NOT %(pseudonyms)s THEN s.signer_email
                                      WHEN s.kind = 'reading' THEN {reader}
                                      ELSE 'reviewer-' || s.signer_id END AS by,
                                 CASE WHEN %(pseudonyms)s THEN NULL ELSE s.signer_name END AS name,
                                 s.meaning, s.signed_at AS at, s.digest, v.verdict) signed
                   WHERE (s.kind, s.subject_id) IN ({subjects})) AS signatures"""
DOCUMENTS = _DOCUMENTS.format(names=NAMES, count="0", of_readings="", of_decisions="")
# Of a project with a protocol; the others ask nothing more and have the same bytes as ever.
SIGNED_DOCUMENTS = _DOCUMENTS.format(
    names=NAMES,
    count="sum(json_array_length(found.signatures))::int",
    of_readings=_SIGNATURES.format(
        reader="names.name",
        subjects="SELECT 'reading', a.id UNION ALL"
        " SELECT 'verdict', r.id FROM quality_review r WHERE r.annotation_id = a.id",
    ),
    of_decisions=_SIGNATURES.format(reader="NULL", subjects="SELECT 'decision', d.id"),
)

ANNOTATORS = f"""
WITH {NAMES}
SELECT DISTINCT names.name, x.round
  FROM tasks_assignment x JOIN names ON names.id = x.annotator_id
 WHERE x.state = 'submitted' AND x.apart <> 'repeat' ORDER BY 1, 2
"""  # noqa: S608  (put together from constants)


class Reader:
    """A run's tasks with all that belongs to them, one after the other."""

    def __init__(self, run: ExportRun) -> None:
        self._project: Project = run.project
        self._plan = plan_of(run.project)
        has_signatures = Signature.objects.filter(project=run.project_id).exists()
        self._sql = SIGNED_DOCUMENTS if has_signatures else DOCUMENTS
        self._states = run.filters.get("states") or QueueState.values
        self._wanted = {
            "project": run.project_id,
            "pseudonyms": bool(run.filters.get("pseudonyms")),
        }

    def context(self) -> ExportContext:
        questions = Question.objects.filter(project=self._project).order_by("position", "id")
        with connection.cursor() as cursor:
            cursor.execute(ANNOTATORS, self._wanted)
            annotators = tuple(cursor.fetchall())
        return ExportContext(
            fields=tuple(self._project.field_names),
            questions=tuple(questions.values_list("name", flat=True)),
            annotators=annotators,
        )

    def documents(self, progress: Progress) -> Generator[Document]:
        found = QueueEntry.objects.filter(project=self._project, state__in=self._states)
        total, done = found.count(), 0
        # A cursor on the server: asking page by page could sort the whole project for each page.
        tasks = found.order_by("task_id").values_list("task_id", flat=True)
        ids = tasks.iterator(chunk_size=BATCH)
        while batch := list(islice(ids, BATCH)):
            yield from self._documents(batch)
            done += len(batch)
            progress.report(done, total)

    def _documents(self, tasks: list[int]) -> Generator[Document]:
        held = np.array(tasks)[is_held_out(self._plan, np.array(tasks))]
        wanted = {**self._wanted, "tasks": tasks, "held": held.tolist()}
        # Streamed, for two thousand long tasks may be more than fits into memory. JSON comes as
        # bytes: it is neither decoded nor encoded again.
        with Cursor(connection.connection) as cursor:
            for row in cursor.stream(self._sql, wanted, binary=True, size=CHUNK):
                yield Document(*row)
