"""The real townships of a county, from a list of codes and names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _
from referral_engine.org.codes import canonical
from referral_engine.org.source import Faults, Source, read_source

__all__ = ["Township", "read_townships"]

_CODE, _NAME = ("code", "代码", "编码"), ("name", "名称")


class Township(msgspec.Struct, frozen=True):
    """``code`` has nine digits."""

    code: str
    name: str

    @property
    def street(self) -> bool:
        """Whether it is a street (街道), by its segment 001 to 099."""
        return self.code[6] == "0"

    @property
    def segment(self) -> str:
        """Its own three digits."""
        return self.code[6:]


def read_townships(path: Path, county: str) -> tuple[Township, ...]:
    """The townships of a county in a CSV with the columns ``code`` and ``name``, by their codes.

    Rows of other counties are passed over. Raises Faulty with every row at fault, Refused where
    the file or the county is not there.
    """
    _check_county(county)
    if not path.is_file():
        raise FileNotFoundError(path)
    faults = Faults()
    source = read_source(path, faults)
    found = {} if source is None else _read(source, county, faults)
    if faults:
        raise Faulty(faults)
    if not found:
        message = _("no township of {county} in {file}").format(county=county, file=path)
        raise Refused("NO_TOWNSHIP", message, _("Their codes begin with the county's six digits."))
    return tuple(found[code] for code in sorted(found))


def _check_county(county: str) -> None:
    if not re.fullmatch(r"[0-9]{6}", county):
        message = _("{code} is no code of a county").format(code=county)
        raise Refused("BAD_COUNTY", message, _("Write its six digits, such as 620922."))


def _read(source: Source, county: str, faults: Faults) -> dict[str, Township]:
    found: dict[str, Township] = {}
    for line, code, name in _rows(source, faults):
        if not code.startswith(county):
            continue
        if not re.fullmatch(r"[0-9]{9}", code):
            message = _("{code} is no township of nine digits").format(code=code)
            faults.add(source, (line, 1), "org-bad-code", message)
        elif code in found:
            message = _("the code {code} is listed twice").format(code=code)
            faults.add(source, (line, 1), "org-duplicate", message)
        elif not name:
            message = _("{field} is missing").format(field="name")
            faults.add(source, (line, 1), "org-missing-field", message)
        else:
            found[code] = Township(code, name)
    return found


def _rows(source: Source, faults: Faults) -> Iterator[tuple[int, str, str]]:
    """Line, code without padding zeros, name."""
    reader = csv.reader(io.StringIO(source.text))
    header = [cell.strip() for cell in next(reader, [])]
    places = [next((header.index(w) for w in words if w in header), -1) for words in (_CODE, _NAME)]
    if -1 in places:
        message = _("the header needs the columns code and name")
        faults.add(source, (1, 1), "org-missing-field", message)
        return
    for row in reader:
        if any(cell.strip() for cell in row):
            code, name = (row[at].strip() if at < len(row) else "" for at in places)
            yield reader.line_num, canonical(code), name
