"""`referral init`: a workspace that runs as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from referral_engine.cli.command import command
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.shipped import TEMPLATE_PARTS, template_root

__all__ = ["init", "make_workspace"]

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@command(
    "init",
    help=gettext_noop("A workspace that runs: config.yaml, rules, plugins, sample issues."),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    make_workspace(folder)
    click.echo(_("made a workspace in {folder}").format(folder=folder))
    for step in _next_steps(folder):
        click.echo(f"  → {step}")


def make_workspace(folder: Path) -> None:
    """Copies the shipped workspace into `folder`, new or empty. Raises Refused (NOT_EMPTY)."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            "NOT_EMPTY",
            _("{folder} is not empty; nothing was changed.").format(folder=folder),
            _("Name a new folder, or empty this one first."),
        )
    folder.mkdir(parents=True, exist_ok=True)
    root = template_root()
    for part in TEMPLATE_PARTS:
        if (root / part).is_dir():
            shutil.copytree(root / part, folder / part, ignore=_LEFT_OUT)
        elif (root / part).exists():
            shutil.copy2(root / part, folder / part)


def _next_steps(folder: Path) -> list[str]:
    sample = next(iter(sorted((folder / "samples").glob("issues.*"))), None)
    file = sample.relative_to(folder) if sample else "FILE"
    return [
        f"cd {folder}",
        "referral doctor",
        f"referral intake {file} --backfill",
        "referral run --until-idle",
        "referral case list",
    ]
