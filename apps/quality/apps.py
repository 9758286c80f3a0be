from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "apps.quality"

    def ready(self) -> None:
        from apps.annotations.signals import TASK_CHANGED  # noqa: PLC0415  (models are ready now)
        from apps.core import outbox  # noqa: PLC0415
        from apps.quality.actions import CONSUMER, drain  # noqa: PLC0415

        outbox.subscribe(event=TASK_CHANGED, consumer=CONSUMER, drain=drain)
