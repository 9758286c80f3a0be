"""Threads and the comments in them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Flag, Text
from apps.api.serializers.looks import OfTask
from apps.comments.actions.threads import LONGEST
from apps.comments.models import ThreadKind
from apps.projects.models import Seen


class CommentRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="comment.pk")
    author = serializers.SerializerMethodField(
        help_text="null where names are hidden from you, and the comment is another's."
    )
    author_name = serializers.CharField(source="name")
    role = serializers.CharField(source="comment.role")
    text = serializers.CharField(
        source="comment.text", allow_blank=True, help_text="Markdown; empty when it is deleted."
    )
    created_at = serializers.DateTimeField(source="comment.created_at")
    edited_at = serializers.DateTimeField(source="comment.edited_at", allow_null=True)
    deleted_at = serializers.DateTimeField(source="comment.deleted_at", allow_null=True)

    def get_author(self, shown: Any) -> int | None:
        return shown.comment.author_id if shown.is_named else None


class ThreadRow(OfTask):
    LOOKED_AT, LOOK = "thread.task_id", Seen.TASK

    id = serializers.IntegerField(source="thread.pk")
    kind = serializers.ChoiceField(ThreadKind.choices, source="thread.kind")
    task = serializers.IntegerField(source="thread.task_id", allow_null=True)
    question = serializers.CharField(source="thread.question_name", allow_blank=True)
    object_id = serializers.CharField(source="thread.object_id", allow_blank=True)
    quote = serializers.CharField(source="thread.quote", allow_blank=True)
    guideline_version = serializers.IntegerField(source="thread.guideline_version", allow_null=True)
    folded_in = serializers.IntegerField(source="thread.folded_in", allow_null=True)
    opened_at = serializers.DateTimeField(source="thread.opened_at")
    changed_at = serializers.DateTimeField(source="thread.changed_at")
    resolved_at = serializers.DateTimeField(source="thread.resolved_at", allow_null=True)
    comments = CommentRow(many=True)


class NewThread(Body):
    text = Text(max_length=LONGEST, help_text="Markdown. `@` and a whole name mentions a member.")
    question = Text(
        max_length=60, required=False, allow_blank=True, default="", help_text="A question's name."
    )
    object_id = Text(
        max_length=64,
        required=False,
        allow_blank=True,
        default="",
        help_text="The id of one mark in an answer to the question.",
    )
    quote = Text(max_length=300, required=False, allow_blank=True, default="")


class NewComment(Body):
    text = Text(max_length=LONGEST)


class ThreadChange(Body):
    is_resolved = Flag()


class Folding(Body):
    text = Text(
        max_length=100_000,
        required=False,
        help_text="The whole guideline with the answer in it; else the question and the last answer"
        " of a lead or reviewer are put in.",
    )
    under = Text(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text="The heading under which they are put; else a section of questions and answers.",
    )
    summary = Text(max_length=300, required=False, allow_blank=True, default="")
    must_confirm = Flag(default=False)
    base_version = serializers.IntegerField(min_value=0, required=False)


class ThreadQuery(Body):
    state = serializers.ChoiceField(["open", "resolved", "all"], default="all")
