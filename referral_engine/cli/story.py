"""`simulate --scenario`: a story in virtual time, told step by step."""

from __future__ import annotations

from pathlib import Path

from referral_engine.cli.app import App

__all__ = ["tell_story"]


def tell_story(app: App, file: Path, *, as_json: bool) -> int:
    raise NotImplementedError
