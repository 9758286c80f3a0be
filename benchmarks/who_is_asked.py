"""What it is worth to ask those who should tell most, beside whoever comes.

    .venv/bin/python -m benchmarks.who_is_asked

A simulation with known truth, the one that `tests/routing/strategies/test_offering.py` holds.
"""

from __future__ import annotations

import json

from tests.routing.strategies.teams import ALIKE, APART, MIDDLING, Kind, accuracy

KINDS = {
    "good at two labels, poor at others": APART,
    "good at two labels, middling at others": MIDDLING,
    "the same, known from few answers": Kind(0.92, 0.6, met=5),
    "all alike": ALIKE,
}


def main() -> None:
    for name, kind in KINDS.items():
        for way in ("whoever", "informed", "own"):
            found = {slots: accuracy(kind, way, slots, teams=40) for slots in (1, 2, 3)}
            told = {slots: [round(value, 4) for value in one] for slots, one in found.items()}
            print(json.dumps({"people": name, "asked": way, "right": told}), flush=True)


if __name__ == "__main__":
    main()
