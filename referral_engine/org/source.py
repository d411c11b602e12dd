"""The files of an organisation as text, and the faults found in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.spelling import nearest

__all__ = ["Faults", "Source", "find_files", "read_source"]

SUFFIXES = (".yaml", ".yml", ".csv")

# Comparing a misspelt code with 13,215 others costs a millisecond; a column that is wrong
# throughout would cost seconds, and nobody reads the two-hundredth suggestion.
_SUGGESTIONS_PER_FILE = 100
_SHORT = 60


class Source:
    """One input file: its name as people know it, its text and the lines of it."""

    __slots__ = ("lines", "name", "suggestions", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines = text.split("\n")
        self.suggestions = 0

    def line(self, number: int) -> str:
        """A line counted from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


class Faults:
    """Collects the faults of a load, so that one run names them all."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(
        self,
        source: Source,
        position: tuple[int, int],
        code: str,
        message: str,
        suggestion: str = "",
    ) -> None:
        """Records a fault at a (line, column) of a file, both counted from 1."""
        place = Place(source.name, *position)
        line = source.line(place.line)
        self._found.append(Fault(place, code, message, suggestion=suggestion, source=line))

    def add_file(self, name: str, code: str, message: str, suggestion: str = "") -> None:
        """Records a fault of a file as a whole."""
        self._found.append(Fault(Place(name), code, message, suggestion=suggestion))

    def nearest(self, source: Source, written: str, known: Iterable[str]) -> str:
        """The nearest known spelling as a question; of a short list all, where none is near."""
        if source.suggestions >= _SUGGESTIONS_PER_FILE:
            return ""
        source.suggestions += 1
        words = tuple(known)
        if best := nearest(written, words):
            return _("did you mean {best}?").format(best=best)
        known_words = _("known: {names}").format(names=", ".join(words))
        return known_words if len(words) <= _SHORT else ""


def find_files(paths: Iterable[Path], faults: Faults) -> list[Path]:
    """The files named, and those of the right suffix below the folders named, in a fixed order."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
            found += [p for p in inside if not p.name.startswith(".")]
        elif not path.is_file():
            faults.add_file(str(path), "org-no-file", _("there is no such file or folder"))
        elif path.suffix.lower() in SUFFIXES:
            found.append(path)
        else:
            faults.add_file(
                str(path),
                "org-file-type",
                _("an organisation is read from .yaml and .csv files"),
                _("save a spreadsheet as CSV"),
            )
    return list(dict.fromkeys(found))


def read_source(path: Path, faults: Faults) -> Source | None:
    """The text of a file in UTF-8 or GB18030 (GBK), as spreadsheets write it; None with a fault."""
    raw = path.read_bytes()
    text = _decode(raw)
    if text is None:
        line = _first_undecodable(raw)
        faults.add(
            Source(str(path), ""),
            (line, 1),
            "org-encoding",
            _("the text is neither UTF-8 nor GBK"),
            _("save the file as UTF-8"),
        )
        return None
    # Universal newlines: what an editor ends its lines with must not shift places.
    source = Source(str(path), text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\0" in text:
        line = source.text[: source.text.index("\0")].count("\n") + 1
        column = source.lines[line - 1].index("\0") + 1
        faults.add(source, (line, column), "org-encoding", _("the text holds a NUL character"))
        return None
    return source


def _decode(raw: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _first_undecodable(raw: bytes) -> int:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError as error:
        return raw[: error.start].count(b"\n") + 1
    return 1
