"""`referral org`: the organisation."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli.command import Command, Group, option
from referral_engine.cli.reading import mapping_of
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.importers.derive_org import derive as derived

__all__ = ["org"]

org = Group(name="org", help=gettext_noop("Territories, units and people (组织)."))


@org.command(
    "derive",
    cls=Command,
    help=gettext_noop(
        "Organisation and categories as an export shows them; the mapping's territory: and"
        " organisation: say how."
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
    help=gettext_noop("How the file is to be read (docs/mapping.md)."),
)
@option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=gettext_noop("The workspace to write into; by default where the mapping lies."),
)
@option("--force", is_flag=True, help=gettext_noop("Replace files that are there."))
def derive(file: Path, mapping: Path, output: Path | None, force: bool) -> None:
    plan = mapping_of(mapping)
    assert plan is not None
    folder = output or mapping.resolve().parent
    files = {folder / name: text for name, text in derived(file, plan).items()}
    there = sorted(str(path) for path in files if path.exists())
    if there and not force:
        raise Refused(
            "FILE_EXISTS",
            _("already there: {files}").format(files=", ".join(there)),
            _("Nothing was written; --force replaces them."),
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        click.echo(_("wrote {file}").format(file=path))
