"""Records as people and machines get them, and what is struck out of them."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.code import make_code
from referral_engine.model.log_settings import LogFormat, LogSettings
from referral_engine.runner.logbook import Redaction, set_up

ZONE = ZoneInfo("Asia/Shanghai")
PHONE, ID_NUMBER, LANDLINE = "13987654321", "620922199001011234", "0937-5522334"
log = logging.getLogger("referral_engine.tried")
Written = Callable[[LogFormat], io.StringIO]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """A log set up in this format; what is written to it. All is put back afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = [*root.handlers], root.level

    def make(kind: LogFormat) -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        set_up(LogSettings(format=kind, level="info"), ZONE)
        return stream

    yield make
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:] = handlers
    root.setLevel(level)


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_json_record_has_its_time_level_place_worker_and_fields(written: Written) -> None:
    stream = written("json")
    log.warning("call %s failed", "A-1", extra={"department": "police", "tries": 3})
    (told,) = records(stream)
    at = datetime.fromisoformat(told.pop("time"))
    assert at.utcoffset() == ZONE.utcoffset(at)
    assert told.pop("worker").rpartition(":")[2].isdigit()
    assert told == {
        "level": "warning", "logger": "referral_engine.tried", "message": "call A-1 failed",
        "department": "police", "tries": 3,
    }  # fmt: skip


def test_a_text_record_is_one_line_with_the_offset(written: Written) -> None:
    stream = written("text")
    log.info("workspace read again")
    at, level, *message = stream.getvalue().split()
    assert datetime.fromisoformat(at).utcoffset() is not None
    assert (level, " ".join(message)) == ("INFO", "workspace read again")


def test_the_level_holds_unless_every_step_is_wanted(written: Written) -> None:
    stream = written("text")
    set_up(LogSettings(level="error"), ZONE)
    log.warning("not so bad")
    assert stream.getvalue() == ""
    set_up(LogSettings(level="error"), ZONE, verbose=True)
    log.info("every step")
    assert "every step" in stream.getvalue()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_numbers_of_persons_are_struck_out(written: Written, kind: LogFormat) -> None:
    stream = written(kind)
    log.error("who: %s %s", PHONE, ID_NUMBER, extra={"said": f"call {LANDLINE}"})
    log.error(f"who: {PHONE}")  # noqa: G004 - as a careless library does
    for number in (PHONE, ID_NUMBER, LANDLINE):
        assert number not in stream.getvalue()
    assert "4321" in stream.getvalue()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_of_an_error_its_kind_and_place_stay(written: Written, kind: LogFormat) -> None:
    stream = written(kind)
    try:
        raise ValueError("欧阳震华 was here")
    except ValueError:
        log.exception("it failed")
    assert "欧阳震华" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "test_logbook.py" in stream.getvalue()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_what_ends_a_thread_or_warns_is_logged_alike(written: Written, kind: LogFormat) -> None:
    stream = written(kind)

    def fail() -> None:
        raise RuntimeError("欧阳震华")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(KeyError, KeyError("欧阳震华"), None)
    warnings.warn(f"call {PHONE}", RuntimeWarning, stacklevel=1)
    said = stream.getvalue()
    assert "ended by RuntimeError" in said
    assert "ended by KeyError" in said
    assert "RuntimeWarning" in said
    assert "欧阳震华" not in said
    assert PHONE not in said
    assert kind == "text" or len(records(stream)) == 3


@given(
    area=st.from_regex(r"[1-9]\d{5}", fullmatch=True),
    day=st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    number=st.integers(0, 10**8 - 1), part=st.integers(1, 99), turn=st.integers(1, 9),
)  # fmt: skip
def test_codes_of_cases_and_keys_of_calls_stay(
    area: str, day: date, number: int, part: int, turn: int
) -> None:
    said = f"call {make_code(area, day, number)}-{part}/offered/{turn}+1 failed"
    record = logging.makeLogRecord({"msg": said, "case": make_code(area, day, number)})
    assert Redaction().filter(record)
    assert record.getMessage() == said
    assert vars(record)["case"] == make_code(area, day, number)
