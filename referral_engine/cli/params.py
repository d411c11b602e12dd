"""What people write on the command line, turned into values: moments, spans, units, evidence."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from referral_engine.cli.app import this_app
from referral_engine.errors import Refused
from referral_engine.i18n import _

if TYPE_CHECKING:
    from referral_engine.model.referral import Evidence
    from referral_engine.model.span import Span
    from referral_engine.model.target import Target
    from referral_engine.org import Org

__all__ = [
    "DAY",
    "MOMENT",
    "NAMED",
    "PLACE",
    "SPAN",
    "TARGET",
    "UNIT",
    "WITHIN",
    "YES_NO",
    "evidence",
]

_BLOCK = 1 << 20
if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType


class _Moment(_Type):
    """ISO 8601; without an offset the county's zone is meant."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(_("{text} is no time such as 2026-09-30T23:50+08:00").format(text=value))
        return moment if moment.tzinfo else moment.replace(tzinfo=this_app(ctx).zone)


class _Day(_Type):
    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(_("{text} is no date such as 2026-09-30").format(text=value))


class _Span(_Type):
    """``15m 2h 3d`` elapsed, ``2wh 5wd`` working time."""

    name = "span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Span:
        from referral_engine.model.span import Span

        if isinstance(value, Span):
            return value
        try:
            return Span.parse(str(value))
        except ValueError as error:
            self.fail(str(error))


class _Within(_Type):
    """``claim=2wh``: a clock by name with its span."""

    name = "clock=span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Span]:
        if isinstance(value, tuple):
            return value
        name, separator, text = str(value).partition("=")
        if not separator:
            self.fail(_("{text} is no clock with its time, such as claim=2wh").format(text=value))
        return name, SPAN.convert(text, param, ctx)


class _Named(_Type):
    """``reason=…``: a name with its text, which may hold more of the sign."""

    name = "name=text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, separator, text = str(value).partition("=")
        if not separator:
            self.fail(_("{text} is no name with its text, such as reason=…").format(text=value))
        return name.strip(), text.strip()


class _Place(_Type):
    """``lat,lon`` in degrees, WGS 84."""

    name = "lat,lon"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            lat, lon = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(_("{text} is no place such as 40.52,95.78").format(text=value))
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.fail(_("{text} is no place such as 40.52,95.78").format(text=value))
        return lat, lon


class _Unit(_Type):
    """A unit by its id or its full name."""

    name = "unit"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        return _unit(str(value), this_app(ctx).workspace.org)


class _Target(_Type):
    """A unit, a territory's code (its responsible unit), or ``@township`` and the like."""

    name = "unit"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Target:
        from referral_engine.model.target import RELATIVES, Target

        if isinstance(value, Target):
            return value
        text = str(value)
        if text.startswith("@"):
            if text[1:] not in RELATIVES:
                known = " ".join(f"@{each}" for each in RELATIVES)
                self.fail(_("{text} is none of {known}").format(text=text, known=known))
            return Target(relative=text[1:])
        org = this_app(ctx).workspace.org
        return Target(unit=text if org.territory(text) else _unit(text, org))


class _YesNo(_Type):
    name = "yes/no"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bool:
        if isinstance(value, bool):
            return value
        words = {"yes": True, "no": False, "是": True, "否": False}
        if str(value).lower() not in words:
            self.fail(_("{text} is neither yes nor no").format(text=value))
        return words[str(value).lower()]


MOMENT, DAY, SPAN, WITHIN = _Moment(), _Day(), _Span(), _Within()
NAMED, PLACE, UNIT, TARGET, YES_NO = _Named(), _Place(), _Unit(), _Target(), _YesNo()


def _unit(text: str, org: Org) -> str:
    from referral_engine.spelling import nearest

    names = org.unit_names()
    if text in names:
        return text
    named = [id for id, name in names.items() if name == text]
    if len(named) == 1:
        return named[0]
    near = nearest(text, [*names, *names.values()])
    raise Refused(
        "NO_SUCH_UNIT",
        _("There is no unit {unit}.").format(unit=text),
        (_("Did you mean {near}?").format(near=near) + " " if near else "")
        + _("`referral doctor --units` lists them."),
    )


def evidence(
    files: tuple[Path, ...], place: tuple[float, float] | None, taken_at: datetime | None
) -> tuple[Evidence, ...]:
    """What proves an act: each file by the digest of its bytes, or the place alone.

    Files stay where they are; the history holds their digest. Raises OSError.
    """
    from referral_engine.model.referral import Evidence

    lat, lon = place or (None, None)
    found = tuple(Evidence(_kind(file), _digest(file), taken_at, lat, lon) for file in files)
    return found or ((Evidence("place", "", taken_at, lat, lon),) if place else ())


def _kind(file: Path) -> str:
    import mimetypes

    media = (mimetypes.guess_type(file.name)[0] or "").partition("/")[0]
    return {"image": "photo", "video": "video", "audio": "audio"}.get(media, "document")


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
