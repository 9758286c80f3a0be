"""An annotator objects to what became of an answer, whichever way it was judged."""

from __future__ import annotations

from datetime import datetime

from apps.projects.models import Membership
from apps.quality.actions.appeals import contest_verdict
from apps.quality.actions.gold_contests import contest_gold
from apps.quality.models import Appeal
from apps.tasks.models import Apart, Assignment


def object_to(*, assignment_id: int, by: Membership, text: str, at: datetime) -> Appeal:
    """To what is known, after practice; else to the last verdict. Raises what these do."""
    mine = Assignment.objects.get(pk=assignment_id, annotator=by)
    send = contest_gold if mine.apart == Apart.PRACTICE else contest_verdict
    return send(assignment_id=assignment_id, by=by, text=text, at=at)
