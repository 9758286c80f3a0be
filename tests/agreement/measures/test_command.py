"""`manage.py agreement FILE`: figures without a database, and errors that name their place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.paths import ROOT, real_data

COLUMNS = {"unit": "item", "rater": "who", "value": "label"}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, **options: Any) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("agreement", str(path), **(COLUMNS | {"format": "json"} | options), stdout=out)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())
    return rows


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    lines = ["item,who,label"]
    for item in range(20):
        lines += [f"{item},ann,{'ab'[item % 2]}", f"{item},bob,{'ab'[item % 2 if item else 1]}"]
    return write(tmp_path / "answers.csv", "\n".join([*lines, "20,ann,a", "21,ann,"]) + "\n")


def test_json_has_every_figure_with_its_interval(answers: Path) -> None:
    rows = run(answers)

    names = {row["measure"] for row in rows}
    assert {"krippendorff_alpha", "percent_agreement", "fleiss_kappa", "gwet_ac1"} <= names
    alpha = next(row for row in rows if row["measure"] == "krippendorff_alpha")
    # 40 answers, 19 a and 21 b; one unit of twenty disagrees.
    assert alpha["value"] == pytest.approx(1 - 39 * 2 / (2 * 19 * 21))
    assert alpha["low"] < alpha["value"] < alpha["high"] < 1
    assert (alpha["units"], alpha["raters"], alpha["pairable"]) == (20, 2, 40)
    assert alpha["excluded"] == {"fewer_than_two_answers": 1, "missing": 1}
    assert alpha["undefined_reason"] is None


def test_one_measure_and_each_label(answers: Path) -> None:
    rows = run(answers, measure=["percent_agreement"], labels=True)

    assert [(row["measure"], row["label"]) for row in rows] == [
        ("percent_agreement", None),
        ("percent_agreement", "a"),
        ("percent_agreement", "b"),
    ]


def test_text_says_it_in_a_line(answers: Path) -> None:
    out = StringIO()

    call_command("agreement", str(answers), **COLUMNS, measure=["krippendorff_alpha"], stdout=out)

    line = out.getvalue().strip()
    assert line.startswith("krippendorff_alpha: 0.9023, 95% [")
    assert "20 units, 2 raters, 40 answers; left out: 1 fewer than two answers, 1 missing" in line


def test_undefined_is_said_and_has_no_number(tmp_path: Path) -> None:
    path = write(tmp_path / "one.csv", "item,who,label\n1,a,x\n1,b,x\n2,a,x\n2,b,x\n")

    row = run(path, measure=["krippendorff_alpha"])[0]

    assert (row["value"], row["low"], row["high"]) == (None, None, None)
    assert row["undefined_reason"]["code"] == "one_value"


def test_declared_order_of_words(tmp_path: Path) -> None:
    text = "item,who,label\n1,a,low\n1,b,mid\n2,a,high\n2,b,high\n3,a,low\n3,b,low\n"
    path = write(tmp_path / "words.csv", text)

    row = run(path, level="ordinal", order="low,mid,high", measure=["krippendorff_alpha"])[0]

    # By hand: 3 low, 1 mid, 2 high have mid-ranks -1.5, .5, 2; one pair of (2)², both ways, in
    # six answers; over all pairs 3 x 4 + 6 x 12.25 + 2 x 2.25, both ways.
    assert row["value"] == pytest.approx(1 - 5 * 2 * 4 / (2 * (12 + 73.5 + 4.5)))


def test_sets_by_a_separator(tmp_path: Path) -> None:
    text = "item,who,label\n1,a,x|y\n1,b,y | x\n2,a,x\n2,b,none\n3,a,z\n3,b,z\n"
    path = write(tmp_path / "sets.csv", text)

    row = run(path, level="jaccard", measure=["percent_agreement"])[0]

    assert row["value"] == pytest.approx(2 / 3)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Thirty items graded by three people, of whom cy is a grade higher each third time."""
    lines = ["item,who,label"]
    for item in range(30):
        grade = item % 4 + 1
        lines += [f"{item},ann,{grade}", f"{item},bo,{grade % 4 + 1 if item % 5 == 0 else grade}"]
        lines.append(f"{item},cy,{grade + (item % 3 == 0)}")
    return write(tmp_path / "three.csv", "\n".join(lines) + "\n")


def test_measures_that_need_raters_by_name_are_there(three: Path) -> None:
    rows = {row["measure"]: row for row in run(three, level="interval")}

    assert rows["conger_kappa"]["value"] > 0.5
    assert rows["icc_2_1"]["method"] == "F distribution"
    assert rows["kendall_w"]["raters"] == 3
    assert rows["cohen_kappa"]["undefined_reason"]["code"] == "not_two_raters"


def test_each_two_raters_by_name(three: Path) -> None:
    rows = run(three, level="interval", measure=["bland_altman"], pairs=True)

    assert [row["pair"] for row in rows] == [["ann", "bo"], ["ann", "cy"], ["bo", "cy"]]
    assert rows[1]["value"] == pytest.approx(-1 / 3)
    assert rows[1]["lower"]["high"] < rows[1]["low"] < rows[1]["high"] < rows[1]["upper"]["low"]


def test_chosen_raters_and_weights_of_ones_own(three: Path) -> None:
    options = {"level": "ordinal", "raters": "cy, ann", "measure": ["cohen_kappa", "gwet_ac2"]}

    linear = run(three, weights="linear", **options)
    quadratic = run(three, **options)

    assert [row["level"] for row in linear] == ["ordinal, linear weights"] * 2
    assert [row["raters"] for row in linear] == [2, 2]
    for one, other in zip(linear, quadratic, strict=True):
        assert one["value"] < other["value"]


