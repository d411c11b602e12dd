"""docs/capabilities.md says what is proved by what: every row is there and every proof exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "capabilities.md"
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
STATES = ("works", "in part", "not yet")


def rows(section: str) -> dict[str, list[str]]:
    """The cells of a section's table by the number in the first."""
    text = PAGE.read_text("utf-8").split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    body = lines[1:]
    assert len({cells[0] for cells in body}) == len(body), "a number stands twice"
    return {cells[0]: cells for cells in body}


CAPABILITIES = rows("Capabilities")
RED_LINES = rows("Red lines")
LINKS = LINK.findall(PAGE.read_text("utf-8"))


def test_no_row_is_missing() -> None:
    assert list(CAPABILITIES) == [str(number) for number in range(1, 24)]


@pytest.mark.parametrize("number", CAPABILITIES)
def test_a_row_proves_what_it_says(number: str) -> None:
    """What works is linked and lacks nothing; what does not says so."""
    state, told = CAPABILITIES[number][3:]
    assert state in STATES
    assert ("Not yet" in told) == (state != "works")
    if state != "not yet":
        assert LINK.search(told), "no proof"


@pytest.mark.parametrize("number", RED_LINES)
def test_a_red_line_is_held_by_a_test(number: str) -> None:
    _number, _line, told = RED_LINES[number]
    assert any(is_tested(target) for _name, target in LINK.findall(told))


@pytest.mark.parametrize(("name", "target"), LINKS)
def test_every_proof_exists(name: str, target: str) -> None:
    file = (PAGE.parent / target).resolve()
    assert file.is_file(), target
    if name.startswith("`"):
        assert is_there(name.strip("`"), file), f"{name} is not in {target}"


def is_there(name: str, file: Path) -> bool:
    """A test of that name, a case of a story, the name of a rule test, or a word of a list."""
    text = file.read_text("utf-8")
    if file.suffix == ".py":
        return re.search(rf"^ *def {re.escape(name)}\(", text, re.MULTILINE) is not None
    if file.suffix == ".yaml":
        return re.search(rf"name: {re.escape(name)}(?=[,}}]|$)", text, re.MULTILINE) is not None
    return name in text


def is_tested(target: str) -> bool:
    """Test functions, stories and rule tests are run by the suite; prose is not."""
    return target.endswith(".py") or "/stories/" in target or "/rules/tests/" in target


def test_a_missing_proof_is_noticed() -> None:
    tests = ROOT / "tests" / "acceptance" / "test_capabilities.py"
    assert is_there("test_no_row_is_missing", tests)
    assert not is_there("test_no_row", tests)
    assert not is_there("roo", ROOT / "samples" / "stories" / "1-guazhou.yaml")
