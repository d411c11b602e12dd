"""Every look at personal data is recorded: by walking the code for whoever opens content, and by
looking. A new place that opens it fails here until it is said what becomes of what it read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from referral_engine import desk
from referral_engine.desk import View
from referral_engine.errors import Refused
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.trial.box import Box
from tests.unit.desk.county import (
    ADMIN,
    AUDITOR,
    CLERK,
    KEEPER,
    OFFICER,
    by_name,
    issue,
    register,
    staffed,
)

PACKAGE = Path(desk.__file__).resolve().parents[1]
OPENS = {"content", "_contents", "near_candidates", "read_follow_up"}
"""What gives clear words: of the store, and of commands that hold whole issues."""
RECORDED, COMPARED, INSIDE = "recorded with the look", "compared, never shown", "the store itself"
KNOWN = {
    "desk/view.py View.case": "masked, or for the engine's own use; else through `_looked`",
    "desk/view.py View._looked.look": RECORDED,
    "desk/follow_up.py _phone": COMPARED,
    "desk/facts.py _alike": COMPARED,
    "desk/facts.py _issue": "decided on; what is decided holds no words",
    "runner/calling.py Calling._read": "shown to a department, and recorded where it is personal",
    "store/reader.py Reader.content": INSIDE,
    "store/reader.py Reader.near_candidates": INSIDE,
    "store/reader.py Reader.decisions": "decided on anew; what is told of it holds no words",
    "store/staged.py Staged._contents": INSIDE,
    "store/vault.py Vault.read": INSIDE,
    "store/work.py Work.claim_follow_ups": "carried out by the engine",
}


def opening() -> Iterator[str]:
    """Every function that calls one of OPENS, as ``file Class.function``."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for name, function in functions(tree, ()):
            if any(called(node) in OPENS for node in own(function)):
                yield f"{file.relative_to(PACKAGE)} {name}"


def functions(node: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = (*path, child.name)
            if not isinstance(child, ast.ClassDef):
                yield ".".join(inner), child
            yield from functions(child, inner)
        else:
            yield from functions(child, path)


def own(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function itself, lambdas included, and not in one within it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield child
            yield from own(child)


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_whoever_opens_content_is_known() -> None:
    assert set(opening()) == set(KNOWN)


def test_a_view_for_the_engine_is_asked_for_by_name_and_nowhere_shown() -> None:
    """`View.case` records nothing for the engine: nobody may look in its name."""
    asked = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if called(node) == "case" and "ENGINE" in ast.dump(node):
                asked.add(str(file.relative_to(PACKAGE)))
    assert asked == {"cli/verb.py"}, (
        "a split makes its parts of the whole, a letter says what it was asked to: nothing is shown"
    )


@pytest.fixture
def box(tmp_path: Path, database: str) -> Iterator[Box]:
    with staffed(tmp_path, database=database) as box:
        yield box


def looks(box: Box, code: str) -> list[tuple[str, str]]:
    with box.store.reading() as reader:
        return [(look.principal, look.purpose) for look in reader.accesses(code)]


def test_a_full_look_is_recorded_and_a_masked_one_is_none(box: Box) -> None:
    code = register(box, issue(**by_name("欧阳锦绣", "13987654321")))
    box.view.case(code, CLERK, full=False)
    box.view.case(code, AUDITOR)
    assert looks(box, code) == []
    seen = box.view.case(code, OFFICER, "call")
    assert seen.issue is not None
    assert seen.issue.reporter.name == "欧阳锦绣"
    assert looks(box, code) == [("officer", "call")]


def test_what_cannot_be_recorded_is_not_shown(box: Box) -> None:
    code = register(box, issue(**by_name("欧阳锦绣", "13987654321")))
    box.store.transact(lambda tx: tx.connection.execute(text("DROP TABLE access_log")))
    with pytest.raises(Exception, match="access_log"):
        box.view.case(code, CLERK)
    from referral_engine.store import Store

    with Store.open(box.store.url, readonly=True) as readonly:
        view = View(readonly, box.workspace, box.clock)
        assert view.case(code, CLERK).sight == "masked", "what takes no record shows no name"
        assert view.case(code, CLERK, full=False).sight == "masked"


@pytest.mark.parametrize("by", [AUDITOR, ADMIN])
def test_who_looked_is_shown_to_those_who_watch_and_that_look_too(box: Box, by: Principal) -> None:
    code = register(box, issue(**by_name("欧阳锦绣", "13987654321")))
    box.view.case(code, CLERK)
    told = [(look.principal, look.purpose) for look in box.view.accesses(code, by)]
    assert told == [("clerk", "show"), (by.id, "access_log")]


def test_who_looked_is_not_shown_to_others_and_of_a_sealed_case_to_its_contact(box: Box) -> None:
    code = register(box, issue(**by_name("欧阳锦绣", "13987654321")))
    with pytest.raises(Refused, match="FORBIDDEN"):
        box.view.accesses(code, CLERK)
    sealed = register(box, issue("举报某人", category="X02"))
    box.view.case(sealed, KEEPER)
    for by in (CLERK, AUDITOR, ADMIN):
        with pytest.raises(Refused, match="UNKNOWN_CASE"):
            box.view.accesses(sealed, by)
    assert [look.principal for look in box.view.accesses(sealed, KEEPER)] == ["keeper", "keeper"]


def test_the_engine_itself_is_no_reader(box: Box) -> None:
    code = register(box, issue(**by_name("欧阳锦绣", "13987654321")))
    assert box.view.case(code, ENGINE).issue is not None
    assert looks(box, code) == []
