"""JSON lines into rows: one object a line, with the fields of an issue or a mapping's columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from referral_engine.errors import Place
from referral_engine.i18n import _
from referral_engine.importers.canonical import EXTRA, canonical, fields
from referral_engine.importers.clean import clean
from referral_engine.importers.convert import Cells, MakeRows
from referral_engine.importers.heading import used_columns
from referral_engine.importers.mapping import Column, Mapping
from referral_engine.importers.row import Row, RowFault
from referral_engine.spelling import nearest

__all__ = ["json_rows"]

# One issue with the longest text, escaped, and its attachments.
_LONGEST = 4_000_000
_NESTED = ("reporter", "location", "extra")


class _Bad(Exception):
    """A line that is no record: field, code and reason."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(field, code, message)
        self.field, self.code, self.message = field, code, message


def json_rows(
    stream: BinaryIO, name: str, mapping: Mapping | None, converter: MakeRows
) -> Iterator[Row]:
    """The rows of a stream of JSON lines (UTF-8), read as they come; blank lines are no rows."""
    fit = mapping or _identity(name)
    convert = converter(fit)
    reader = _Keys(fit, nested=mapping is None)
    number = 0
    while line := stream.readline(_LONGEST):
        number += 1
        too_long = len(line) == _LONGEST and not line.endswith(b"\n")
        while too_long and (rest := stream.readline(_LONGEST)) and not rest.endswith(b"\n"):
            pass
        if not line.strip():
            continue
        try:
            if too_long:
                raise _Bad("", "BAD_JSON", _("the line is too long for one issue"))
            cells = _cells(line, nested=mapping is None)
            extra = reader.extra(cells)
        except _Bad as bad:
            yield Row(number, faults=(RowFault(number, bad.field, bad.code, bad.message),))
        else:
            yield convert.row(number, cells, extra)


def _identity(name: str) -> Mapping:
    place = Place(name)
    names = [field.name for field in fields() if not field.name.endswith("*")]
    return Mapping(columns=tuple(Column(column=each, to=each, place=place) for each in names))


def _cells(line: bytes, *, nested: bool) -> Cells:
    try:
        found = json.loads(
            line.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise _Bad("", "WRONG_ENCODING", _("JSON lines are UTF-8; this line is not")) from None
    except (ValueError, RecursionError) as error:
        message = _("no JSON object: {reason}").format(reason=error)
        raise _Bad("", "BAD_JSON", message) from None
    if not isinstance(found, dict):
        raise _Bad("", "BAD_JSON", _("the line must be one JSON object"))
    return dict(_flat(found)) if nested else found


def _flat(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        if key not in _NESTED:
            yield key, value
        elif isinstance(value, dict):
            for inner, each in value.items():
                yield f"{key}.{inner}", each
        elif value is not None:
            raise _Bad(key, "BAD_VALUE", _("{key} must be an object").format(key=key))


class _Keys:
    """Which keys of an object are columns, which go to ``extra``, and which are wrong."""

    def __init__(self, mapping: Mapping, *, nested: bool) -> None:
        self._known = used_columns(mapping) | mapping.ignore
        self._nested = nested
        self._unmapped = mapping.unmapped

    def extra(self, cells: Cells) -> dict[str, str]:
        """The field of each key that no column of the mapping reads. Raises _Bad."""
        found = {}
        for key in cells.keys() - self._known:
            target = key if self._nested and key.startswith(EXTRA) else EXTRA + key
            allowed = target == key or self._unmapped == "extra"
            if allowed and canonical(target):
                found[key] = target
            elif self._unmapped != "ignore":
                raise _Bad(key, "UNKNOWN_FIELD", self._unknown(key))
        return found

    def _unknown(self, key: str) -> str:
        message = _("no issue has {key}").format(key=key)
        best = nearest(key, self._known)
        return message + ("; " + _("did you mean {best}?").format(best=best) if best else "")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(_("{key} is there twice").format(key=key))
        found[clean(key)[0]] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(_("{name} is no JSON").format(name=name))
