"""Projects, their people, questions and guideline."""

# Some fields have names that serializers use themselves; DRF keeps the two apart, mypy does not.

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Flag, Key, Mapped, Number, Rows, Text, Whole
from apps.projects.models import Layout, ProjectState, Role, SkipPolicy


class Me(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    is_admin = serializers.BooleanField()


class ProjectRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    state = serializers.ChoiceField(ProjectState.choices)
    role = serializers.ChoiceField(Role.choices, allow_null=True)
    fields_ = serializers.ListField(child=serializers.DictField())
    layout = serializers.CharField()
    overlap = serializers.IntegerField()
    overlap_share = serializers.FloatField()
    is_blind = serializers.BooleanField()
    skip_policy = serializers.ChoiceField(SkipPolicy.choices)
    is_first_key_sent = serializers.BooleanField()
    is_suggestion_shown = serializers.BooleanField()
    suggestion_hidden_share = serializers.FloatField()
    lease_minutes = serializers.IntegerField()
    slices = serializers.ListField(child=serializers.DictField())
    question_version = serializers.IntegerField()
    guideline_version = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        # `fields` is a name of the serializer itself.
        found = super().get_fields()
        return {name.rstrip("_"): field for name, field in found.items()}


class Settings(Body):
    name = Text(max_length=120, required=False)
    description = Text(max_length=5000, required=False, allow_blank=True)
    overlap = Whole(min_value=1, max_value=100, required=False)
    overlap_share = Number(min_value=0, max_value=1, required=False)
    is_blind = Flag(required=False)
    skip_policy = serializers.ChoiceField(SkipPolicy.choices, required=False)
    is_first_key_sent = Flag(required=False)
    is_suggestion_shown = Flag(
        required=False, help_text="Whether annotators are given what models and rules suggest."
    )
    suggestion_hidden_share = Number(
        min_value=0,
        max_value=1,
        required=False,
        help_text="The share of the tasks, drawn by lot, that are answered without suggestions.",
    )
    lease_minutes = Whole(min_value=1, max_value=1440, required=False)
    layout = serializers.ChoiceField(Layout.choices, required=False)
    slices = Rows(required=False, help_text='`[{"name": "language", "path": "meta.language"}]`')
    answer_cost = Number(min_value=0, required=False, allow_null=True)
    currency = Text(max_length=3, required=False)
    fields_ = Rows(
        required=False,
        help_text='What a task shows, in order: `[{"name": "text", "display": "text"}]`.',
    )

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        return {name.rstrip("_"): field for name, field in found.items()}


class NewProject(Settings):
    name = Text(max_length=120)
    questions = Rows(help_text="What is asked: `[{name, kind, title, config}]`.")
    guideline = Text(max_length=100_000, required=False, allow_blank=True)


class ProjectChange(Settings):
    state = serializers.ChoiceField(ProjectState.choices, required=False)


class MemberRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    user = serializers.IntegerField(source="user_id", allow_null=True)
    email = serializers.SerializerMethodField()
    name = serializers.CharField(source="display_name")
    role = serializers.ChoiceField(Role.choices)
    is_active = serializers.BooleanField()
    is_external = serializers.SerializerMethodField()
    languages = serializers.ListField(child=serializers.CharField())
    skills = serializers.ListField(child=serializers.CharField())
    groups = serializers.ListField(child=serializers.CharField())
    daily_quota = serializers.IntegerField(allow_null=True)
    total_quota = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_email(self, member: Any) -> str:
        return member.user.email if member.user_id else ""

    def get_is_external(self, member: Any) -> bool:
        return member.user_id is None


class NewMember(Body):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(Role.choices)


class MemberChange(Body):
    role = serializers.ChoiceField(Role.choices, required=False)
    is_active = Flag(required=False)
    languages = Rows(required=False)
    skills = Rows(required=False)
    groups = Rows(required=False)
    daily_quota = Whole(required=False, allow_null=True)
    total_quota = Whole(required=False, allow_null=True)


class MemberAdded(serializers.Serializer[Any]):
    member = MemberRow(allow_null=True)
    invitation_url = serializers.URLField(
        allow_null=True, help_text="For who has no account yet. It is shown once."
    )


class MemberQuery(Body):
    role = serializers.ChoiceField(Role.choices, required=False)
    is_external = serializers.BooleanField(required=False, allow_null=True, default=None)


class QuestionRow(serializers.Serializer[Any]):
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
    goal = serializers.FloatField(allow_null=True)
    conflict_over = serializers.FloatField()


class QuestionsShown(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    questions = QuestionRow(many=True)


class QuestionsChange(Body):
    questions = Rows()
    base_version = Whole(required=False, help_text="Refuse if another version stands by now.")


class GuidelineShown(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="number")
    text = serializers.CharField(allow_blank=True)
    summary = serializers.CharField(allow_blank=True)
    must_confirm = serializers.BooleanField()
    created_at = serializers.DateTimeField(allow_null=True)


class GuidelineChange(Body):
    text = Text(max_length=100_000, allow_blank=True, trim_whitespace=False)
    summary = Text(max_length=300, required=False, allow_blank=True)
    must_confirm = Flag(required=False)
    base_version = Whole(required=False)


class GoldRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    task = serializers.IntegerField(source="task_id")
    answers = serializers.DictField()
    source = serializers.CharField()  # type: ignore[assignment]
    explanation = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class NewGold(Body):
    task = Key()
    answers = Mapped()
    source = Text(max_length=200, required=False)  # type: ignore[assignment]
    explanation = Text(
        max_length=10_000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why it is so; shown after practice.",
    )
