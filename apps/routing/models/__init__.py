"""How a project's queue is put in order, what models learned, and which tasks come first."""

from apps.routing.models.endpoints import Endpoint
from apps.routing.models.plans import Plan, When
from apps.routing.models.ranks import Rank, Ranking
from apps.routing.models.runs import ModelRun
from apps.routing.models.studies import SuggestionStudy

__all__ = ["Endpoint", "ModelRun", "Plan", "Rank", "Ranking", "SuggestionStudy", "When"]
