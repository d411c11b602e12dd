"""Case codes: area + date + 8 random digits + check digit, e.g. 620922 20260930 12345678 4."""

from __future__ import annotations

from datetime import date

__all__ = ["RANDOM_DIGITS", "check_digit", "is_code", "make_code"]

AREA_DIGITS = 6
RANDOM_DIGITS = 8
_LENGTH = AREA_DIGITS + 8 + RANDOM_DIGITS + 1


def make_code(area: str, day: date, number: int) -> str:
    """The code for `number` (0 to 10^8 - 1); an area that has no six digits counts as 000000."""
    digits = area[:AREA_DIGITS]
    head = digits if len(digits) == AREA_DIGITS and digits.isascii() and digits.isdigit() else ""
    body = f"{head or '0' * AREA_DIGITS}{day:%Y%m%d}{number:0{RANDOM_DIGITS}d}"
    return body + check_digit(body)


_AFTER = tuple(
    {digit: ((int(digit) + product) % 10 or 10) * 2 % 11 for digit in "0123456789"}
    for product in range(11)
)
"""What each digit makes of the product so far: laid out, for every new case asks for 22 of them."""


def check_digit(digits: str) -> str:
    """ISO/IEC 7064, MOD 11,10: finds every wrong digit and nearly every swap of neighbours."""
    product = 10
    for digit in digits:
        product = _AFTER[product][digit]
    return str((11 - product) % 10)


def is_code(text: str) -> bool:
    """Whether `text` has the form of a code and its check digit fits."""
    plain = len(text) == _LENGTH and text.isascii() and text.isdigit()
    return plain and check_digit(text[:-1]) == text[-1]
