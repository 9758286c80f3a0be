"""Tasks, assignments and annotations."""

# Some fields have names that serializers use themselves; DRF keeps the two apart, mypy does not.

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.annotations.models import NoteKind
from apps.api.fields import Body, Flag, Key, Mapped, Number, Text, Whole
from apps.api.serializers.looks import OfTask
from apps.projects.models import Seen
from apps.tasks.models import QueueState

SORTS = ("id", "-id", "priority", "-priority")
MOST_SECONDS = 1e9
ASKS = '"question" asks the lead something.'


class TaskRow(OfTask):
    LOOKED_AT, LOOK = "pk", Seen.TASK

    id = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]
    meta = serializers.DictField()
    group = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(QueueState.choices, source="queue.state")
    priority = serializers.FloatField(source="queue.level")
    overlap = serializers.IntegerField(source="queue.overlap")
    handed = serializers.IntegerField(source="queue.handed")
    submitted = serializers.IntegerField(source="queue.submitted")
    disputed_at = serializers.DateTimeField(source="queue.disputed_at", allow_null=True)
    created_at = serializers.DateTimeField()


class DecisionRow(OfTask):
    id = serializers.IntegerField()
    task = serializers.IntegerField(source="task_id")
    outcome = serializers.CharField()
    answers = serializers.DictField()
    reason = serializers.CharField(allow_blank=True)
    is_example = serializers.BooleanField()
    decided_by = serializers.IntegerField(source="decided_by_id")
    decided_at = serializers.DateTimeField()


class TaskShown(TaskRow):
    requires = serializers.ListField(child=serializers.CharField(), source="queue.pool.requires")
    last_word = serializers.SerializerMethodField()

    @extend_schema_field(DecisionRow(allow_null=True))
    def get_last_word(self, task: Any) -> Any:
        """The newest entry about a decision, which the next one must follow."""
        word = task.adjudications.filter(successor__isnull=True).first()
        return DecisionRow(word).data if word else None


class TaskQuery(Body):
    state = serializers.ChoiceField(QueueState.choices, required=False)
    external_id = serializers.CharField(max_length=255, required=False)
    group = serializers.CharField(max_length=255, required=False)
    search = serializers.CharField(
        max_length=200, required=False, help_text="An id, or text in the declared fields."
    )
    left_to_chance = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="true: the hold-out alone, on which models are judged; false: all others.",
    )
    sort = serializers.ChoiceField(SORTS, default="id")


class TaskChange(Body):
    priority = Number(min_value=-1e9, max_value=1e9, required=False)
    overlap = Whole(min_value=1, max_value=100, required=False)
    state = serializers.ChoiceField(
        ["open", "withdrawn"], required=False, help_text="Withdraw the task, or put it back."
    )


