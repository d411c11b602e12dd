"""durable-rules without our fences, in a process of its own, because it may not survive."""

from __future__ import annotations

import os
import subprocess
import sys

__all__ = ["HUNG", "raw"]

HUNG = "hung"

_PRELUDE = """
import json, durable_rules_engine as engine
def load(rules):
    return engine.create_ruleset("raw", json.dumps({
        name: {"all": when if isinstance(when, list) else [{"m": when}], "pri": number + 1}
        for number, (name, when) in enumerate(rules.items())}, ensure_ascii=False))
def fire(handle, state):
    started = engine.start_action_for_state(handle, state)
    fired, message = [], started and started[1]
    while message:
        fired.append(next(iter(json.loads(message))))
        message = engine.complete_and_start_action(handle, state)
    return fired
def put(handle, **fact):
    text = json.dumps({"id": "1", "sid": "1", **fact}, ensure_ascii=False)
    return engine.assert_fact(handle, text)
def tell(handle, **fact):
    return fire(handle, put(handle, **fact)[1])
"""


def raw(code: str, *, seconds: float = 60, uninitialised: bool = False) -> tuple[int, str]:
    """Runs `code` after the prelude: its exit code (negative for a signal) and what it printed,
    or the last line of its traceback; (0, HUNG) where it was still running after `seconds`.

    `uninitialised` fills fresh memory with rubbish (glibc), as it is in a process of some age.
    """
    poison = {"MALLOC_PERTURB_": "165"} if uninitialised else {}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PRELUDE + code],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **poison},
        )
    except subprocess.TimeoutExpired:
        return 0, HUNG
    said = done.stdout if done.returncode == 0 else done.stderr
    return done.returncode, (said.strip().splitlines() or [""])[-1]
