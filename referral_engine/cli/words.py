"""Labels for what the rules do not name but people see: the centre's own clocks."""

from __future__ import annotations

from referral_engine.rules import vocabulary

__all__ = ["CLOCKS"]

CLOCKS: dict[str, str] = {
    **vocabulary.CLOCKS,
    "accept": "受理",
    "archive": "归档",
    "call_back": "回访",
    "close": "结案",
    "confer": "会商",
    "confirm": "司法确认",
    "deferred": "挂账复查",
    "designate": "指定承办",
    "hold": "中止计时",
    "perform": "履行",
    "review": "审核",
    "sign": "签批",
    "supervise": "督办",
}
