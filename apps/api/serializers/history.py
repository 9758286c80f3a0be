"""What happened to a task."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class EventRow(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.CharField(
        help_text="imported, lent, answered, revised, skipped, given_back, expired, reviewed,"
        " contested, appeal_decided, conflict, adjudicated, consensus, gold, commented,"
        " consensus_changed, calibration, calibration_opened, withdrawn, restored or guideline."
    )
    words = serializers.CharField()
    who = serializers.CharField(
        allow_blank=True, help_text="Empty where nobody is named; no name where it is hidden."
    )
    note = serializers.CharField(allow_blank=True)


class HistoryShown(serializers.Serializer[Any]):
    events = EventRow(many=True, help_text="At most the newest 500.")
