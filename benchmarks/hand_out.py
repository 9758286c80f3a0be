"""How fast tasks are handed out and answers taken, and that neither slows down with one's own work.

    .venv/bin/python benchmarks/hand_out.py --tasks 10000 100000 1000000 10000000

It makes a database of its own beside the configured one and drops it at the end. The figures are
those of the actions, without HTTP around them.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.annotations.actions.submit import submit_annotation  # noqa: E402
from apps.projects.models import Membership, Project  # noqa: E402
from apps.tasks.actions import hand_out, offer, pool_for  # noqa: E402
from apps.tasks.models import Assignment, Place  # noqa: E402
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory  # noqa: E402

ANSWERS = {"intent": "praise"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tasks", type=int, nargs="*", default=[1_000_000], help="sizes of the queue, one by one"
    )
    parser.add_argument("--own", type=int, nargs="*", default=[0, 5_000, 20_000])
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument(
        "--offers", type=int, default=0, help="pairs of walks: in the common order, and by offers"
    )
    parser.add_argument(
        "--repeats", type=int, default=0, help="pairs of walks: with no repeats, and with a tenth"
    )
    options = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        report(options)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def report(options: argparse.Namespace) -> None:
    for tasks in options.tasks:
        project = ProjectFactory(overlap=3)
        QuestionFactory(project=project, name="intent")
        show(test="load", tasks=tasks, seconds=round(load(project, tasks), 1))
        walker = MembershipFactory(project=project)
        walk(walker, times=50)  # Statements are prepared, and pages read, at the first.
        show(test="one person", tasks=tasks, own_answers=50, **walk(walker, times=500))
        for turn in range(options.offers):
            # In turns, and who begins changes: what else the machine does falls on both.
            for number in (0, 50)[:: 1 - 2 * (turn % 2)]:
                show(test="offers", tasks=tasks, offered=number, **walk_by(walker, number))
    for own in options.own:
        answer_in_bulk(walker, own)
        show(test="one person", tasks=tasks, own_answers=own, **walk(walker, times=300))
        for turn in range(options.repeats):
            for share in (0.0, 0.1)[:: 1 - 2 * (turn % 2)]:
                show(test="repeats", own_answers=own, share=share, **walk_again(walker, share))
    people = [
        person.pk for person in MembershipFactory.create_batch(options.people, project=project)
    ]
    show(test="all at once", **all_at_once(people, options))


def load(project: Project, tasks: int) -> float:
    start = time.perf_counter()
    pool = pool_for(project=project)
    with connection.cursor() as cursor:
        # Ten million rows need not be checked one by one against what they were made from.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO tasks_task (project_id, data, meta, content_hash)"
            " SELECT %s, jsonb_build_object('text', 'Message ' || n), '{}', sha256(n::text::bytea)"
            " FROM generate_series(1, %s) n",
            (project.pk, tasks),
        )
        cursor.execute(
            "INSERT INTO tasks_queueentry (task_id, project_id, pool_id, overlap)"
            " SELECT id, project_id, %s, 3 FROM tasks_task WHERE project_id = %s",
            (pool.pk, project.pk),
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE tasks_task, tasks_queueentry")
    return time.perf_counter() - start


def answer_in_bulk(annotator: Membership, wanted: int) -> None:
    """Bring the annotator's answers to this number, on the tasks at the head of the queue."""
    mine = Assignment.objects.filter(annotator=annotator)
    mine.filter(state="leased").update(state="returned", holds_slot=False, lease_until=None)
    missing = wanted - mine.filter(state="submitted").count()
    if missing <= 0:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH todo AS (SELECT task_id FROM tasks_queueentry q WHERE q.project_id = %(project)s"
            "  AND NOT EXISTS (SELECT FROM tasks_assignment a"
            "   WHERE a.task_id = q.task_id AND a.annotator_id = %(me)s)"
            "  ORDER BY task_id LIMIT %(missing)s),"
            " lent AS (INSERT INTO tasks_assignment (task_id, annotator_id, state, submitted_at,"
            "  head_id) SELECT task_id, %(me)s, 'submitted', now(),"
            "  nextval('annotations_annotation_id_seq') FROM todo RETURNING id, task_id, head_id),"
            " said AS (INSERT INTO annotations_annotation (id, project_id, task_id, annotator_id,"
            "  assignment_id, key, body_hash, question_version, answers)"
            "  SELECT head_id, %(project)s, task_id, %(me)s, id, gen_random_uuid(), 'x', 1, '{}'"
            "  FROM lent)"
            " UPDATE tasks_queueentry q SET handed = handed + 1, submitted = submitted + 1"
            " FROM lent WHERE lent.task_id = q.task_id",
            {"project": annotator.project_id, "me": annotator.pk, "missing": missing},
        )
        cursor.execute("VACUUM ANALYZE tasks_assignment, tasks_queueentry")
    last = mine.filter(state="submitted").order_by("task_id").last()
    assert last is not None
    Place.objects.filter(annotator=annotator).update(task_id=last.task_id)


