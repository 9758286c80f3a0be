"""Which task next: one file per query strategy. Arrays in, an order out; no Django in here.

>>> import numpy as np
>>> from apps.routing.strategies import Pool, strategies
>>> pool = Pool(units=3, probabilities=np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3]]))
>>> strategies["margin"](pool, count=2)
array([1, 2])
"""

from apps.core.registry import Registry
from apps.routing.strategies.base import CannotRank, Pool, Strategy
from apps.routing.strategies.mixture import Mixture, Part

strategies = Registry("apps.routing.strategies", Strategy)

__all__ = ["CannotRank", "Mixture", "Part", "Pool", "Strategy", "strategies"]
