"""`rules table`: a routing table as a sheet, one row a rule, and back."""

from __future__ import annotations

from pathlib import Path

import click
from yaml.nodes import MappingNode

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_json
from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.rules.reader import Known
from referral_engine.rules.sheet import merged, rows_of
from referral_engine.rules.yaml_nodes import compose

__all__ = ["table"]

table = Group(name="table", help=gettext_noop("Routing tables as sheets, one row a rule (表格)."))

_SHEETS = (".csv", ".xlsx")


@table.command("export", help=gettext_noop("A routing table as a CSV or XLSX sheet."))
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("sheet", type=click.Path(path_type=Path))
@pass_app
def export(app: App, file: Path, sheet: Path) -> None:
    from referral_engine.importers.rule_sheets import write_sheet

    _known_kind(sheet)
    text, name = _text(file), _named(app, file)
    loaded = app.workspace.read_rules(compare=False)
    faults = [fault for fault in loaded.errors if fault.place.file == name]
    if faults:
        raise Faulty(faults)
    if not any(each.file == name for each in loaded.rule_set.routing):
        raise Refused(
            "NO_ROUTING_TABLE",
            _("{file} is no routing table of this workspace.").format(file=name),
            _("Name one of the files with `kind: routing` under the workspace's rules."),
        )
    root = compose(text, name)
    assert isinstance(root, MappingNode), "it has just been read without faults"
    grid = rows_of(text, root, sheet.name, app.workspace.fields)
    write_sheet(grid, sheet)
    count = len(grid.rows) - len(grid.left)
    told = ngettext("{count} rule in {sheet}", "{count} rules in {sheet}", count)
    note(told.format(count=count, sheet=sheet))
    for id, reason in grid.left.items():
        note(_("  left in YAML: {rule} ({reason})").format(rule=id, reason=reason))


@table.command(
    "import",
    help=gettext_noop(
        "A sheet back into its rule file, which is made where there is none. What the sheet does"
        " not change stays as it is written; a fault is told at its row and column, and then"
        " nothing is written."
    ),
)
@click.argument("sheet", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@option("--dry-run", is_flag=True, help=gettext_noop("Say what would change, and write nothing."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("One JSON object."))
@pass_app
def import_(app: App, sheet: Path, file: Path, dry_run: bool, as_json: bool) -> None:
    from referral_engine.importers.rule_sheets import read_sheet

    _known_kind(sheet)
    if not sheet.is_file():
        raise FileNotFoundError(2, "", str(sheet))
    text = _text(file) if file.is_file() else ""
    result = merged(read_sheet(sheet), sheet.name, text, _named(app, file), _known(app))
    if not dry_run:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(result.text, "utf-8")
    told = {"added": result.added, "removed": result.removed, "changed": result.changed}
    if as_json:
        print_json({"file": str(file), "written": not dry_run, **told})
        return
    words = {"added": _("new"), "removed": _("gone"), "changed": _("changed")}
    for key, ids in told.items():
        if ids:
            click.echo(f"{words[key]}: {', '.join(ids)}")
    if not any(told.values()):
        click.echo(_("No rule says anything else than before."))
    note(_("  → Look at it all together: `referral rules check`, `referral rules test`."))


def _known_kind(sheet: Path) -> None:
    if sheet.suffix.lower() not in _SHEETS:
        raise click.UsageError(_("name a sheet that ends in .csv or .xlsx"))


def _text(file: Path) -> str:
    if not file.is_file():
        raise FileNotFoundError(2, "", str(file))
    return file.read_text("utf-8-sig")


def _named(app: App, file: Path) -> str:
    """The file as faults and rules name it: relative to the workspace where it lies in there."""
    folder = app.config.resolve().parent
    path = file.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else file.as_posix()


def _known(app: App) -> Known:
    """What rules may name here, as far as the other files declare it."""
    loaded = app.workspace.read_rules(compare=False)
    rules = loaded.rule_set
    return Known(
        app.workspace.fields, app.workspace.names, rules.lists, rules.categories, set(rules.paths)
    )
