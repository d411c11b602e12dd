"""Output: JSON alone on stdout for programs; tables and lines in the reader's language for people.

Moments are written in the county's zone, ISO 8601 with offset in JSON, to the minute for people.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import click
import msgspec

from referral_engine.i18n import locale_name
from referral_engine.model.span import Span

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_json", "print_pairs", "print_table", "said", "short", "stamp", "when"]

# A case, a referral, an area, a hash: whoever takes it up from the screen needs it in one piece.
_CODE = re.compile(r"[0-9a-f]{12,}(-[0-9]+)?")


def print_json(value: Any, zone: tzinfo | None = None) -> None:
    """One JSON document on a line of its own; every key is there, also where it has no value."""
    click.echo(msgspec.json.encode(_plain(value, zone)).decode())


def stamp(moment: datetime, zone: tzinfo | None) -> str:
    """ISO 8601 with the offset of the county; microseconds only where there are some."""
    local = moment.astimezone(zone) if zone else moment
    return local.isoformat(timespec="microseconds" if local.microsecond else "seconds")


def when(moment: datetime | None, zone: tzinfo) -> str:
    """A moment for people: ``2026-09-30 23:50``."""
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def said(word: str, labels: dict[str, str]) -> str:
    """A word of the domain in the reader's language."""
    return labels.get(word, word) if locale_name() == "zh_CN" else word.replace("_", " ")


def short(digest: str) -> str:
    """As much of a hash as tells two apart; every command takes it."""
    return digest[:12]


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table for people: boxed on a terminal, plain columns in a pipe. No code is ever folded."""
    from rich import box
    from rich.table import Table

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    cells = list(rows)
    for at, heading in enumerate(headings):
        codes = any(_CODE.fullmatch(row[at]) for row in cells)
        table.add_column(heading, overflow="fold", no_wrap=codes)
    for row in cells:
        table.add_row(*(_escaped(cell) for cell in row))
    _console().print(table)


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values under each other; pairs without a value are left out."""
    if not sys.stdout.isatty():
        _print_columns([pair for pair in pairs if pair[1]])
        return
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            table.add_row(_escaped(name), _escaped(value))
    _console().print(table)


def _print_columns(pairs: Sequence[tuple[str, str]]) -> None:
    """For a pipe, where nothing is bold nor folded: rich alone takes longer to load than that."""
    width = max((_cells(name) for name, _value in pairs), default=0)
    for name, value in pairs:
        click.echo(f"{name}{' ' * (width - _cells(name))}  {value}")


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _console() -> Console:
    from rich.console import Console

    # In a pipe rich would fold at 80 columns, in the middle of what a program greps for.
    width = None if sys.stdout.isatty() else 400
    return Console(highlight=False, width=width, soft_wrap=False)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _plain(value: Any, zone: tzinfo | None) -> Any:
    """Structs as mappings with all their fields, moments in the zone, anything else as text."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return stamp(value, zone)
        case Span():
            return str(value)
        case msgspec.Struct():
            tag = value.__struct_config__.tag
            told = {} if tag is None else {"kind": tag}
            return told | _plain(msgspec.structs.asdict(value), zone)
        case dict():
            return {str(key): _plain(each, zone) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(each, zone) for each in value]
        case _:
            return str(value)
