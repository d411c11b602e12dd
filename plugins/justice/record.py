"""What the justice station writes down: first words, reports and what proves them."""

from __future__ import annotations

import hashlib
from datetime import timedelta, timezone

from referral_engine import Act, Contact, Evidence, Outcome, Referral, Report

from .pace import pick

_BEIJING = timezone(timedelta(hours=8))


def file_number(referral: Referral) -> str:
    """The mediation file's number, e.g. 人调〔2026〕0417号."""
    year = referral.received_at.astimezone(_BEIJING).year
    return f"人调〔{year}〕{pick(referral, 'file', 10_000):04}号"


def first_word(referral: Referral, said: str) -> list[Act]:
    """The first word to the reporter; who left no number reads it under the case's code."""
    if referral.role != "lead" and referral.reporter is None:
        return []
    if referral.reporter is None:
        return [Contact(f"反映人未留联系方式，已在案件进度中告知：{said}")]
    return [Contact(f"已电话联系反映人：{said}")]


def feedback(referral: Referral, text: str, outcome: Outcome, paper: str) -> Report:
    """A report with the paper it rests on, by its digest; the paper itself stays in the file."""
    text = f"{text}（卷宗 {file_number(referral)}）"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Report(text, outcome, (Evidence(paper, digest=digest, taken_at=referral.now),))
