from django.apps import AppConfig


class AgreementConfig(AppConfig):
    name = "apps.agreement"

    def ready(self) -> None:
        from apps.agreement.actions.drain import MEMBERS, drain  # noqa: PLC0415  (models are ready only now)
        from apps.agreement.actions.fold import CONSUMER  # noqa: PLC0415
        from apps.annotations.signals import TASK_CHANGED  # noqa: PLC0415
        from apps.core.outbox import subscribe  # noqa: PLC0415
        from apps.projects.signals import MEMBER_CHANGED  # noqa: PLC0415

        subscribe(event=TASK_CHANGED, consumer=CONSUMER, drain=drain)
        subscribe(event=MEMBER_CHANGED, consumer=MEMBERS, drain=drain)
