"""Agreement, conflicts; imports, exports and jobs."""

# Some fields have names that serializers use themselves; DRF keeps the two apart, mypy does not.

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import AnyJson, Body, Flag, Key, Mapped, Rows, Text, Whole
from apps.core.models import JobState
from apps.exchange.models import Mode
from apps.quality.models import ConflictOrder, ConflictState, Outcome
from apps.tasks.models import QueueState

PARTS = ("labels", "pairs", "slices", "distribution", "by_name")
# What is found out in the background, and by which name it is kept.
STUDIED = {
    "objects": "objects",
    "distances": "distances",
    "people": "people",
    "merges": "labels",
    "influence": "tasks",
    "causes": "causes",
    "needed": "plan",
}
ALL_PARTS = (*PARTS, "trust", *STUDIED)
# Of a time that is past: what needs neither names nor the ledger's sums.
PAST_PARTS = ("labels", "distribution", "trust")


class AgreementQuery(Body):
    question = serializers.CharField(max_length=60, required=False)
    slice = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    include = serializers.CharField(
        max_length=200, required=False, help_text=f"Any of {', '.join(ALL_PARTS)}, with commas."
    )
    as_of = serializers.DateTimeField(
        required=False,
        help_text="As the answers stood then; with it, only"
        f" {', '.join(PAST_PARTS)} can be included.",
    )
    width = serializers.FloatField(
        min_value=0.001,
        max_value=1,
        required=False,
        help_text="For `needed`: of the interval; .05.",
    )
    difference = serializers.FloatField(
        min_value=0.001,
        max_value=1,
        required=False,
        help_text="For `needed`, in the place of `width`: to be shown between two halves of the tasks.",
    )


class CompareQuery(Body):
    """Either another project, or the two periods: after one moment, up to and with another."""

    question = serializers.CharField(max_length=60)
    project = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="Another project that you may look at, with a question of the same name and kind.",
    )
    first_after = serializers.DateTimeField(required=False)
    first_until = serializers.DateTimeField(required=False)
    second_after = serializers.DateTimeField(required=False)
    second_until = serializers.DateTimeField(required=False)


class FigureRow(serializers.Serializer[Any]):
    measure = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    level = serializers.CharField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    units = serializers.IntegerField(allow_null=True)
    raters = serializers.IntegerField(allow_null=True)
    undefined_reason = serializers.DictField(allow_null=True)
    interval_reason = serializers.DictField(allow_null=True)


class NamedFigureRow(FigureRow):
    """Of a measure that needs annotators by name: computed when a lead asks, kept with its date."""

    lower = FigureRow(required=False, help_text="Bland-Altman's lower limit of agreement.")
    upper = FigureRow(required=False, help_text="Bland-Altman's upper limit of agreement.")
    answers = serializers.IntegerField()
    is_current = serializers.BooleanField(help_text="Whether it shows the answers as they stand.")
    computed_at = serializers.DateTimeField()


class StudyRow(serializers.Serializer[Any]):
    """What is found out in the background: null before it was for the first time."""

    made_at = serializers.DateTimeField()
    is_current = serializers.BooleanField(help_text="Whether it shows the answers as they stand.")
    found = serializers.DictField()


class DifferenceShown(serializers.Serializer[Any]):
    """The first figure less the second."""

    first = FigureRow()
    second = FigureRow()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p = serializers.FloatField(
        allow_null=True, help_text="How often chance alone would give one so large."
    )
    method = serializers.CharField(allow_null=True)
    undefined_reason = serializers.DictField(allow_null=True)
    interval_reason = serializers.DictField(allow_null=True)


class QuestionAgreement(serializers.Serializer[Any]):
    question = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    goal = serializers.FloatField(allow_null=True)
    level = serializers.CharField()
    measures = FigureRow(many=True)
    verified = serializers.DictField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)
    made_at = serializers.DateTimeField()
    labels = serializers.ListField(required=False)
    pairs = serializers.ListField(required=False)
    slices = serializers.DictField(required=False)
    distribution = serializers.ListField(required=False)
    trust = serializers.DictField(
        required=False,
        allow_null=True,
        help_text="How likely the true value lies in each range of the published scales.",
    )
    headline = serializers.CharField(
        help_text="The measure that the goal is held against: the first of `measures`, or, where"
        " shapes are drawn, `instance_alpha` among `objects`."
    )
    objects = StudyRow(
        required=False,
        allow_null=True,
        help_text="What was marked: found and named alike, placed how well; by label, slice and"
        " annotator. `found` is empty where answers are no lists of objects.",
    )
    people = StudyRow(
        required=False, allow_null=True, help_text="Each against the others, pairs, drift."
    )
    merges = StudyRow(required=False, allow_null=True, help_text="Alpha with two labels as one.")
    influence = StudyRow(
        required=False,
        allow_null=True,
        help_text="The tasks that pull it down; slices that differ.",
    )
    causes = StudyRow(
        required=False, allow_null=True, help_text="Why answers differ, with probabilities."
    )
    needed = StudyRow(required=False, allow_null=True, help_text="How many more tasks and answers.")
    by_name = NamedFigureRow(many=True, required=False)


