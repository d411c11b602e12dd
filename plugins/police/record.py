"""What the police write down: first words, numbers, reports and what proves them."""

from __future__ import annotations

import hashlib
from datetime import timedelta, timezone

from referral_engine import Act, Arrive, Contact, Evidence, Outcome, Referral, Report

from .pace import pick

_BEIJING = timezone(timedelta(hours=8))


def number(referral: Referral, kind: str) -> str:
    """The number of an entry in the police's register, e.g. J202609280900-0417."""
    at = referral.now.astimezone(_BEIJING)
    return f"{kind}{at:%Y%m%d%H%M}-{pick(referral, kind, 10_000):04}"


def first_word(referral: Referral, said: str) -> list[Act]:
    """The first word to the reporter; who left no number reads it under the case's code."""
    if referral.role != "lead" and referral.reporter is None:
        return []
    if referral.reporter is None:
        return [Contact(f"反映人未留联系方式，已在案件进度中告知：{said}")]
    return [Contact(f"已电话联系反映人：{said}")]


def on_the_spot(referral: Referral) -> Arrive:
    """Arrival with time and place, where the place is known."""
    at = referral.location
    if at is None or at.lat is None or at.lon is None:
        return Arrive()
    return Arrive((Evidence("position", taken_at=referral.now, lat=at.lat, lon=at.lon),))


def feedback(referral: Referral, text: str, outcome: Outcome = "solved") -> Report:
    """A report with the entry of the register that it is taken from."""
    entry = number(referral, "J")
    text = f"{text}（接处警登记 {entry}）"
    digest = hashlib.sha256(text.encode()).hexdigest()
    proof = Evidence("register_entry", digest=digest, taken_at=referral.now)
    return Report(text, outcome, (proof,))
