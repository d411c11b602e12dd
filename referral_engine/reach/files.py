"""Files dropped into a folder and picked from it, for networks that may not touch."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from referral_engine.i18n import _
from referral_engine.plugins.acts import Reply, Wait
from referral_engine.plugins.handler import Handler, Verb
from referral_engine.plugins.view import Conference, Escalation, Receipt, Referral
from referral_engine.reach.matter import Unreadable
from referral_engine.reach.rows import messages
from referral_engine.reach.table import Row, read, written

__all__ = ["FileExchange"]

_OUT, _IN, _DONE, _FAULTY, _ANSWERS = FOLDERS = ("out", "in", "done", "faulty", "answers")
_ENDINGS = (".csv", ".xlsx")
_UNFINISHED = (".", "~")
_AT_ONCE = 100
_SOON = timedelta(seconds=1)
_SENT = (
    "key", "verb", "referral", "case", "role", "round", "whistle", "category", "title", "text",
    "territory", "address", "reporter", "phone", "received_at", "claim_by", "arrive_by",
    "report_by", "occasion",
)  # fmt: skip
_ANSWERED = ("key", "referral", "status", "code", "reason")


class _Taken(NamedTuple):
    """How far a file was told, in rows: what the last answer's bookmark says is committed."""

    digest: str = ""
    rows: int = 0

    @classmethod
    def of(cls, bookmark: str) -> _Taken:
        digest, _colon, rows = bookmark.partition(":")
        return cls(digest, int(rows)) if rows.isdecimal() else cls()

    def __str__(self) -> str:
        return f"{self.digest}:{self.rows}"


class FileExchange(Handler):
    """Drops a CSV for each call into ``folder``/out; picks CSV and XLSX from ``folder``/in.

    A file appears under its name when it is whole (rename), and under the same name when a call is
    made again. What was picked is moved to ``done`` once it is committed, what is no table to
    ``faulty``; what became of each row is dropped into ``answers``. ``zone`` is that of times that
    name none.
    """

    outside = True

    def __init__(
        self, folder: str, *, every: timedelta = timedelta(minutes=5), zone: str = "Asia/Shanghai"
    ) -> None:
        """Raises ValueError."""
        if every <= timedelta(0):
            raise ValueError("every is a positive time")
        self._folder = Path(folder)
        self._every = every
        self._zone = ZoneInfo(zone)
        self._odd: set[str] = set()
        """Files that could not be read at the last look: they may still be copied."""

    def offered(self, referral: Referral) -> Reply:
        self._drop("offered", referral)
        return Wait(self._every)

    def work(self, referral: Referral) -> Reply:
        self._answer(referral.receipts)
        taken = _Taken.of(referral.bookmark)
        for name, content in self._found():
            digest = hashlib.sha256(content).hexdigest()[:32]
            rows = self._rows(name, content, digest)
            told = taken.rows if taken.digest == digest else 0
            if rows is None:
                continue
            if told and told >= len(rows):
                self._move(name, _DONE, digest)
                continue
            return self._tell(rows, _Taken(digest, told))
        return Wait(self._every)

    def withdraw(self, referral: Referral) -> Reply:
        self._drop("withdraw", referral)
        return None

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        self._drop("escalated", referral, escalation.effect)
        return None

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        at = conference.meet_at.isoformat() if conference.meet_at else ""
        self._drop("conference", referral, f"{conference.id} {at}".strip())
        return None

    def returned(self, referral: Referral) -> Reply:
        self._drop("returned", referral)
        return Wait(self._every)

    # -- out ----------------------------------------------------------------------------------
    def _drop(self, verb: Verb, referral: Referral, occasion: str = "") -> None:
        self._answer(referral.receipts)
        row = _row(verb, referral) | ({"occasion": occasion} if occasion else {})
        name = hashlib.sha256(referral.key.encode()).hexdigest()[:32]
        self._write(_OUT, f"{name}.csv", written(_SENT, [row]))

    def _answer(self, receipts: Sequence[Receipt]) -> None:
        if not receipts:
            return
        rows = [{name: str(getattr(each, name)) for name in _ANSWERED} for each in receipts]
        content = written(_ANSWERED, rows)
        self._write(_ANSWERS, f"{hashlib.sha256(content).hexdigest()[:32]}.csv", content)

    def _write(self, folder: str, name: str, content: bytes) -> None:
        """Whole or not at all, also when the machine stops in between."""
        place = self._place(folder)
        aside = place / f".{name}.part"
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(place / name)
        _sync(place)

    # -- in -----------------------------------------------------------------------------------
    def _found(self) -> Iterable[tuple[str, bytes]]:
        for file in sorted(self._place(_IN).iterdir()):
            if file.name.startswith(_UNFINISHED) or file.suffix.lower() not in _ENDINGS:
                continue
            try:
                yield file.name, file.read_bytes()
            except FileNotFoundError:
                continue  # somebody else has told all of it meanwhile

    def _rows(self, name: str, content: bytes, digest: str) -> list[Row] | None:
        """None for a file that is no table: left for one more look, then moved away."""
        try:
            rows = read(name, content)
        except Unreadable as error:
            if digest in self._odd:
                self._odd.discard(digest)
                self._refuse(digest, name, str(error))
                self._move(name, _FAULTY, digest)
            else:
                self._odd.add(digest)
            return None
        if not rows:
            self._move(name, _DONE, digest)
            return None
        return rows

    def _tell(self, rows: Sequence[Row], taken: _Taken) -> Reply:
        """The next rows. Those that cannot be used are answered at once."""
        upto = min(taken.rows + _AT_ONCE, len(rows))
        told = []
        for each in messages(rows, self._zone):
            if not taken.rows <= each.line - 2 < upto:
                continue
            if each.message is None:
                self._refuse(taken.digest, str(each.line), each.fault)
            else:
                told.append(each.message)
        return [*told, Wait(min(_SOON, self._every), str(_Taken(taken.digest, upto)))]

    def _refuse(self, digest: str, where: str, reason: str) -> None:
        row = {"key": where, "status": "refused", "code": "BAD_ROW", "reason": reason}
        mark = hashlib.sha256(where.encode()).hexdigest()[:8]
        self._write(_ANSWERS, f"{digest}-{mark}.csv", written(_ANSWERED, [row]))

    def _move(self, name: str, to: str, digest: str) -> None:
        """Under a name of its own: the next list may be called alike."""
        file = self._place(_IN) / name
        try:
            file.replace(self._place(to) / f"{digest}-{name}")
        except FileNotFoundError:
            return
        _sync(file.parent)

    def _place(self, name: str) -> Path:
        if not self._folder.is_dir():
            raise FileNotFoundError(_("there is no folder {path}").format(path=self._folder))
        place = self._folder / name
        place.mkdir(exist_ok=True)
        return place


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _row(verb: Verb, referral: Referral) -> Row:
    """What is dropped of a call: one line that people can read, too."""
    reporter, place = referral.reporter, referral.location
    times = {
        name: at.isoformat()
        for name in ("received_at", "claim_by", "arrive_by", "report_by")
        if (at := getattr(referral, name)) is not None
    }
    return times | {
        "key": referral.key, "verb": verb, "referral": referral.id, "case": referral.case,
        "role": referral.role, "round": str(referral.round), "whistle": referral.whistle,
        "category": referral.category, "title": referral.title, "text": referral.text,
        "territory": referral.territory, "address": place.address if place else "",
        "reporter": reporter.name if reporter else "", "phone": reporter.phone if reporter else "",
    }  # fmt: skip
