"""What intake asks of the cases that came before. Sealed ones are in no answer.

Each is a question with all it asks for in it, so that those of many issues can be asked together:
on a server it is the round trips that cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Text, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from referral_engine.store import newcomers
from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import literal, number, prepared, value
from referral_engine.store.statements import Row
from referral_engine.store.tables import case_file

__all__ = [
    "SAME", "WORDS", "Candidate", "Past", "Question", "answered", "candidates", "earlier", "near",
    "own", "past", "repeats", "stored", "together",
]  # fmt: skip

WORDS = ("issue",)
"""Under which content lies by which issues are compared."""
SAME = ("category", "channel", "path", "reporter", "territory", "township")

_f = case_file.c


class Candidate(NamedTuple):
    """An open, unsealed case that may be the same trouble; `content` by reference."""

    code: str
    received_at: datetime
    reporter: str
    incident: str
    content: dict[str, str]


class Past(NamedTuple):
    """An earlier case of the same place and subject; `problem` where one was named."""

    code: str
    received_at: datetime
    closed: bool
    problem: str


class Question(NamedTuple):
    """For cases received in [since, until], as stored, that have `values` in the columns `same`.

    ``about`` says what is told of which of them (a key of _TOLD); ``limit`` bounds how many are,
    the newest first.
    """

    about: str
    same: tuple[str, ...]
    values: tuple[str, ...]
    since: int
    until: int
    limit: int = 50


class _Told(NamedTuple):
    """The columns that are told, none where cases are only counted; and which cases are meant."""

    columns: tuple[str, ...]
    standing: dict[str, str | int]


_TOLD = {
    "near": _Told(
        ("case_code", "received_at", "reporter", "incident"), {"sealed": "", "is_open": 1}
    ),
    "past": _Told(
        ("case_code", "received_at", "is_open", "problem"), {"sealed": "", "merged_into": ""}
    ),
    "own": _Told(("case_code", "received_at", "is_open", "problem"), {"sealed": ""}),
    "repeats": _Told((), {"sealed": ""}),
}
_RECEIVED = 1
"""Where what is told has the moment of receipt."""


# -- the questions --------------------------------------------------------------------------------
def repeats(
    same: Iterable[str], values: Mapping[str, str], since: datetime, until: datetime
) -> Question | None:
    """How many cases received in [since, until] share `values` in each field of `same`, of SAME.

    A field without a value is shared with nobody: None. Raises KeyError for a field that cannot be
    asked for.
    """
    fields = set(same)
    if unknown := fields.difference(SAME):
        raise KeyError(*unknown)
    if not all(values.get(field) for field in fields):
        return None
    if "territory" in fields:
        fields.discard("township")  # a territory lies in one
    named = tuple(sorted(fields))
    alike = tuple([values[field] for field in named])
    return Question("repeats", named, alike, micros(since), micros(until))


def near(
    *, category: str, township: str, territory: str, around: datetime, within: timedelta, limit: int
) -> Question:
    """Open cases of one category and place received within `within` of `around`, newest first.

    `territory` narrows the township down, where it is not empty.
    """
    place = ("territory", territory) if territory else ("township", township)
    same, values = ("category", place[0]), (category, place[1])
    return Question("near", same, values, micros(around - within), micros(around + within), limit)


def past(
    *, category: str, territory: str, since: datetime, until: datetime, limit: int
) -> Question:
    """Cases of one subject at one place received in [since, until), closed ones included."""
    same, values = ("category", "territory"), (category, territory)
    return Question("past", same, values, micros(since), micros(until) - 1, limit)


def own(
    *, category: str, reporter: str, since: datetime, until: datetime, limit: int
) -> Question | None:
    """A reporter's cases of one subject received in [since, until); None for nobody."""
    if not reporter:
        return None
    same, values = ("category", "reporter"), (category, reporter)
    return Question("own", same, values, micros(since), micros(until) - 1, limit)


# -- asking them ----------------------------------------------------------------------------------
def stored(connection: Connection, question: Question) -> list[Row]:
    """What the table tells."""
    return _one(question.about, question.same).rows(connection, **_given(question))


