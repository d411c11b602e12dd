"""docs/cli.md is what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from referral_engine import i18n
from referral_engine.cli import root
from referral_engine.cli.reference import reference
from referral_engine.cli.refusals import Refusal, refusals, table
from referral_engine.cli.shapes import SHAPES
from tests.unit.cli.test_main import commands

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = DOCS / "cli.md"


@pytest.fixture(scope="module")
def collected() -> list[Refusal]:
    """Every refusal of the package, which is read once."""
    return refusals()


def found(words: tuple[str, ...]) -> click.Command:
    command: click.Command = root
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None
        command = inner
    return command


def test_the_page_is_up_to_date() -> None:
    written = PAGE.read_text("utf-8")
    assert reference() == written, "python -m referral_engine.cli.reference > docs/cli.md"


def test_the_page_is_the_same_whoever_writes_it() -> None:
    i18n.set_locale("zh_CN")
    assert reference() == PAGE.read_text("utf-8")
    assert i18n.locale_name() == "zh_CN"


def test_every_command_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8").splitlines()
    for words in commands(root):
        assert f"{'#' * (len(words) + 1)} `referral {' '.join(words)}`" in page


def test_every_json_has_its_shape() -> None:
    speaking = {
        " ".join(words)
        for words in commands(root)
        if any(param.name == "as_json" for param in found(words).params)
    }
    by_group = {name for name in speaking if name.split()[0] in ("desk", "centre")}
    assert speaking - by_group | {"desk", "centre"} == set(SHAPES)


def test_every_option_has_help() -> None:
    silent = [
        (" ".join(words), param.name)
        for words in commands(root)
        for param in found(words).params
        if isinstance(param, click.Option) and not param.help
    ]
    assert silent == []


def test_the_refusals_are_up_to_date(collected: list[Refusal]) -> None:
    written = (DOCS / "refusals.md").read_text("utf-8")
    assert table(collected) == written, "python -m referral_engine.cli.refusals > docs/refusals.md"


def test_every_refusal_says_why(collected: list[Refusal]) -> None:
    assert [refusal.code for refusal in collected if not refusal.why] == []


def test_refusals_have_codes_of_one_form(collected: list[Refusal]) -> None:
    codes = [refusal.code for refusal in collected]
    assert len(codes) > 50
    assert [code for code in codes if not code.replace("_", "").isupper()] == []
    assert len(set(codes)) == len(codes)
