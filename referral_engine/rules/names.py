"""What the rules may name that the rules do not declare: units, territories, tags, the zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from referral_engine.errors import Place
from referral_engine.org import Org

__all__ = ["Names"]

_Labels = Mapping[str, str] | None


class Names(msgspec.Struct, frozen=True):
    """Code or id to the label people know it by; None means unknown, so nothing is checked.

    ``units``        unit ids; a territory's code is a target too
    ``territories``  area and grid codes
    ``categories``   category codes beside those of the rules' own ``kind: categories`` files
    ``tags``         tags that arrive with issues
    ``channels``     channels beside the engine's own
    ``flags``        escalation flags that the engine or a plugin raises
    ``zone``         the county's zone, in which a time without offset is read
    ``org``          the organisation itself, for what takes more than a name
    ``served``       the units that a plugin serves, worked out when it is first asked
    ``asked``        the columns that imports bring beside the engine's own, with their places
    ``beside``       the files beside the rules in which such a column stands
    ``today``        the local day on which the rules are judged
    """

    units: _Labels = None
    territories: _Labels = None
    categories: _Labels = None
    tags: _Labels = None
    channels: _Labels = None
    flags: _Labels = None
    zone: tzinfo = ZoneInfo("Asia/Shanghai")
    org: Org | None = None
    served: Callable[[], frozenset[str]] | None = None
    asked: Mapping[str, Place] = {}
    beside: tuple[Path, ...] = ()
    today: date | None = None
