"""Rankings and choices between two become one answer, weighed by how reliable each annotator is."""

from __future__ import annotations

import numpy as np
import pytest

from apps.consensus.models import Consensus, Run, Skill
from apps.projects.models import Membership
from tests.consensus.choosing import choose, compute
from tests.factories import MembershipFactory, QuestionFactory, answered_task

pytestmark = pytest.mark.django_db


def test_rankings_have_an_order_by_who_is_reliable() -> None:
    config = {"labels": [*"abc"], "may_tie": True}
    question = QuestionFactory(name="order", kind="ranking", config=config)
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(4)]
    rng = np.random.default_rng(1)
    for _ in range(40):
        truth = rng.permutation([*"abc"]).tolist()
        said = [truth, truth, *(rng.permutation([*"abc"]).tolist() for _ in range(2))]
        answers = {
            who: {"order": [[one] for one in each]} for who, each in zip(people, said, strict=True)
        }
        answered_task(project=question.project, answers=answers)
    choose(question, "bradley_terry")

    compute(question)

    run = Run.objects.get()
    skills = dict(Skill.objects.filter(run=run).values_list("annotator", "accuracy"))
    assert min(skills[who.pk] for who in people[:2]) > max(skills[who.pk] for who in people[2:])
    found = list(Consensus.objects.filter(question=question))
    assert len(found) == 40
    assert {row.aggregator for row in found} == {"bradley_terry"}
    for row in found:
        assert 0 < row.probability <= 1
        assert sorted(one for group in row.value for one in group) == [*"abc"]
