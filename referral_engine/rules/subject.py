"""What conditions are asked about: the fields of an issue or of a running case, typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from referral_engine.model.issue import Issue
from referral_engine.model.span import Span
from referral_engine.rules.fields import FieldType, Registry, registry
from referral_engine.rules.text import normalise
from referral_engine.rules.tree import Value

__all__ = ["Subject", "declared"]

_TRUE = frozenset({"true", "yes", "1", "是"})
_FALSE = frozenset({"false", "no", "0", "否"})


class Subject(msgspec.Struct, frozen=True):
    """Field name to typed value. A field that is absent is missing; None never stands in it.

    Text fields are normalised (NFKC, case-folded), lists are tuples, moments are aware. The
    mapping is never changed: `changed` gives another subject.
    """

    values: Mapping[str, Value]

    @classmethod
    def from_issue(cls, issue: Issue, fields: Registry | None = None) -> Subject:
        """The subject of routing.

        ``extra`` gives the fields declared for it: a plugin's own under its full name
        (``market_supervision.amount``), an importer's column as ``extra.<name>``. A value that
        does not read as its declared type is missing; intake has named the fault by then.
        """
        values: dict[str, Value] = {
            "channel": issue.channel,
            "received_at": issue.received_at,
            "reporter_anonymous": issue.reporter.anonymous,
            "people": issue.people,
            "severity": issue.severity,
            "tags": issue.tags,
            "accused": issue.accused,
            "has_location": issue.location is not None and issue.location.lat is not None,
            "has_attachments": bool(issue.attachments),
            "sealed": False,
        }
        if issue.category:
            values["category"] = issue.category
        if issue.territory:
            values["territory"] = issue.territory
        # Without the title an issue's text starts at once, so that `^` and `$` mean its ends.
        if text := "\n".join(part for part in (issue.title, issue.text) if part):
            values["text"] = normalise(text)
        if issue.extra:
            values.update(declared(issue.extra, registry() if fields is None else fields))
        return cls(values)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], fields: Registry | None = None) -> Subject:
        """A subject from plain typed values, e.g. of a running case; None means missing.

        Lists and sets become tuples, text fields are normalised.
        """
        known = registry() if fields is None else fields
        found: dict[str, Value] = {}
        for name, value in values.items():
            if value is None:
                continue
            field = known.find(name)
            if isinstance(value, (list, set, frozenset)):
                found[name] = tuple(value) if isinstance(value, list) else tuple(sorted(value))
            elif field is not None and field.type == "text":
                found[name] = normalise(value)
            else:
                found[name] = value
        return cls(found)

    def get(self, field: str) -> Value | None:
        """The value of a field, None where it is missing."""
        return self.values.get(field)

    def changed(self, values: Mapping[str, Value]) -> Subject:
        """This subject with these values in place of its own."""
        return Subject({**self.values, **values})


def declared(extra: Mapping[str, Any], fields: Registry) -> dict[str, Value]:
    """An issue's or case's columns by the names under which rules ask for them, as their types have
    it: a plugin's under its own, any other as ``extra.<name>``. What is no value is left out.
    """
    found: dict[str, Value] = {}
    for key, raw in extra.items():
        if raw is None or raw == "":
            continue
        # Only a dotted name is a plugin's: a column called `severity` never poses as the field.
        name = key if "." in key and key in fields else f"extra.{key}"
        field = fields.find(name)
        value = _typed(raw, "string" if field is None else field.type)
        if value is not None:
            found[name] = value
    return found


def _typed(raw: Any, kind: FieldType) -> Value | None:
    try:
        value: Value = _CONVERSIONS[kind](raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return value


def _whole(raw: Any) -> int:
    number = float(raw)
    if isinstance(raw, bool) or not number.is_integer():
        raise ValueError(raw)
    return int(number)


def _number(raw: Any) -> float:
    number = float(raw)
    # NaN is neither below nor above anything, so it is no value at all.
    if isinstance(raw, bool) or number != number:
        raise ValueError(raw)
    return number


def _truth(raw: Any) -> bool:
    word = str(raw).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(raw)
    return word in _TRUE


def _moment(raw: Any) -> datetime:
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    if moment.tzinfo is None:
        raise ValueError(raw)
    return moment


def _words(raw: Any) -> tuple[str, ...]:
    return tuple(part for part in str(raw).replace("，", ",").split(",") if part)


_CONVERSIONS: dict[FieldType, Any] = {
    "string": str,
    "tree": str,
    "int": _whole,
    "number": _number,
    "bool": _truth,
    "time": _moment,
    "duration": lambda raw: Span.parse(str(raw)),
    "list": _words,
    "text": lambda raw: normalise(str(raw)),
}
