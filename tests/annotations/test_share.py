"""What falls to an annotator is what they may still be given, not what others wait for."""

import pytest

from apps.annotations.views.items import share_of
from apps.tasks.models import Pool
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db


def test_what_i_have_answered_is_not_left_though_others_still_answer_it():
    ann = MembershipFactory()
    for _ in range(3):
        task = TaskFactory(project=ann.project, queue__overlap=3)
        AnnotationFactory(assignment=AssignmentFactory(task=task, annotator=ann))

    assert share_of(ann, ann.project) == {"done": 3, "total": 3}


def test_what_i_may_not_answer_is_not_left():
    ann = MembershipFactory()
    pool = Pool.objects.create(project=ann.project, requires=["language:de"])
    TaskFactory(project=ann.project, queue__pool=pool)

    assert share_of(ann, ann.project) == {"done": 0, "total": None}


def test_what_is_in_hand_and_what_waits_is_left():
    ann = MembershipFactory()
    AssignmentFactory(task=TaskFactory(project=ann.project, queue__overlap=1), annotator=ann)
    TaskFactory(project=ann.project, queue__overlap=1)

    assert share_of(ann, ann.project) == {"done": 0, "total": 2}
