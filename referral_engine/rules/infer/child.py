"""Run by `trial.py` as a script of its own: loads rulesets and lets each of them fire once.

Reads a JSON list of ruleset definitions from standard input; ends with 0 when all have passed.
Imports nothing of ours, so that it starts fast and a crash can only be the library's.
"""

from __future__ import annotations

import json
import sys

_CASE = '{"id":"c","sid":"1","kind":"case"}'


def load(definitions: list[str]) -> None:
    """Loads each definition, asserts an empty case, fires what it fires and retracts it."""
    import durable_rules_engine as engine

    for number, definition in enumerate(definitions):
        handle = engine.create_ruleset(f"trial{number}", definition)
        _handled, state = engine.assert_fact(handle, _CASE)
        started = engine.start_action_for_state(handle, state)
        while started is not None:
            started = engine.complete_and_start_action(handle, state)
        engine.retract_fact(handle, _CASE)


if __name__ == "__main__":
    load(json.load(sys.stdin))
