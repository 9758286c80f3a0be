from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "apps.quality"

    def ready(self) -> None:
        # Models are ready only now.
        from apps.annotations.signals import BAR_CHANGED, TASK_CHANGED  # noqa: PLC0415
        from apps.consensus.signals import JUDGED_ANEW  # noqa: PLC0415
        from apps.core import outbox  # noqa: PLC0415
        from apps.quality.actions import (  # noqa: PLC0415
            CONSUMER,
            drain,
            worth,
        )
        from apps.quality.actions.reviewing import (  # noqa: PLC0415
            REVIEW_CONSUMER,
            STAGES_CHANGED,
            drain_reviews,
        )

        for event in (TASK_CHANGED, BAR_CHANGED):
            outbox.subscribe(event=event, consumer=CONSUMER, drain=drain)
        outbox.subscribe(event=STAGES_CHANGED, consumer=REVIEW_CONSUMER, drain=drain_reviews)
        outbox.subscribe(event=JUDGED_ANEW, consumer=worth.CONSUMER, drain=worth.doubt_anew)
