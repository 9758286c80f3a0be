"""How sure a consensus is, in words: probabilities, limits, and why there are none."""

from __future__ import annotations

from apps.consensus.actions.reading import form_of
from apps.consensus.aggregators import aggregators
from apps.consensus.aggregators.plain import LEAST
from apps.consensus.models import Consensus
from apps.core.figures import coefficient, probability


def why_no_limits(row: Consensus) -> str:
    """Of a number without limits a sentence; empty where it has some, and where it is no number."""
    if row.low is not None or form_of(row.question) != "number":
        return ""
    return aggregators[row.aggregator].why_no_limits(len(row.saw))


def why_no_probability(row: Consensus) -> str:
    """Of an answer without a probability why it has none; empty where it has one."""
    if row.probability is not None:
        return ""
    if row.run_id is not None:
        return "Its method says nothing of how probable an answer is; compute it anew."
    return (
        "Its method has not learned yet how probable answers are. It does by itself, once"
        f" {LEAST} tasks have two answers or more."
    )


def _each_part(row: Consensus, parts: dict[str, dict[str, float]]) -> list[str]:
    """In the order of the question: the database keeps names in one of its own."""
    comparing = row.question.behaviour.comparing(row.question.config)
    names = [name for name in (comparing.respects if comparing else parts) if name in parts]
    return [f"{name} {coefficient(parts[name]['probability'], 2)}" for name in names]


def how_sure(row: Consensus) -> str:
    """In a few words; empty where its method says nothing of it."""
    told = []
    if row.low is not None and row.high is not None:
        told.append(f"between {row.low:,.4g} and {row.high:,.4g} (95 %)")
    elif reason := why_no_limits(row):
        told.append(f"no limits: {reason[0].lower()}{reason[1:].rstrip('.')}")
    if row.probability is not None:
        told.append(f"{probability(row.probability)} probable")
    if row.parts and len(row.parts) > 1:
        told.append(", ".join(_each_part(row, row.parts)))
    return "; ".join(told)
