"""Which answers a stage of review takes: one file per rule, facts in and yes or no out.

>>> from apps.quality.selections import Candidate, selections
>>> rule = selections["sample"]
>>> config = rule.clean_config({"share": 0.1})
>>> rule.takes(Candidate(draw=0.09), config), rule.takes(Candidate(draw=0.1), config)
(True, False)
"""

from apps.core.registry import Registry
from apps.quality.selections.base import BadSelection, Candidate, Selection

selections = Registry("apps.quality.selections", Selection)

__all__ = ["BadSelection", "Candidate", "Selection", "selections"]
