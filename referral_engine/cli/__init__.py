"""The command line: `referral`. Each command group is a module, imported when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from referral_engine import collector
from referral_engine.cli.command import Group, Lazy, Option
from referral_engine.i18n import gettext_noop
from referral_engine.version import __version__

__all__ = ["COMMANDS", "main", "root", "status"]

_HERE = "referral_engine.cli"

COMMANDS: dict[str, Lazy] = {
    "init": (f"{_HERE}.init:init", gettext_noop("make a workspace that runs as it is")),
    "demo": (f"{_HERE}.demo:demo", gettext_noop("rehearse the shipped sample in virtual time")),
    "doctor": (f"{_HERE}.doctor:doctor", gettext_noop("check everything, say what to do")),
    "intake": (f"{_HERE}.intake:intake", gettext_noop("take issues in from CSV, XLSX, JSON lines")),
    "simulate": (f"{_HERE}.simulate:simulate", gettext_noop("decide issues without a store")),
    "run": (f"{_HERE}.run:run", gettext_noop("the daemon: call departments, watch the clocks")),
    "case": (f"{_HERE}.case:case", gettext_noop("look at cases")),
    "desk": (f"{_HERE}.desk:desk", gettext_noop("what a unit does by hand")),
    "centre": (f"{_HERE}.centre:centre", gettext_noop("what the centre does")),
    "letter": (f"{_HERE}.letters:letter", gettext_noop("letters: templates and pages for print")),
    "rate": (f"{_HERE}.rate:rate", gettext_noop("the reporter's word")),
    "rules": (f"{_HERE}.rules:rules", gettext_noop("check, test, explain and publish rules")),
    "mediator": (f"{_HERE}.mediator:mediator", gettext_noop("mediators and their allowances")),
    "org": (f"{_HERE}.org:org", gettext_noop("derive an organisation, or generate one")),
    "plugin": (f"{_HERE}.plugin:plugin", gettext_noop("the departments' plugins")),
    "audit": (f"{_HERE}.audit:audit", gettext_noop("prove that the history is whole")),
    "deadletter": (f"{_HERE}.deadletter:deadletter", gettext_noop("what was given up")),
    "token": (f"{_HERE}.token:token", gettext_noop("who may come in without the shell")),
    "access": (f"{_HERE}.access:access", gettext_noop("who looked at personal data")),
    "backup": (f"{_HERE}.backup:backup", gettext_noop("write all of the store into one file")),
    "restore": (f"{_HERE}.restore:restore", gettext_noop("put a backup in the store's place")),
    "retention": (f"{_HERE}.retention:retention", gettext_noop("how long what is kept")),
    "keys": (f"{_HERE}.keys:keys", gettext_noop("the master keys that personal data is under")),
    "db": (f"{_HERE}.database:db", gettext_noop("the database: its schema, moving to another")),
}


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"referral {__version__}")
        ctx.exit()


def _begin(config: str, database: str, token_file: str, read_only: bool) -> None:
    from referral_engine.cli.app import App

    click.get_current_context().obj = App(Path(config), database, token_file, read_only=read_only)


root = Group(
    name="referral",
    lazy=COMMANDS,
    callback=_begin,
    help=gettext_noop(
        "Issues come in, rules decide who is whistled for, departments claim and report (吹哨报到)."
    ),
    params=[
        Option(
            ["--config"],
            envvar="REFERRAL_CONFIG",
            default="config.yaml",
            metavar="FILE",
            help=gettext_noop("The workspace's config.yaml (REFERRAL_CONFIG)."),
        ),
        Option(
            ["--database"],
            envvar="REFERRAL_DATABASE_URL",
            default="",
            metavar="URL",
            help=gettext_noop("Instead of the configured store (REFERRAL_DATABASE_URL)."),
        ),
        Option(
            ["--token-file"],
            default="",
            metavar="FILE",
            help=gettext_noop(
                "Act by the token in this file, - for stdin, instead of --actor (REFERRAL_TOKEN)."
            ),
        ),
        Option(
            ["--read-only"],
            envvar="REFERRAL_READ_ONLY",
            is_flag=True,
            help=gettext_noop(
                "Look and change nothing (REFERRAL_READ_ONLY, `mode: read_only`): on a copy, a"
                " standby, a disk that cannot be written."
            ),
        ),
        Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_version,
            help=gettext_noop("Show the version and exit."),
        ),
    ],
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The `referral` command. Exit codes: 0 done, 1 refused or faults found, 2 wrong usage."""
    collector.look_seldom()
    code = status(arguments)
    collector.leave_all()
    sys.exit(code)


def status(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code; what people did wrong is told on stderr."""
    try:
        words = None if arguments is None else list(arguments)
        done = root.main(words, prog_name="referral", standalone_mode=False)
        sys.stdout.flush()
        return done if isinstance(done, int) else 0
    except BrokenPipeError:
        # Whoever read our output has gone (`… | head`); Python's own flush must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from referral_engine.cli.failure import tell

        code = tell(error)
        if code is None:
            raise
        return code
