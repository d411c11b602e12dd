"""The house itself: import order, names, sizes, the lock, the version, what a wheel holds."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import hatch_build
from referral_engine import __version__, shipped

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "referral_engine"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
CORE = ("model", "worktime", "org", "lifecycle", "rules", "flow")
LONGEST_FILE = 400
DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def plugin_modules() -> list[Path]:
    """The shipped department plugins without their tests, which may import what tests do."""
    return [p for p in sorted(ROOT.glob("plugins/**/*.py")) if "tests" not in p.parts]


def requirements() -> list[Requirement]:
    project = PYPROJECT["project"]
    declared = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
        *PYPROJECT["dependency-groups"]["dev"],
    ]
    return [Requirement(each) for each in declared]


def test_imports_point_one_way() -> None:
    # In a process of its own: it silences every logger that is there already.
    script = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_whole_core_is_kept_from_databases() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    (kept,) = (c["source_modules"] for c in contracts if c["name"] == "The core knows no database")
    there = {name for name in CORE if [*PACKAGE.glob(f"{name}.py"), *PACKAGE.glob(f"{name}/*.py")]}
    assert set(kept) == {f"referral_engine.{name}" for name in there}


def own_imports(path: Path) -> Iterator[str]:
    """What a module imports of the engine, as `flow.apply` or `model.case.Case`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (n.partition(".")[2] for n in names if n.startswith("referral_engine."))


def test_the_store_takes_only_the_model_and_the_fold() -> None:
    # The order of the layers alone would let it decide. How many sign what is a table.
    known = r"errors|i18n|clock|version|__version__|model|store|flow\.apply|lifecycle\.SIGNATURES"
    allowed = re.compile(rf"({known})\b")
    taken = {(p.name, n) for p in (PACKAGE / "store").rglob("*.py") for n in own_imports(p)}
    assert {(file, name) for file, name in taken if not allowed.match(name)} == set()


def test_web_and_command_line_reach_the_store_through_the_desk() -> None:
    outside = [p for part in ("web", "cli") for p in (PACKAGE / part).rglob("*.py")]
    direct = {(p.name, n) for p in outside for n in own_imports(p) if n.split(".")[0] == "store"}
    assert direct == set()


def test_names_say_something() -> None:
    assert [p for p in modules() if p.stem in NAMES_THAT_SAY_NOTHING] == []


def test_files_hold_one_concept() -> None:
    long = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def test_a_department_plugin_uses_the_public_names_only() -> None:
    foreign = {
        (str(path.relative_to(ROOT)), name)
        for path in plugin_modules()
        for name in imported_names(ast.parse(path.read_text("utf-8")))
        if name.split(".")[0] not in sys.stdlib_module_names and name != "referral_engine"
    }
    assert foreign == set()


def calls_at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that run when the module is imported: outside every function."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        waiting.extend(
            child for child in ast.iter_child_nodes(node) if not isinstance(child, DEFERRED)
        )


def test_no_message_is_translated_at_import() -> None:
    early = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in [*modules(), *plugin_modules()]
        for call in calls_at_import(ast.parse(path.read_text("utf-8")))
        if isinstance(call.func, ast.Name) and call.func.id in {"_", "ngettext"}
    ]
    assert early == [], "the language is not chosen yet: mark with gettext_noop instead"


def test_the_lock_names_no_registry() -> None:
    assert re.findall(r"\w+://\S+|--(?:index|extra|find|trusted)\S*", LOCK) == []


def test_every_locked_version_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > len(PYPROJECT["project"]["dependencies"])
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_holds_what_the_project_declares() -> None:
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", LOCK, re.MULTILINE)
    locked: dict[str, set[str]] = {}
    for name, version in pins:
        locked.setdefault(canonicalize_name(name), set()).add(version)
    for requirement in requirements():
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is not locked: make lock"
        assert all(requirement.specifier.contains(v) for v in versions), str(requirement)


def test_the_version_is_the_same_everywhere() -> None:
    assert importlib.metadata.version("referral-engine") == __version__


def test_every_dependency_has_its_record() -> None:
    record = (ROOT / "docs/decisions/0003-dependencies.md").read_text("utf-8").lower()
    assert [r.name for r in requirements() if f"| {r.name.lower()} |" not in record] == []


def test_a_checkout_is_its_own_template() -> None:
    assert shipped.template_root() == ROOT
    assert hatch_build.TEMPLATE_PARTS == shipped.TEMPLATE_PARTS


def test_a_wheel_holds_the_template_and_the_catalogue(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wheel.name.startswith(f"referral_engine-{__version__}-")
    assert "referral_engine/py.typed" in names
    assert "referral_engine/locale/zh_CN/LC_MESSAGES/referral_engine.mo" in names
    for part in shipped.TEMPLATE_PARTS:
        for source in (ROOT / part).rglob("*.yaml") if (ROOT / part).is_dir() else ():
            assert f"referral_engine/template/{source.relative_to(ROOT)}" in names
    assert not [name for name in names if name.startswith(("tests/", ".venv/"))]


@pytest.mark.postgres
def test_postgresql_is_real(postgres_url: str) -> None:
    import psycopg

    with psycopg.connect(postgres_url.replace("+psycopg", "", 1)) as connection:
        row = connection.execute("select current_setting('server_version_num')::int").fetchone()
    assert row is not None
    assert row[0] >= 150_000
