"""Everything that changes questions, annotations and drafts.

Import from the module that says what it is about: `submit`, `drafts`, `questions`. What they
share with the pages and the API is named here.
"""

from apps.annotations.actions.answers import BadAnswers, Shown, clean_answers
from apps.annotations.actions.drafts import save_draft
from apps.annotations.actions.submit import (
    KeyReused,
    NotHead,
    Submitted,
    revise_annotation,
    submit_annotation,
)
from apps.tasks.actions import (
    AlreadySubmitted,
    IllegalMove,
    expire_leases,
    release_assignment,
    skip_assignment,
)

__all__ = [
    "AlreadySubmitted",
    "BadAnswers",
    "IllegalMove",
    "KeyReused",
    "NotHead",
    "Shown",
    "Submitted",
    "clean_answers",
    "expire_leases",
    "release_assignment",
    "revise_annotation",
    "save_draft",
    "skip_assignment",
    "submit_annotation",
]
