"""Keeps the consensus of tasks current: as their answers now stand, by the method that stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from apps.annotations.models import Question
from apps.consensus.actions.judged import Judged
from apps.consensus.actions.reading import Given, given_of
from apps.consensus.actions.standing import Standing, standings_of
from apps.consensus.models import Consensus
from apps.projects.models import Project

LOCK = "consensus"
COUNT = """
INSERT INTO consensus_method (question_id, aggregator, parameters, fresh)
SELECT * FROM (SELECT unnest(%s::bigint[]), unnest(%s::text[]), '{}'::jsonb, unnest(%s::int[])) AS news
ON CONFLICT (question_id) DO UPDATE SET fresh = consensus_method.fresh + EXCLUDED.fresh
"""


def lock(project_id: int) -> None:
    """One at a time writes a project's consensus, so that what was read later is written later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", (LOCK, project_id % 2**31))


@transaction.atomic
def refresh_consensus(*, project: Project, task_ids: Sequence[int], is_news: bool = False) -> None:
    """The consensus of these tasks. `is_news` when their answers changed, not the method."""
    lock(project.pk)
    given = given_of(task_ids)
    # With the project, in one statement: its version is that of the questions that were read.
    questions = Question.objects.filter(project=project).select_related("project")
    standings = standings_of(list(questions))
    for standing in standings:
        write_consensus(standing=standing, task_ids=task_ids, given=given)
    if is_news:
        _count_news(standings, given)


def write_consensus(*, standing: Standing, task_ids: Sequence[int], given: Sequence[Given]) -> int:
    """Call it inside a transaction that holds the lock. How many tasks have a consensus."""
    question = standing.question
    judged = standing.judged(given)
    saw: dict[int, list[int]] = defaultdict(list)
    for each in given:
        if question.name in each.answers:
            saw[each.task].append(each.annotation)
    gone = set(task_ids) - {each.task for each in judged}
    Consensus.objects.filter(question=question, task_id__in=gone).delete()
    Consensus.objects.bulk_create(
        _rows(question, judged, saw),
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["task", "question"],
        update_fields=[
            *("aggregator", "run", "value", "winners", "share"),
            *("probability", "is_tie", "saw", "computed_at"),
            *("low", "high", "parts", "has_heard", "by_votes"),
            *("parameters", "question_version"),
        ],
    )
    return len(judged)


def _rows(
    question: Question, judged: Iterable[Judged], saw: dict[int, list[int]]
) -> list[Consensus]:
    at = timezone.now()
    return [
        Consensus(
            project_id=question.project_id,
            task_id=each.task,
            question=question,
            aggregator=each.aggregator,
            parameters=each.parameters,
            question_version=question.project.question_version,
            run_id=each.run,
            value=each.value,
            winners=each.winners,
            share=each.share,
            probability=each.probability,
            is_tie=each.is_tie,
            low=each.low,
            high=each.high,
            parts=each.parts,
            has_heard=each.by_votes is not None,
            by_votes=each.value_by_votes,
            saw=saw[each.task],
            computed_at=at,
        )
        for each in judged
    ]


def _count_news(standings: Iterable[Standing], given: Iterable[Given]) -> None:
    """For who decides when to fit anew: how many tasks with such an answer had news. With its first
    answers a question gets the row that says so."""
    answered = {(name, each.task) for each in given for name in each.answers}
    number = Counter(name for name, _ in answered)
    # In one order, for others may count as well.
    counted = sorted(
        (one.question.pk, one.plain.name, number[one.question.name])
        for one in standings
        if number[one.question.name]
    )
    if counted:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [list(column) for column in zip(*counted, strict=True)])
