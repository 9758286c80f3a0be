from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "apps.exchange"

    def ready(self) -> None:
        """Commands run jobs in their own process, for which no worker has loaded them."""
        from apps.exchange import jobs  # noqa: F401, PLC0415  (models are ready now)
