"""Invented names of villages and people; any likeness to real ones is chance."""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.trial.county.lots import Lots

__all__ = ["MOST_VILLAGES", "person_name", "village_names"]

_FIRST = "东西南北上下前后大小新老高平长双清白青红"
_SECOND = "庄营湾沟坪岭塘桥店集泉台"
MOST_VILLAGES = 199
"""In a township: it has the codes 001 to 199 for communities, and more names than that."""

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志文海晓红秀丽雪峰立新永学彩云"


def village_names(lots: Lots) -> Iterator[str]:
    """Names that differ within a township, at least MOST_VILLAGES of them."""
    yield from lots.shuffled([first + second for first in _FIRST for second in _SECOND])


def person_name(lots: Lots) -> str:
    """A surname and one or two further signs."""
    given = lots.pick(_GIVEN) + (lots.pick(_GIVEN) if lots.below(4) else "")
    return lots.pick(_SURNAMES) + given
