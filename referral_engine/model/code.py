"""Case codes: area + date + 8 random digits + check digit, e.g. 620922 20260930 12345678 4."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

__all__ = ["RANDOM_DIGITS", "check_digit", "is_code", "make_code"]

AREA_DIGITS = 6
RANDOM_DIGITS = 8
_LENGTH = AREA_DIGITS + 8 + RANDOM_DIGITS + 1


def make_code(area: str, day: date, number: int) -> str:
    """The code for `number` (0 to 10^8 - 1); an area that has no six digits counts as 000000."""
    head, product = _head(area, day)
    tail = f"{number:0{RANDOM_DIGITS}d}"
    return f"{head}{tail}{_check(_product(tail, product))}"


@lru_cache(maxsize=64)
def _head(area: str, day: date) -> tuple[str, int]:
    """What the codes of an area and a day begin with, and the product of it."""
    digits = area[:AREA_DIGITS]
    plain = len(digits) == AREA_DIGITS and digits.isascii() and digits.isdigit()
    head = f"{digits if plain else '0' * AREA_DIGITS}{day:%Y%m%d}"
    return head, _product(head, 10)


_AFTER = tuple(
    {digit: ((int(digit) + product) % 10 or 10) * 2 % 11 for digit in "0123456789"}
    for product in range(11)
)
"""What each digit makes of the product so far: laid out, for every new case asks for 22 of them."""


def check_digit(digits: str) -> str:
    """ISO/IEC 7064, MOD 11,10: finds every wrong digit and nearly every swap of neighbours."""
    return _check(_product(digits, 10))


def _product(digits: str, product: int) -> int:
    for digit in digits:
        product = _AFTER[product][digit]
    return product


def _check(product: int) -> str:
    return str((11 - product) % 10)


def is_code(text: str) -> bool:
    """Whether `text` has the form of a code and its check digit fits."""
    plain = len(text) == _LENGTH and text.isascii() and text.isdigit()
    return plain and check_digit(text[:-1]) == text[-1]
