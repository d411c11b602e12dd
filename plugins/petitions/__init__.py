"""信访: register, pass on, supervise. README.md says what is taken and declined."""

from __future__ import annotations

from referral_engine import Department, hookimpl

# Of the handlers that cover a case the first serves it: what was decided already is not decided
# anew, then what must be passed on.
from . import instance, elsewhere, reception, registration, supervision  # noqa: F401  # isort: skip
from .department import petitions


@hookimpl
def referral_departments() -> list[Department]:
    return [petitions]