def together(connection: Connection, questions: Iterable[Question]) -> dict[Question, list[Row]]:
    """What the table tells to each; a server is asked once for all that are of one shape."""
    shapes: dict[tuple[str, tuple[str, ...], int], list[Question]] = {}
    for question in dict.fromkeys(questions):
        shapes.setdefault((question.about, question.same, question.limit), []).append(question)
    ask = _at_once if connection.dialect.name == "postgresql" else _one_by_one
    found: dict[Question, list[Row]] = {}
    for alike in shapes.values():
        found.update(ask(connection, alike))
    return found


def answered(question: Question, stored: list[Row], fresh: Sequence[Row]) -> list[Row]:
    """What the table told, together with what `fresh` rows of `case_file` beside it tell."""
    if not fresh:
        return stored
    columns, standing = _TOLD[question.about]
    alike = {**dict(zip(question.same, question.values, strict=True)), **standing}
    beside = newcomers.select(fresh, columns, alike, question.since, question.until)
    if not columns:
        return [(stored[0][0] + len(beside),)]
    return newcomers.merged(stored, beside, _RECEIVED, question.limit)


def candidates(
    rows: Iterable[Row], texts_of: Callable[[Sequence[str]], Mapping[str, dict[str, str]]]
) -> list[Candidate]:
    """The answer to `near`; `texts_of` reads the content of the cases found."""
    found = list(rows)
    if not found:
        return []
    texts = texts_of([code for code, *_rest in found])
    return [
        Candidate(code, moment(at), reporter, incident, texts.get(code, {}))
        for code, at, reporter, incident in found
    ]


def earlier(rows: Iterable[Row]) -> list[Past]:
    """The answer to `past` and to `own`."""
    return [Past(code, moment(at), not is_open, problem) for code, at, is_open, problem in rows]


def _given(question: Question) -> dict[str, Any]:
    given: dict[str, Any] = dict(zip(question.same, question.values, strict=True))
    given["since"], given["until"] = question.since, question.until
    if _TOLD[question.about].columns:
        given["limit"] = question.limit
    return given


def _one_by_one(
    connection: Connection, alike: Sequence[Question]
) -> Iterable[tuple[Question, list[Row]]]:
    asked = _one(alike[0].about, alike[0].same)
    return zip(alike, asked.rows_of_each(connection, map(_given, alike)), strict=True)


def _at_once(
    connection: Connection, alike: Sequence[Question]
) -> Iterable[tuple[Question, list[Row]]]:
    found: dict[Question, list[Row]] = {question: [] for question in alike}
    given: dict[str, Any] = {
        name: [question.values[place] for question in alike]
        for place, name in enumerate(alike[0].same)
    }
    given["since"] = [question.since for question in alike]
    given["until"] = [question.until for question in alike]
    if _TOLD[alike[0].about].columns:
        given["limit"] = alike[0].limit
    for place, *row in _many(alike[0].about, alike[0].same).rows(connection, **given):
        found[alike[place - 1]].append(tuple(row))
    return found.items()


@prepared
def _one(about: str, same: tuple[str, ...]) -> Select[Any]:
    return _asked(about, same, value)


@prepared
def _many(about: str, same: tuple[str, ...]) -> Select[Any]:
    """The same for arrays of values, each row with the place of its question, from 1."""
    moments = ("since", "until")
    arrays = [cast(value(name), ARRAY(BigInteger if name in moments else Text))
              for name in (*same, *moments)]  # fmt: skip
    given = func.unnest(*arrays).table_valued(
        *same, *moments, with_ordinality="place", name="asked"
    )
    given = given.render_derived()
    found = _asked(about, same, given.c.__getitem__).lateral("found")
    return select(given.c.place, found).select_from(given.join(found, true()))


def _asked(
    about: str, same: Iterable[str], given: Callable[[str], ColumnElement[Any]]
) -> Select[Any]:
    columns, standing = _TOLD[about]
    alike = [_f[name] == given(name) for name in same]
    if "reporter" in same:
        alike.append(_f.reporter != literal(""))  # what the partial index holds
    meant = [_f[name] == _plain(wanted) for name, wanted in standing.items()]
    window = _f.received_at.between(given("since"), given("until"))
    if not columns:
        return select(func.count()).select_from(case_file).where(window, *meant, *alike)
    query = select(*(_f[name] for name in columns)).where(*alike, window, *meant)
    return query.order_by(_f.received_at.desc()).limit(value("limit"))


def _plain(wanted: str | int) -> ColumnElement[Any]:
    return literal(wanted) if isinstance(wanted, str) else number(wanted)
