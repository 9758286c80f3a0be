from django.apps import AppConfig


class ConsensusConfig(AppConfig):
    name = "apps.consensus"
