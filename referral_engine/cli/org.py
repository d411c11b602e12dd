"""`referral org`: the organisation."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli.command import Group, option
from referral_engine.cli.reading import mapping_of
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.importers.derive_org import derive as derived
from referral_engine.trial.county import GRIDS_A_VILLAGE, Plan, read_townships
from referral_engine.trial.county import generate as generated

__all__ = ["org"]

org = Group(name="org", help=gettext_noop("Territories, units and people (组织)."))


@org.command(
    "derive",
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
    _write({folder / name: text for name, text in derived(file, plan).items()}, force=force)


@org.command(
    "generate",
    help=gettext_noop(
        "A county to try things on: the real townships of a list, all below them invented by a"
        " seed; departments, stations and posts as in the shipped county."
    ),
)
@option(
    "--townships",
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
    help=gettext_noop("CSV with the columns code (nine digits) and name."),
)
@option("--county", metavar="CODE", required=True, help=gettext_noop("Its six digits."))
@option("--name", metavar="NAME", help=gettext_noop("The county's name; its code by default."))
@option(
    "--villages",
    type=click.IntRange(min=1),
    metavar="N",
    help=gettext_noop("How many; by default one for 45 grids."),
)
@option(
    "--grids",
    type=click.IntRange(min=1),
    metavar="N",
    required=True,
    help=gettext_noop("How many, each with a person."),
)
@option(
    "--people",
    type=click.IntRange(min=1),
    metavar="N",
    help=gettext_noop(
        "How many in all: those beyond the posts are household contacts. By default the posts."
    ),
)
@option("--seed", type=int, default=1, metavar="N", help=gettext_noop("Same seed, same county."))
@option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    help=gettext_noop("Where to write; a file for each list, named as the shipped ones."),
)
@option("--force", is_flag=True, help=gettext_noop("Replace files that are there."))
def generate(
    townships: Path,
    county: str,
    name: str | None,
    villages: int | None,
    grids: int,
    people: int | None,
    seed: int,
    output: Path,
    force: bool,
) -> None:
    places = read_townships(townships, county)
    fewest = max(len(places), -(-grids // GRIDS_A_VILLAGE))
    plan = Plan(county, name or county, places, villages or fewest, grids, people, seed)
    _write({output / name: text for name, text in generated(plan).items()}, force=force)


def _write(files: dict[Path, str], *, force: bool) -> None:
    """All of them, or none where one is there already."""
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
