"""Agreement from a CSV file, without a project and without a database."""

from __future__ import annotations

import json
from argparse import RawDescriptionHelpFormatter
from collections.abc import Hashable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.agreement.measures import (
    LevelError,
    LongForm,
    Measure,
    RaterMeasure,
    measures,
    rater_measures,
)
from apps.agreement.measures.asked import Answer, Asked, all_figures
from apps.agreement.measures.distances import LEVELS
from apps.agreement.measures.reading import Columns, ReadingError, read_csv
from apps.agreement.measures.weights import WEIGHTS

KINDS: dict[str, Measure | RaterMeasure] = {**measures, **rater_measures}

EXAMPLE = """
Example: a file with the columns item, worker, label
  manage.py agreement answers.csv --unit item --rater worker --value label --level nominal

An order that is not that of the numbers is declared from low to high:
  manage.py agreement answers.csv --unit item --rater worker --value label \\
      --level ordinal --order poor,fair,good --format json
"""


class Command(BaseCommand):
    help = "How far the raters of a CSV file agree, with an interval. Needs no database."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs |= {"epilog": EXAMPLE, "formatter_class": RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("file", type=Path, metavar="FILE", help="CSV, UTF-8, a header, one answer per row")
        add("--unit", required=True, metavar="COLUMN", help="what is annotated")
        add("--rater", required=True, metavar="COLUMN", help="who answered")
        add("--value", required=True, metavar="COLUMN", help="the answer; empty means missing")
        add("--group", metavar="COLUMN", help="units that belong together: whole groups are drawn")
        add("--level", default="nominal", choices=LEVELS, help="how values compare (nominal)")
        add("--order", help="the declared values, low to high, with commas")
        add("--separator", default="|", help="parts the labels of a set; 'none' is the empty set")
        add("--measure", action="append", choices=sorted(KINDS), help="may be repeated; all")
        add("--labels", action="store_true", help="also each label against the others")
        add("--raters", help="these alone, with commas; who comes first matters to Bland-Altman")
        add("--pairs", action="store_true", help="what is for two raters, for each two of them")
        add(
            "--weights",
            choices=sorted(WEIGHTS),
            help="of pairs, for the kappas and AC2 (quadratic)",
        )
        add("--paradox", action="store_true", help="also why the kappa of each label is what it is")
        add("--repeats", default="refuse", choices=["refuse", "last", "keep"], help="(refuse)")
        add("--replicates", type=int, help="of the bootstrap (10,000 where they are quick)")
        add("--seed", type=int, default=0, help="of the bootstrap (0)")
        add("--format", default="text", choices=["text", "json"], help="(text)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answers = self._read(options)
            rows = _figures(answers, options)
        except (ReadingError, LevelError) as error:
            raise CommandError(str(error), returncode=2) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            self.stdout.write("\n".join(_line(row) for row in rows))

    def _read(self, options: dict[str, Any]) -> LongForm:
        if options["replicates"] is not None and options["replicates"] < 100:
            raise CommandError("--replicates: at least 100.", returncode=2)
        columns = Columns(
            unit=options["unit"],
            rater=options["rater"],
            value=options["value"],
            group=options["group"],
        )
        order = options["order"]
        return read_csv(
            options["file"],
            columns,
            level=options["level"],
            order=[name.strip() for name in order.split(",")] if order else None,
            separator=options["separator"],
            repeats=options["repeats"],
        )


def _figures(answers: LongForm, options: dict[str, Any]) -> list[dict[str, Any]]:
    level, raters = options["level"], options["raters"]
    names = options["measure"] or [name for name in KINDS if level in KINDS[name].levels]
    asked = Asked(
        level=level,
        raters=[name.strip() for name in raters.split(",")] if raters else None,
        weights=options["weights"],
        pairs=options["pairs"],
        labels=options["labels"],
        side_by_side=options["paradox"],
        options={"replicates": options["replicates"], "seed": options["seed"]},
    )
    return [_row(found) for found in all_figures(answers, asked, [KINDS[n] for n in names])]


def _row(found: Answer) -> dict[str, Any]:
    row = asdict(found.figure)
    told = {"measure": row.pop("measure"), "label": None, "pair": found.pair}
    return told | {"label": None if found.label is None else _name(found.label)} | row


def _name(label: Hashable) -> str:
    return f"{label:g}" if isinstance(label, float) else str(label)


def _line(row: dict[str, Any]) -> str:
    about = row["label"] if row["pair"] is None else ", ".join(map(_name, row["pair"]))
    name = row["measure"] if about is None else f"{row['measure']} [{about}]"
    counted = f"{row['units']} units, {row['raters']} raters, {row['pairable']} answers"
    left_out = ", ".join(f"{number} {reason}" for reason, number in row["excluded"].items())
    counted += f"; left out: {left_out.replace('_', ' ')}" if left_out else ""
    if row["value"] is None:
        return f"{name}: undefined. {row['undefined_reason']['sentence']} ({counted})"
    told = f"{name}: {_number(row)} ({counted})"
    beside = [
        f"  {side} limit: {_number(row[side])}" for side in ("lower", "upper") if row.get(side)
    ]
    return "\n".join([told, *beside])


def _number(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['value']:.4f}. {row['interval_reason']['sentence']}"
    limits = f"{row['confidence']:.0%} [{row['low']:.4f}, {row['high']:.4f}]"
    return f"{row['value']:.4f}, {limits}, {row['method']}"