class AgreementShown(serializers.Serializer[Any]):
    progress = serializers.DictField()
    questions = QuestionAgreement(many=True)


class ConflictRow(serializers.Serializer[Any]):
    task = serializers.IntegerField(source="task_id")
    state = serializers.ChoiceField(ConflictState.choices)
    questions = serializers.DictField(child=serializers.FloatField())
    widest = serializers.FloatField()
    spread = serializers.FloatField()
    worth = serializers.FloatField(
        help_text="What a decision is worth: `doubt` times what it tells about those that are alike."
    )
    doubt = serializers.FloatField(
        help_text="How many of the disputed answers are wrong as they stand, as far as is known."
    )
    alike = serializers.IntegerField(
        help_text="How many conflicts about the same values waited when `worth` was told."
    )
    asked_by = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Findings because of which a lead asks; the distance may then be 0.",
    )
    opened_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class ConflictQuery(Body):
    state = serializers.ChoiceField(ConflictState.choices, default="open")
    question = serializers.CharField(max_length=60, required=False)
    order = serializers.ChoiceField(ConflictOrder.choices, default="value")


class Decision(Body):
    outcome = serializers.ChoiceField(Outcome.choices, default="decided")
    answers = Mapped(default=dict)
    sources = serializers.DictField(
        child=serializers.UUIDField(allow_null=True),
        default=dict,
        help_text="The key of the annotation that each answer was taken from; null where you wrote it.",
    )
    reason = Text(max_length=5_000, allow_blank=True, default="")
    is_example = Flag(default=False)
    is_gold = Flag(default=False, help_text="The decided answers are known from then on.")
    follows = Key(
        allow_null=True, default=None, help_text="`last_word.id` of the task as you saw it."
    )
    extra = Whole(min_value=1, max_value=3, default=1, help_text="With `sent_back`: more answers.")


class JobShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    message = serializers.CharField(allow_blank=True)
    result = AnyJson()
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ProblemRow(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    line = serializers.IntegerField(allow_null=True)
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ImportRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    state = serializers.CharField(help_text="The job's: queued, running, done, failed, cancelled.")
    outcome = serializers.CharField(
        allow_blank=True, help_text="published, refused or nothing yet."
    )
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    format = serializers.CharField()
    mapping = serializers.DictField()
    mode = serializers.ChoiceField(Mode.choices)
    do_answers_fill_slots = serializers.BooleanField()
    counts = serializers.DictField()
    job = JobShown(allow_null=True)
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class ImportShown(ImportRow):
    errors = ProblemRow(many=True, help_text="The first bad rows.")  # type: ignore[assignment]


class ImportSettings(Body):
    format = Text(max_length=20, required=False, help_text="jsonl, json or csv; found if left out.")
    mode = serializers.ChoiceField(Mode.choices, required=False)
    mapping = Mapped(required=False, help_text="Which column feeds what; guessed if left out.")
    do_answers_fill_slots = Flag(required=False)


class NewImport(ImportSettings):
    rows = Rows(help_text="Task rows.")


class NewImportFile(Body):
    """A form. `mapping` is JSON text here."""

    file = serializers.FileField(allow_empty_file=True)
    format = serializers.CharField(max_length=20, required=False)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    mapping = serializers.CharField(required=False, max_length=100_000)
    do_answers_fill_slots = serializers.BooleanField(required=False, default=False)


class ExportRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    state = serializers.CharField(help_text="The job's: queued, running, done, failed, cancelled.")
    format = serializers.CharField()
    filters = serializers.DictField()
    manifest = serializers.DictField(allow_null=True)
    job = JobShown(allow_null=True)
    created_at = serializers.DateTimeField()


class NewExport(Body):
    format = Text(max_length=20)
    states = serializers.ListField(
        child=serializers.ChoiceField(QueueState.choices),
        required=False,
        help_text="Only tasks in these states.",
    )
    pseudonyms = Flag(required=False, help_text="Numbers in place of names.")
