"""Tables for people: what a terminal of 100 columns shows of them."""

from __future__ import annotations

import sys

import click
import pytest

from referral_engine.cli.output import print_table


def test_a_code_is_never_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, area = "62092220261128112564033", "620922001002003"
    owner = "Centre for Social Security and Order of the Model County"
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    moment = "2026-10-09 21:40"
    row = (code, "assigned", owner, "M01", area, moment, moment)
    print_table(("case", "state", "owner", "category", "territory", "received", "next"), [row])

    lines = click.unstyle(capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 100
    assert any(code in line and area in line for line in lines)
