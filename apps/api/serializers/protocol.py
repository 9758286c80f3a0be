"""The protocol of a regulated project, its amendments and what was signed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.accounts.actions import LONGEST_PASSWORD
from apps.api.fields import AnyJson, Body, Flag, Key, Rows, Text
from apps.projects.actions.protocols import LONGEST_REASON
from apps.projects.models import ProtocolState, Signed
from apps.projects.models.protocols import LONGEST_MEANING


class ProtocolChange(Body):
    is_on = Flag(required=False)
    meanings = Rows(
        child=Text(max_length=LONGEST_MEANING),
        required=False,
        help_text="What a signature can mean: all of them.",
    )


class ProtocolShown(serializers.Serializer[Any]):
    state = serializers.ChoiceField([one.value for one in ProtocolState])
    locked_at = serializers.DateTimeField(allow_null=True)
    meanings = serializers.ListField(child=serializers.CharField())


class Password(Text):
    """Given once more, since it signs. A token alone signs nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **options
        )


class NewAmendment(Body):
    reason = Text(max_length=LONGEST_REASON)
    meaning = Text(max_length=LONGEST_MEANING, help_text="One of the protocol's.")
    password = Password(help_text="Yours. A token alone signs nothing.")


class SignatureRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    subject = serializers.IntegerField(
        help_text="The annotation, decision, verdict or amendment, by its id."
    )
    meaning = serializers.CharField()
    name = serializers.CharField(help_text="As it was when it was signed.")
    email = serializers.CharField()
    signed_at = serializers.DateTimeField()
    digest = serializers.CharField(help_text="SHA-256 of what was signed.")
    fits = serializers.BooleanField(help_text="Whether what was signed is the same still.")


class SignedSubject(Body):
    kind = serializers.ChoiceField(
        [Signed.READING.value, Signed.DECISION.value, Signed.VERDICT.value]
    )
    id = Key()
    digest = Text(max_length=64, help_text="As it came from `signatures/waiting/`.")


class NewSignatures(Body):
    subjects = SignedSubject(many=True)
    meaning = Text(max_length=LONGEST_MEANING, help_text="One of the protocol's.")
    password = Password(help_text="Yours. A token alone signs nothing.")


class SignaturesMade(serializers.Serializer[Any]):
    signatures = SignatureRow(many=True)


class SubjectShown(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.IntegerField()
    digest = serializers.CharField()
    content = AnyJson(help_text="What is signed.")


class WaitingShown(serializers.Serializer[Any]):
    waiting = SubjectShown(many=True, help_text="The oldest, 200 of each kind at most.")


class AmendmentChange(serializers.Serializer[Any]):
    event = serializers.IntegerField(help_text="In the audit log.")
    at = serializers.DateTimeField()
    by = serializers.CharField()
    action = serializers.CharField()
    subject = serializers.CharField()
    detail = AnyJson()


class AmendmentRow(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    reason = serializers.CharField()
    opened_by = serializers.CharField()
    opened_at = serializers.DateTimeField()
    closed_by = serializers.CharField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    signatures = SignatureRow(many=True)
    changes = AmendmentChange(many=True)
