"""`rules test`: the rule tests, with a virtual clock, and how much of the rules they see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json
from referral_engine.cli.rules.tested import examine, print_tested, told
from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.junit import junit as as_junit
from referral_engine.trial.rule_tests import chosen

__all__ = ["test"]


@command(
    "test",
    help=gettext_noop(
        "Run the tests of PATHS, by default all of the workspace, on the workspace's rules. What is"
        " expected, and what the rules do instead. --coverage says what no test has seen, --mutate"
        " which changes of the rules no test would notice."
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@option(
    "--run",
    "pattern",
    default=None,
    metavar="PATTERN",
    help=gettext_noop("Only tests whose name holds this, or is like it where it has * or ?."),
)
@option(
    "--junit",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=gettext_noop("The results as JUnit XML."),
)
@option(
    "--coverage",
    is_flag=True,
    help=gettext_noop("Rules that never acted, clauses never seen true or never seen false."),
)
@option(
    "--mutate",
    is_flag=True,
    help=gettext_noop("Change the rules in one thing at a time; list what no test notices."),
)
@option(
    "--rule",
    default="",
    metavar="PATTERN",
    help=gettext_noop("Coverage and mutants of these rules only."),
)
@option(
    "--processes",
    type=click.IntRange(1),
    default=None,
    metavar="N",
    help=gettext_noop("How many processes judge mutants, by default one a core."),
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=gettext_noop("A JSON array; with --coverage or --mutate a JSON object."),
)
@pass_app
def test(
    app: App,
    paths: tuple[Path, ...],
    pattern: str | None,
    junit: Path | None,
    coverage: bool,
    mutate: bool,
    rule: str,
    processes: int | None,
    as_json: bool,
) -> int:
    loaded = _chosen(_loaded(app, paths), paths, app.workspace.config.root)
    loaded = replace(loaded, tests=chosen(loaded, pattern))
    if not loaded.tests:
        next_step = _("Write one: docs/testing-rules.md.")
        raise Refused("NO_TESTS", _("There is no such test."), next_step)
    whole = not (paths or pattern or rule)
    tested = examine(
        app.workspace,
        loaded,
        cover=coverage,
        mutate=mutate,
        rule=rule,
        whole=whole,
        processes=processes or 0,
    )
    if junit is not None:
        junit.write_text(as_junit(tested.results), encoding="utf-8")
    if not as_json:
        print_tested(tested)
    elif coverage or mutate:
        print_json(told(tested))
    else:
        print_json(told(tested)["tests"])
    return 0 if tested.clean else REFUSED


def _loaded(app: App, paths: Sequence[Path]) -> Loaded:
    """The workspace's rules with the tests of these paths, which may lie outside of it."""
    workspace = app.workspace
    files = workspace.rule_paths()
    inside = {file.resolve() for file in files}
    more = [path for path in paths if path.resolve() not in inside and not _holds(path, inside)]
    loaded = workspace.read_rules([*files, *more] if more else None, compare=False)
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
