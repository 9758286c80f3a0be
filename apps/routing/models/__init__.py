"""How a project's queue is put in order, what models learned, and which tasks come first."""

from apps.routing.models.drifts import DriftRun
from apps.routing.models.endpoints import Endpoint
from apps.routing.models.feed import ChosenBy, FeedPlan, FeedRule, Outcome, Prediction, RuleKind
from apps.routing.models.in_use import FeedCount, FeedLook
from apps.routing.models.maps import Chart, Raise, Why
from apps.routing.models.plans import Plan, Weighing, When
from apps.routing.models.pseudo import PseudoLabel
from apps.routing.models.ranks import Rank, Ranking
from apps.routing.models.replays import Replay
from apps.routing.models.runs import ModelRun
from apps.routing.models.searches import SettingsSearch
from apps.routing.models.stops import StopSet
from apps.routing.models.studies import SuggestionStudy

__all__ = [
    "Chart",
    "ChosenBy",
    "DriftRun",
    "Endpoint",
    "FeedCount",
    "FeedLook",
    "FeedPlan",
    "FeedRule",
    "ModelRun",
    "Outcome",
    "Plan",
    "Prediction",
    "PseudoLabel",
    "Raise",
    "Rank",
    "Ranking",
    "Replay",
    "RuleKind",
    "SettingsSearch",
    "StopSet",
    "SuggestionStudy",
    "Weighing",
    "When",
    "Why",
]
