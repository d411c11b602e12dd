"""市监: complaints (投诉) are mediated, tip-offs (举报) enforced; one message may be both."""

from __future__ import annotations

from referral_engine import Department, hookimpl

# Of the handlers that cover a case the first serves it: danger, then the grounds of Art. 15, then
# what a person must see, then the two procedures.
from . import incident, refusal, both, tip_off, complaint, support  # noqa: F401  # isort: skip
from .department import market_supervision


@hookimpl
def referral_departments() -> list[Department]:
    return [market_supervision]
