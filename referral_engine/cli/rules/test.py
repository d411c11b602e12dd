"""`rules test`: the rule tests, with a virtual clock."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import click
from msgspec.structs import replace

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json
from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.rule_tests import TestResult, run_tests

__all__ = ["test"]


@command(
    "test",
    help=gettext_noop(
        "Run the tests of PATHS, by default all of the workspace, on the workspace's rules. What is"
        " expected, and what the rules do instead."
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@option("--run", "name", default=None, metavar="NAME", help=gettext_noop("Only these, by name."))
@option(
    "--junit",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=gettext_noop("The results as JUnit XML."),
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("A JSON array."))
@pass_app
def test(
    app: App, paths: tuple[Path, ...], name: str | None, junit: Path | None, as_json: bool
) -> int:
    chosen = _chosen(_loaded(app, paths), paths, app.workspace.config.root)
    results = run_tests(app.workspace, chosen, name=name)
    if not results:
        next_step = _("Write one: docs/rule-language.md.")
        raise Refused("NO_TESTS", _("There is no such test."), next_step)
    if junit is not None:
        _write_junit(results, junit)
    if as_json:
        print_json([_told(result) for result in results])
    else:
        _print(results)
    return 0 if all(result.passed for result in results) else REFUSED


def _loaded(app: App, paths: Sequence[Path]) -> Loaded:
    """The workspace's rules with the tests of these paths, which may lie outside of it."""
    workspace = app.workspace
    files = workspace.rule_paths()
    inside = {file.resolve() for file in files}
    more = [path for path in paths if path.resolve() not in inside and not _holds(path, inside)]
    loaded = workspace.read_rules([*files, *more] if more else None)
    if loaded.errors:
        raise Faulty(loaded.faults)
    return loaded


def _chosen(loaded: Loaded, paths: Sequence[Path], root: Path) -> Loaded:
    if not paths:
        return loaded
    wanted = [path.resolve() for path in paths]

    def asked(test_file: str) -> bool:
        file = (root / test_file).resolve()
        return any(file == path or path in file.parents for path in wanted)

    return replace(loaded, tests=tuple(t for t in loaded.tests if asked(t.place.file)))


def _holds(folder: Path, files: set[Path]) -> bool:
    return any(folder.resolve() in file.parents for file in files)


def _told(result: TestResult) -> dict[str, object]:
    return {
        "name": result.name,
        "file": result.place.file,
        "line": result.place.line,
        "passed": result.passed,
        "rule": result.rule,
        "failures": [
            {"file": f.place.file, "line": f.place.line, "column": f.place.column,
             "message": f.message}
            for f in result.failures
        ],
    }  # fmt: skip


def _print(results: Sequence[TestResult]) -> None:
    for result in results:
        for failure in result.failures:
            click.echo(f"{failure.place} {result.name}: {failure.message}")
    failed = sum(not result.passed for result in results)
    told = ngettext("{count} test", "{count} tests", len(results)).format(count=len(results))
    told += _(", {failed} failed").format(failed=failed) if failed else _(", all passed")
    click.echo(told)


def _write_junit(results: Sequence[TestResult], file: Path) -> None:
    failed = sum(not result.passed for result in results)
    suite = ET.Element("testsuite", name="rules", tests=str(len(results)), failures=str(failed))
    for result in results:
        case = ET.SubElement(
            suite, "testcase", name=result.name, classname=result.place.file,
            file=result.place.file, line=str(result.place.line),
        )  # fmt: skip
        for failure in result.failures:
            ET.SubElement(case, "failure", message=failure.message).text = str(failure)
    ET.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)
