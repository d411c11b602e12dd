"""Masking: enough to tell two people apart, not enough to find one."""

from __future__ import annotations

import re

from msgspec.structs import replace

from referral_engine.model.issue import Issue, Location, Reporter

__all__ = ["mask_id_number", "mask_name", "mask_phone", "mask_text", "masked"]

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1\d{2})[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ](\d{3,4})(\d{4})(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")


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
    """Numbers by which a person can be found are hidden wherever they stand in free text."""
    text = _ID_NUMBER.sub(r"\1********\2", text)
    text = _PHONE.sub(r"\1****\3", text)
    return _LANDLINE.sub(r"\1-****\3", text)


def masked(issue: Issue) -> Issue:
    """The issue for eyes that need the matter and not the person."""
    who = issue.reporter
    reporter = Reporter(
        name=mask_name(who.name),
        phone=mask_phone(who.phone) if who.phone else "",
        id_number=mask_id_number(who.id_number) if who.id_number else "",
        anonymous=who.anonymous,
    )
    location = None if issue.location is None else Location(address="***")
    return replace(
        issue, title=mask_text(issue.title), text=mask_text(issue.text), reporter=reporter,
        location=location,
    )  # fmt: skip