class AskedRow(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField(allow_blank=True)
    config = serializers.DictField()
    is_required = serializers.BooleanField()
    ask_if = serializers.DictField(
        allow_null=True, help_text="Asked only then: `{question: name, is: [values]}`."
    )
    default = serializers.JSONField(help_text="The answer with which the form begins, or null.")


class TaskInHand(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    data = serializers.DictField(help_text="The declared fields.")  # type: ignore[assignment]


class SuggestionRow(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    answers = serializers.DictField()
    score = serializers.FloatField(allow_null=True)


class NextShown(serializers.Serializer[Any]):
    """With `status` "task" all but `message`; else only `status` and `message`."""

    status = serializers.ChoiceField(["task", "done", "busy", "yours_done"])
    message = serializers.CharField(required=False)
    id = serializers.IntegerField(required=False)
    task = TaskInHand(required=False)
    questions = AskedRow(many=True, required=False)
    question_version = serializers.IntegerField(required=False)
    suggestions = SuggestionRow(many=True, required=False)
    draft = serializers.DictField(required=False, allow_null=True)
    lease_until = serializers.DateTimeField(required=False)
    is_ahead = serializers.BooleanField(required=False)
    is_practice = serializers.BooleanField(
        required=False,
        help_text="The known answer comes back when you submit; it counts for nothing.",
    )
    is_calibration = serializers.BooleanField(
        required=False,
        help_text="Everybody answers it, each alone; then all discuss it.",
    )


class NextAsked(Body):
    after = Key(required=False, allow_null=True, help_text="The assignment that is in hand.")


class Answer(Body):
    id = serializers.UUIDField(help_text="Made by you for each answer; a repeat changes nothing.")
    answers = Mapped(help_text="`{question name: value}`")
    seconds = Number(min_value=0, max_value=MOST_SECONDS, required=False, allow_null=True)
    note = Text(max_length=10_000, required=False, allow_blank=True)
    note_kind = serializers.ChoiceField(NoteKind.choices, required=False, help_text=ASKS)
    confidence = Number(min_value=0, max_value=1, required=False, allow_null=True)
    question_version = Whole(required=False, allow_null=True)
    is_independent = Flag(
        default=True, help_text="false when another's answer or feedback was seen before."
    )

    suggestions = Mapped(
        required=False,
        allow_null=True,
        help_text="By question the source with whose suggestion the answer began; one that is left"
        " out was ignored. Whether it was changed is seen from the answer.",
    )


class Submission(Answer):
    next = Flag(default=False, help_text="Ask for the next task in the same call.")


class KnownShown(serializers.Serializer[Any]):
    answers = serializers.DictField()
    scores = serializers.DictField(help_text="By question, 1 less the distance to your answer.")
    explanation = serializers.CharField(allow_blank=True)


class Taken(serializers.Serializer[Any]):
    annotation = serializers.IntegerField()
    revision = serializers.IntegerField()
    is_surplus = serializers.BooleanField()
    is_replay = serializers.BooleanField()
    known = KnownShown(required=False, help_text="After practice: what is known of the task.")
    next = NextShown(required=False)


class Skip(Body):
    reason = Text(max_length=300, required=False, allow_blank=True, default="")


class DraftBody(Body):
    answers = Mapped()
    note = Text(max_length=10_000, required=False, allow_blank=True, default="")
    note_kind = serializers.ChoiceField(NoteKind.choices, default="note", help_text=ASKS)
    question_version = Whole(required=False, allow_null=True)


class Nothing(Body):
    pass


class AssignmentShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    lease_until = serializers.DateTimeField(allow_null=True)


class AnnotationRow(OfTask):
    id = serializers.IntegerField()
    key = serializers.UUIDField()
    task = serializers.IntegerField(source="task_id")
    assignment = serializers.IntegerField(source="assignment_id")
    annotator = serializers.IntegerField(
        source="annotator_id", allow_null=True, help_text="null where names are hidden from you."
    )
    revision = serializers.IntegerField()
    predecessor = serializers.IntegerField(source="predecessor_id", allow_null=True)
    question_version = serializers.IntegerField()
    answers = serializers.DictField()
    note = serializers.CharField(allow_blank=True)
    note_kind = serializers.ChoiceField(NoteKind.choices)
    seconds = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    is_independent = serializers.BooleanField()
    is_surplus = serializers.BooleanField()
    suggestions = serializers.DictField(
        allow_null=True,
        help_text="By question with a suggestion `{source, use}`: accepted, changed or ignored.",
    )
    submitted_at = serializers.DateTimeField()
    erased_at = serializers.DateTimeField(allow_null=True)


class AnnotationShown(AnnotationRow):
    revisions = AnnotationRow(many=True)


class AnnotationQuery(Body):
    task = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    annotator = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    question_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    note_kind = serializers.ChoiceField(NoteKind.choices, required=False, help_text=ASKS)
    submitted_after = serializers.DateTimeField(required=False)
    revisions = serializers.ChoiceField(["newest", "all"], default="newest")
