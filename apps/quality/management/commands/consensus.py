"""Computes what consensus a project has and had once more, from the annotations that it saw."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.consensus.actions.fitting import code_version
from apps.consensus.actions.recomputing import recompute_fit
from apps.consensus.models import Run
from apps.projects.models import Project
from apps.quality.actions.again import all_of, each_again
from apps.tasks.models import Task

HELP = """
Computes every consensus of a project once more, those that stand and those that were, from the
annotations that each saw. Changes nothing; says every difference and exits with 1 if there is one.

  manage.py consensus 3 --again                the first 1,000 tasks
  manage.py consensus 3 --again --most 50000   more of them
  manage.py consensus 3 --again --task 17      one task, each consensus in a line
  manage.py consensus 3 --fits                 what methods have learned, fit by fit
"""
MOST_SHOWN = 50


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int, help="the project's number, as in its address")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--again", action="store_true", help="every consensus of its tasks")
        what.add_argument("--fits", action="store_true", help="every fit of a method")
        parser.add_argument("--task", type=int, help="this task only, by its number")
        parser.add_argument("--most", type=int, default=1_000, help="tasks at most")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(pk=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        if options["fits"]:
            self._fits(project)
        elif options["task"] is not None:
            self._task(project, options["task"])
        else:
            self._tasks(project, options["most"])

    def _task(self, project: Project, number: int) -> None:
        task = Task.objects.filter(project=project, pk=number).first()
        if task is None:
            raise CommandError(f"There is no task {number} in this project.")
        wrong = 0
        for one in each_again(task):
            when = "now" if one.until is None else f"until {one.until:%Y-%m-%d %H:%M:%S}"
            said = one.again.words if one.again else "Was not kept, so it cannot be computed again."
            self.stdout.write(f"{one.question.name}, {when}: {said}")
            wrong += one.again is not None and not one.again.is_same
        if wrong:
            raise CommandError(f"{wrong} differ.")

    def _tasks(self, project: Project, most: int) -> None:
        count: Counter[str] = Counter()
        for task, one in all_of(project, most=most):
            how = "not kept" if one.again is None else "same" if one.again.is_same else "differs"
            count[how] += 1
            if how == "differs" and one.again and count[how] <= MOST_SHOWN:
                self.stdout.write(f"task {task.pk}, {one.question.name}: {one.again.words}")
        if count["differs"]:
            raise CommandError(f"{count['differs']:,} differ, {count['same']:,} are the same.")
        kept = f"; {count['not kept']:,} were not kept" if count["not kept"] else ""
        self.stdout.write(f"All {count['same']:,} are the same when computed again{kept}.")

    def _fits(self, project: Project) -> None:
        wrong = 0
        runs = Run.objects.filter(project=project).select_related("question", "opinions")
        for run in runs.order_by("pk").iterator(chunk_size=1):
            found = recompute_fit(run)
            told = "the same" if found.is_same else "differs"
            gone = f", {found.missing:,} annotations erased since" if found.missing else ""
            other = "" if run.code == code_version() else ", computed by other code then"
            self.stdout.write(
                f"fit {run.pk}, {run.question.name} by {run.aggregator}: {told}{gone}{other}"
            )
            wrong += not found.is_same
        if wrong:
            raise CommandError(f"{wrong:,} differ.")
