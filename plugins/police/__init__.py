"""公安: crime, public order, traffic, danger to life. README.md says what is taken and declined."""

from __future__ import annotations

from referral_engine import Department, hookimpl

# Of the handlers that cover a case the first serves it, so this order is the order of precedence:
# what is investigated already stays with its officers, danger before everything else, then what is
# no police matter, then the kinds of police work.
from . import investigation, emergency, elsewhere, crowd, order, traffic, household  # noqa: F401  # isort: skip
from .department import police, traffic_police


@hookimpl
def referral_departments() -> list[Department]:
    return [police, traffic_police]
