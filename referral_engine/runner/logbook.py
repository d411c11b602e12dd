"""The daemon's log: lines for people or JSON for machines, and nothing in it that names a person.

What the engine itself writes holds codes of cases and ids of units, and of errors only their kind
and place. The redaction here is the last line of defence, for what a library or a plugin might say.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from datetime import datetime
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from referral_engine.desk.mask import mask_text
from referral_engine.model.log_settings import LogSettings
from referral_engine.runner.failing import trace_of

__all__ = ["Redaction", "set_up"]

log = logging.getLogger(__name__)

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else was given as a field."""
_LOUD = ("procrastinate", "uvicorn")
"""Libraries that tell every step."""


def set_up(settings: LogSettings, zone: ZoneInfo, *, verbose: bool = False) -> None:
    """Everything that is logged from now on goes to stderr so; `verbose` tells every step.

    Times are those of the county, with offset. What would else be printed by Python itself, an
    error that ends a thread or the process, is logged as well, without its message.
    """
    handler = logging.StreamHandler(sys.stderr)
    worker = f"{socket.gethostname()}:{os.getpid()}"
    handler.setFormatter(
        _json_formatter(zone, worker) if settings.format == "json" else _text_formatter(zone)
    )
    handler.addFilter(Redaction())
    level = logging.INFO if verbose else settings.level.upper()
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = lambda died: _ended(
        died.exc_type, died.exc_value or died.exc_type(), died.exc_traceback
    )


class Redaction(logging.Filter):
    """Strikes out numbers of persons, and of errors all but their kind and place."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass, changed where it must be."""
        record.msg, record.args = mask_text(record.getMessage()), ()
        for name, told in vars(record).items():
            if name not in _OWN and isinstance(told, str):
                setattr(record, name, mask_text(told))
        if record.exc_info and isinstance(error := record.exc_info[1], BaseException):
            record.msg = f"{record.msg}\n{trace_of(error)}"
        record.exc_info = record.exc_text = record.stack_info = None
        return True


class _Timed(logging.Formatter):
    """Times as ISO 8601 in the county's zone, with offset."""

    def __init__(self, form: str, zone: ZoneInfo) -> None:
        super().__init__(form)
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return _told(record, self._zone)


def _text_formatter(zone: ZoneInfo) -> logging.Formatter:
    """One line a record, for people."""
    return _Timed("%(asctime)s %(levelname)s %(message)s", zone)


def _json_formatter(zone: ZoneInfo, worker: str) -> logging.Formatter:
    """One object a line; fields given with a record stand beside the usual ones."""
    from pythonjsonlogger.json import JsonFormatter

    class Json(JsonFormatter):
        def add_fields(
            self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
        ) -> None:
            log_data["time"] = _told(record, zone)
            log_data["level"] = record.levelname.lower()
            log_data["logger"] = record.name
            super().add_fields(log_data, record, message_dict)
            log_data["worker"] = worker

    return Json("%(message)s", json_ensure_ascii=False)


def _told(record: logging.LogRecord, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(record.created, zone).isoformat(timespec="milliseconds")


def _ended(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    log.critical("ended by %s", kind.__name__, exc_info=(kind, error, error.__traceback__))