def walk_again(annotator: Membership, share: float) -> dict[str, float]:
    """The same where such a share of the answers are repeats; and what those took that were some."""
    Project.objects.filter(pk=annotator.project_id).update(repeat_share=share, repeat_hours=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tasks_assignment SET submitted_at = now() - id %% 100000 * interval '1 minute'"
            " WHERE annotator_id = %s AND state = 'submitted' AND apart = ''",
            (annotator.pk,),
        )
        cursor.execute("VACUUM ANALYZE tasks_assignment")
    ordinary, again = [], []
    for _ in range(300):
        start = time.perf_counter()
        lent = ask(annotator)
        (again if lent.apart else ordinary).append((time.perf_counter() - start) * 1000)
        answer(annotator, lent)
    return {
        "repeats": len(again),
        "hand_out_ms": round(statistics.median(ordinary), 2),
        "repeat_ms": round(statistics.median(again), 2) if again else 0.0,
        "mean_ms": round(statistics.mean(ordinary + again), 2),
    }


def walk(annotator: Membership, *, times: int) -> dict[str, float]:
    """Ask and answer, one after the other; in milliseconds."""
    asked, answered = [], []
    for _ in range(times):
        start = time.perf_counter()
        lent = ask(annotator)
        middle = time.perf_counter()
        answer(annotator, lent)
        asked.append((middle - start) * 1000)
        answered.append((time.perf_counter() - middle) * 1000)
    return {
        "hand_out_ms": round(statistics.median(asked), 2),
        "hand_out_p95_ms": round(statistics.quantiles(asked, n=20)[-1], 2),
        "submit_ms": round(statistics.median(answered), 2),
    }


def walk_by(annotator: Membership, offered: int, times: int = 6) -> dict[str, float]:
    """As many tasks as a list has; with offers a new list each time, drawn from all that wait."""
    found = []
    for turn in range(times):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT task_id FROM tasks_queueentry WHERE project_id = %s AND handed = 0"
                " AND task_id %% 100 = %s LIMIT 5000",
                (annotator.project_id, turn),
            )
            mine = random.Random(turn).sample([pk for (pk,) in cursor.fetchall()], offered)
        offer(project=annotator.project, lists={annotator.pk: mine})
        found.append(walk(annotator, times=50))
    return {name: round(statistics.median(one[name] for one in found), 2) for name in found[0]}


def ask(annotator: Membership) -> Assignment:
    lent = hand_out(annotator=annotator, project=annotator.project, at=timezone.now())
    assert isinstance(lent, Assignment), lent
    return lent


def answer(annotator: Membership, lent: Assignment) -> None:
    assert annotator.user is not None
    submit_annotation(
        assignment_id=lent.pk,
        annotator_user=annotator.user,
        key=uuid4(),
        answers=ANSWERS,
        at=timezone.now(),
    )


def all_at_once(people: list[int], options: argparse.Namespace) -> dict[str, float]:
    """Everybody asks and answers as fast as they can, in threads spread over processes."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    shares = [people[i :: options.processes] for i in range(options.processes)]
    workers = [
        context.Process(target=run_people, args=(share, options.seconds, queue))
        for share in shares
        if share
    ]
    for worker in workers:
        worker.start()
    times = [time for _ in workers for time in queue.get()]
    for worker in workers:
        worker.join()
    times.sort()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tasks_queueentry WHERE handed > overlap")
        (over,) = cursor.fetchone() or (-1,)
    return {
        "people": len(people),
        "processes": len(workers),
        "pairs_per_second": round(len(times) / options.seconds),
        "pair_p50_ms": round(times[len(times) // 2] * 1000, 1),
        "pair_p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        "over_the_overlap": over,
    }


def run_people(
    people: list[int], seconds: float, queue: multiprocessing.Queue[list[float]]
) -> None:
    times: list[float] = []
    end = time.perf_counter() + seconds

    def work(pk: int) -> None:
        person = Membership.objects.select_related("user", "project").get(pk=pk)
        while (start := time.perf_counter()) < end:
            answer(person, ask(person))
            times.append(time.perf_counter() - start)
        connection.close()

    threads = [threading.Thread(target=work, args=(pk,)) for pk in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.put(times)


def show(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
