"""How a project's queue is put in order, what models learned, and which tasks come first."""

from apps.routing.models.drifts import DriftRun
from apps.routing.models.endpoints import Endpoint
from apps.routing.models.maps import Chart, Raise, Why
from apps.routing.models.plans import Plan, When
from apps.routing.models.ranks import Rank, Ranking
from apps.routing.models.replays import Replay
from apps.routing.models.runs import ModelRun
from apps.routing.models.studies import SuggestionStudy

__all__ = [
    "Chart",
    "DriftRun",
    "Endpoint",
    "ModelRun",
    "Plan",
    "Raise",
    "Rank",
    "Ranking",
    "Replay",
    "SuggestionStudy",
    "When",
    "Why",
]
