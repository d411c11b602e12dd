"""Faults for people, programs and code reviews."""

from __future__ import annotations

import json

from referral_engine import i18n
from referral_engine.errors import Fault, Place
from referral_engine.rules.load import read_sources
from referral_engine.rules.render import as_github, as_records, as_text, summary

FAULT = Fault(
    Place("rules/a.yaml", 6, 15),
    "UNKNOWN_FIELD",
    "no field is called `catgory`",
    "error",
    "did you mean `category`?",
    "night-noise",
    "    when: {  catgory: {under: M}}",
)


def test_text_shows_place_line_caret_and_suggestion() -> None:
    assert as_text([FAULT]).splitlines() == [
        "rules/a.yaml:6:15 UNKNOWN_FIELD error: no field is called `catgory`",
        "        when: {  catgory: {under: M}}",
        "                  ^",
        "    = did you mean `category`?",
    ]


def caret_under(text: str) -> int:
    """Cells before the caret, less the four of the margin."""
    return len(next(line for line in text.splitlines() if line.strip() == "^")) - 1 - 4


def test_the_caret_counts_the_cells_of_wide_letters() -> None:
    (fault,) = read_sources({"l.yaml": "种类: 名单\n名单: {噪声词: 喇叭}\n"}).errors
    # Ten letters stand before it, five of them two cells wide.
    assert fault.place.column == 11
    assert caret_under(as_text([fault])) == 15


def test_a_very_long_line_is_shown_around_the_fault() -> None:
    long = Fault(Place("a.yaml", 1, 400), "X", "m", source="a" * 399 + "b" + "c" * 400)
    source, caret = as_text([long]).splitlines()[1:3]
    assert len(source) < 140
    assert source[caret.index("^")] == "b"


def test_records_are_those_of_the_contract() -> None:
    (record,) = json.loads(json.dumps(as_records([FAULT])))
    assert record == {
        "file": "rules/a.yaml",
        "line": 6,
        "column": 15,
        "code": "UNKNOWN_FIELD",
        "severity": "error",
        "message": "no field is called `catgory`",
        "rule": "night-noise",
        "suggestion": "did you mean `category`?",
    }


def test_an_annotation_cannot_be_broken_by_its_message() -> None:
    fault = Fault(Place("a,b:c.yaml", 1, 2), "X", "50%\nmore", "info", "do\rthat")
    assert as_github([fault]) == (
        "::notice file=a%2Cb%3Ac.yaml,line=1,col=2,title=X::50%25%0Amore%0Ado%0Dthat"
    )


def test_the_summary_counts_what_there_is() -> None:
    warning = Fault(Place("a"), "W", "m", "warning")
    assert summary([FAULT, FAULT, warning]) == "2 errors, 1 warning"
    assert summary([]) == ""


def test_people_read_their_own_language() -> None:
    i18n.set_locale("zh_CN")
    (fault,) = read_sources({"a.yaml": ""}).errors
    assert fault.message == "文件是空的"
    assert "错误" in as_text([fault])
