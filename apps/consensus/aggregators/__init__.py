"""One answer out of several: one file per method, numbers in, numbers out.

>>> from apps.consensus.aggregators import Answers, aggregators
>>> answers = Answers.of([1, 1, 1, 2, 2], ["x", "y", "z", "x", "y"], list("aabab"))
>>> verdicts = aggregators["majority_vote"](answers, form="label")
>>> [verdicts.winners_of(unit) for unit in (0, 1)]
[('a',), ('a', 'b')]
"""

from apps.consensus.aggregators.base import Aggregator, Answers, Form, FormError, Model, Verdicts
from apps.core.registry import Registry

aggregators = Registry("apps.consensus.aggregators", Aggregator)

__all__ = ["Aggregator", "Answers", "Form", "FormError", "Model", "Verdicts", "aggregators"]
