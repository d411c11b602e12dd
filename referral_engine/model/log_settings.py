"""What the daemon writes to its log, and how: config.yaml under ``log``."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["LOG_FORMATS", "LOG_LEVELS", "LogFormat", "LogLevel", "LogSettings"]

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
LOG_FORMATS: tuple[LogFormat, ...] = ("text", "json")
LOG_LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")


class LogSettings(msgspec.Struct, frozen=True):
    """``text`` is for people, ``json`` one object a line for machines that collect logs."""

    format: LogFormat = "text"
    level: LogLevel = "warning"
