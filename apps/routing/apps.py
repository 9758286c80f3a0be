from django.apps import AppConfig
from django.core.checks import register


class RoutingConfig(AppConfig):
    name = "apps.routing"

    def ready(self) -> None:
        # Once the models of all apps are there.
        from apps.routing.actions.embedding import check_models  # noqa: PLC0415

        register(check_models)