def test_why_the_kappa_of_a_label_is_what_it_is(answers: Path) -> None:
    rows = run(answers, measure=["cohen_kappa"], paradox=True, labels=True)

    told = [(row["measure"], row["label"]) for row in rows]
    assert told[:3] == [("cohen_kappa", None), ("cohen_kappa", "a"), ("cohen_kappa", "b")]
    beside = ["percent_agreement", "conger_kappa", "krippendorff_alpha", "gwet_ac1"]
    beside += ["brennan_prediger", "prevalence_index", "bias_index"]
    assert told[3:] == [(name, label) for label in "ab" for name in beside]


def test_limits_of_agreement_are_lines_of_their_own(three: Path) -> None:
    out = StringIO()
    options = {"measure": ["bland_altman"], "level": "interval", "raters": "ann,cy"}

    call_command("agreement", str(three), **COLUMNS, **options, stdout=out)

    first, lower, upper = out.getvalue().strip().splitlines()
    assert first.startswith("bland_altman: -0.3333, 95% [")
    assert lower.startswith("  lower limit: -1.2731, 95% [")
    assert upper.startswith("  upper limit: 0.6064, 95% [")


@pytest.mark.proof
def test_a_measure_that_cannot_be_computed_here_says_so_in_its_place(tmp_path: Path) -> None:
    """A slider has too many patterns for the kappas; alpha and ICC have theirs all the same."""
    lines = ["item,who,label"]
    for item in range(5100):
        lines += [f"{item},ann,{item}.25", f"{item},bo,{item}.75"]
    path = write(tmp_path / "slider.csv", "\n".join(lines) + "\n")

    rows = {row["measure"]: row for row in run(path, level="interval")}

    assert rows["krippendorff_alpha"]["value"] > 0.99
    assert rows["icc_1_1"]["value"] > 0.99
    assert rows["fleiss_kappa"]["value"] is None
    assert "too many" in rows["fleiss_kappa"]["undefined_reason"]["sentence"]
    with pytest.raises(CommandError, match="needs patterns"):
        run(path, level="interval", measure=["fleiss_kappa"])


def test_an_unknown_rater_is_refused(three: Path) -> None:
    with pytest.raises(CommandError, match="No rater 'dee'"):
        run(three, raters="ann,dee")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "is empty"),
        ("item,who,label\n", {}, "no rows"),
        ("item,who,tag\n1,a,x\n", {}, "No column 'label'. The columns are: item, who, tag."),
        ("item,who,label,label\n1,a,x,y\n", {}, "'label' stands twice"),
        ("item,who,label\n1,a,x\n1,b\n", {}, "Row 3 has 2 cells; the header has 3."),
        ("item,who,label\n1,a,x\n,b,x\n", {}, "Row 3, column 'item': empty."),
        ("item,who,label\n1,a,x\n2,,x\n", {}, "Row 3, column 'who': empty."),
        ("item,who,label\n1,a,x\n1,b,y\n1,a,y\n", {}, "Rows 2 and 4: rater 'a' answered unit '1'"),
        (
            "item,who,label\n1,a,1\n1,b,two\n",
            {"level": "interval"},
            "Row 3, column 'label': 'two' is not a number.",
        ),
        ("item,who,label\n1,a,1\n1,b,inf\n", {"level": "interval"}, "'inf' is not a number"),
        ("item,who,label\n1,a,x\n1,b,y\n", {"level": "ordinal"}, "declared order"),
        (
            "item,who,label\n1,a,lo\n1,b,mid\n",
            {"level": "ordinal", "order": "lo,hi"},
            "Row 3, column 'label': 'mid' is not one of the declared values.",
        ),
        ('item,who,label\n1,a,"x\n', {}, "After row"),
        ("item,who,label,chat\n1,a,x,c\n1,b,x,d\n", {"group": "chat"}, "stands in two groups"),
    ],
)
def test_bad_file_is_refused_with_its_place(
    tmp_path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    path = write(tmp_path / "bad.csv", text)

    with pytest.raises(CommandError) as raised:
        run(path, **options)

    assert message in str(raised.value)
    assert raised.value.returncode == 2


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("item,who,label\n1,a,é\n".encode("latin-1"))

    with pytest.raises(CommandError, match="not UTF-8") as raised:
        run(path)

    assert raised.value.returncode == 2


def test_no_such_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nothing.csv")


@pytest.mark.proof
def test_works_as_a_process_without_any_engine(answers: Path) -> None:
    """A database that nobody answers at: the command never asks for one."""
    environment = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "manage.py", "agreement", str(answers), "--format", "json"]
    command += ["--unit", "item", "--rater", "who", "--value", "label"]

    def result(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    good, bad = result(command), result([*command[:-1], "nothing"])

    assert good.returncode == 0, good.stderr
    assert len(json.loads(good.stdout)) >= 2
    assert bad.returncode == 2
    assert "No column 'nothing'" in bad.stderr
    assert bad.stdout == ""


def test_real_file_of_eight_thousand_answers() -> None:
    path = real_data("snow2008") / "rte_annotations.csv"

    row = run(path, rater="worker", measure=["krippendorff_alpha"])[0]

    assert row["value"] == pytest.approx(0.241479, abs=1e-6)
    assert (row["units"], row["raters"]) == (800, 164)
