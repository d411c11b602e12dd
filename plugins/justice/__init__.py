"""司法: mediation, legal aid and advice. README.md says what is taken and declined."""

from __future__ import annotations

from referral_engine import Department, hookimpl

# Of the handlers that cover a case the first serves it: what must not be mediated comes first.
from . import elsewhere, advice, mediation, support  # noqa: F401  # isort: skip
from .department import justice, legal_aid


@hookimpl
def referral_departments() -> list[Department]:
    return [justice, legal_aid]
