"""Masking: enough to tell two people apart, not enough to find one."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match

from msgspec.structs import replace

from referral_engine.model.issue import Attachment, Issue, Location, Reporter

__all__ = ["mask_id_number", "mask_name", "mask_phone", "mask_text", "masked"]

_SEP = r"[\s.·_\-‐‑–—－]?"
"""What people put between the digits of a number."""


def _number(pattern: str) -> re.Pattern[str]:
    """`~` in the pattern stands for one more digit, ASCII or full-width, after any separator."""
    return re.compile(rf"(?<!\d){pattern.replace('~', f'(?:{_SEP}[0-9０-９])')}(?!\d)")


_ID_NUMBER = _number(rf"\d~{{16}}{_SEP}[0-9０-９xXｘＸ]")
_CARD = _number(r"[3-6３-６]~{15,18}")
_OLD_ID_NUMBER = _number(r"[1-8１-８]~{14}")
_MOBILE = _number(rf"(?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_SEP})?[1１]{_SEP}[3-9３-９]~{{9}}")
_AREA = rf"[0０]{_SEP}(?:[1１]{_SEP}[0０]|[2２]~|[3-9３-９]~~)"
_LANDLINE = _number(rf"[(（]?{_AREA}[)）]?{_SEP}[2-8２-８]~{{6,7}}")
_LOCAL = _number(rf"[2-8２-８]\d{{2,3}}{_SEP}\d{{4}}(?!\s?[元块万亿平亩米斤吨%])")
_DATE = re.compile(r"20\d{2}(?:20\d{2}|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))")
"""A day, or from one year to another."""
_BIRTHDAY = re.compile(r"\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_HIDDEN = "****"


def mask_name(name: str) -> str:
    """The family name stays: 张**."""
    return name[:1] + "**" if name else ""


def mask_phone(phone: str) -> str:
    """The last four digits stay, by which a person proves it is theirs."""
    digits = re.sub(r"\D", "", phone)
    return f"*******{digits[-4:]}" if len(digits) >= 7 else "*" * len(phone)


def mask_id_number(number: str) -> str:
    """Area and nothing else stays."""
    return f"{number[:6]}************" if len(number) >= 15 else "*" * len(number)


def mask_text(text: str) -> str:
    """Numbers by which a person can be found are hidden wherever they stand in free text.

    Identity cards (their area stays), bank cards, mobile phones (the last four digits stay) and
    landlines, however they are spaced and also in full width. A bare number of seven or eight
    digits counts as a phone unless it is a date or a quantity: to hide one too many does no harm.
    """
    for pattern, hide in _NUMBERS:
        text = pattern.sub(hide, text)
    return text


def masked(issue: Issue) -> Issue:
    """The issue for eyes that need the matter and not the person.

    What is known of the reporter is hidden in the text too, where people repeat it.
    """
    who, clean = issue.reporter, _cleaner(issue)
    reporter = Reporter(
        name=mask_name(who.name),
        phone=mask_phone(who.phone) if who.phone else "",
        id_number=mask_id_number(who.id_number) if who.id_number else "",
        anonymous=who.anonymous,
    )
    return replace(
        issue,
        id=clean(issue.id),
        title=clean(issue.title),
        text=clean(issue.text),
        reporter=reporter,
        location=None if issue.location is None else Location(address="***"),
        attachments=tuple(_attachment(each, clean) for each in issue.attachments),
        extra={k: clean(v) if isinstance(v, str) else v for k, v in issue.extra.items()},
    )


def _cleaner(issue: Issue) -> Callable[[str], str]:
    who = issue.reporter
    known = {who.name: mask_name(who.name), who.phone: _HIDDEN, who.id_number: _HIDDEN}
    if issue.location is not None:
        known[issue.location.address] = "***"
    # Longest first: a name that stands within an address must not leave the rest of it behind.
    words = sorted((word for word in known if len(word) > 1), key=len, reverse=True)

    def clean(text: str) -> str:
        for word in words:
            text = text.replace(word, known[word])
        return mask_text(text)

    return clean


def _attachment(each: Attachment, clean: Callable[[str], str]) -> Attachment:
    return replace(each, name=clean(each.name), location=None)


def _plain(found: Match[str]) -> str:
    return re.sub(r"\D", "", found[0])


def _area(found: Match[str]) -> str:
    return _plain(found)[:6] + "************"


def _born(found: Match[str]) -> str:
    """Fifteen digits are an old identity card where a birthday stands in them, else a grid."""
    return _area(found) if _BIRTHDAY.fullmatch(_plain(found)) else found[0]


def _tail(found: Match[str]) -> str:
    return _HIDDEN + _plain(found)[-4:]


def _local(found: Match[str]) -> str:
    return found[0] if _DATE.fullmatch(_plain(found)) else _HIDDEN


def _all(found: Match[str]) -> str:
    return _HIDDEN


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[Match[str]], str]], ...] = (
    (_ID_NUMBER, _area),
    (_CARD, _tail),
    (_OLD_ID_NUMBER, _born),
    (_MOBILE, _tail),
    (_LANDLINE, _all),
    (_LOCAL, _local),
)
