"""What the police write down: the register's numbers, reports and what proves them."""

from __future__ import annotations

from datetime import timedelta, timezone

from referral_engine import Arrive, Evidence, Outcome, Referral, Report, pick, proof

_BEIJING = timezone(timedelta(hours=8))


def number(referral: Referral, kind: str) -> str:
    """The number of an entry in the police's register, e.g. J202609280900-0417."""
    at = referral.now.astimezone(_BEIJING)
    return f"{kind}{at:%Y%m%d%H%M}-{pick(referral, kind, 10_000):04}"


def on_the_spot(referral: Referral) -> Arrive:
    """Arrival with time and place, where the place is known."""
    at = referral.location
    if at is None or at.lat is None or at.lon is None:
        return Arrive()
    return Arrive((Evidence("position", taken_at=referral.now, lat=at.lat, lon=at.lon),))


def feedback(referral: Referral, text: str, outcome: Outcome = "solved") -> Report:
    """A report with the entry of the register that it is taken from."""
    text = f"{text}（接处警登记 {number(referral, 'J')}）"
    return Report(text, outcome, (proof("register_entry", text, referral.now),))
