"""`rules fields` and `rules schema`: what conditions can ask, for people and for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.output import print_json, print_table
from referral_engine.i18n import _, gettext_noop, locale_name
from referral_engine.rules.fields import Field, Registry, registry
from referral_engine.rules.operators import operators_for

__all__ = ["fields", "schema"]


@command("fields", help=gettext_noop("What conditions can ask: fields, types, operators, values."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("A JSON array."))
@pass_app
def fields(app: App, as_json: bool) -> None:
    known = _known(app)
    if as_json:
        print_json([_told(field) for field in known])
        return
    headings = (_("field"), _("key"), _("type"), _("operators"), _("in"), _("values"))
    print_table(headings, [_row(field) for field in known])


@command("schema", help=gettext_noop("JSON Schema of a rule file, for completion in editors."))
@option("--output", type=str, metavar="FILE", help=gettext_noop("Write it there."))
@pass_app
def schema(app: App, output: str | None) -> None:
    import json

    import click

    from referral_engine.rules.schema import json_schema

    text = json.dumps(json_schema(_known(app)), ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
    else:
        Path(output).write_text(text + "\n", "utf-8")


def _known(app: App) -> Registry:
    """The workspace's fields, or the engine's own where there is no workspace."""
    return app.workspace.fields if app.config.is_file() else registry()


def _told(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "alias": field.key,
        "label": field.label,
        "type": field.type,
        "operators": [operator.name for operator in operators_for(field.type)],
        "values": field.values,
        "names": field.names,
        "settable": field.settable,
        "scopes": sorted(field.scopes),
        "may_be_missing": field.may_be_missing,
        "meaning": field.meaning,
    }


def _row(field: Field) -> tuple[str, ...]:
    chinese = locale_name() == "zh_CN"
    names = [each.alias if chinese else each.name for each in operators_for(field.type)]
    values = [f"{word} {label}" if chinese else word for word, label in field.values.items()]
    return (
        field.name, field.key, field.type, " ".join(names), " ".join(sorted(field.scopes)),
        ", ".join(values) or field.meaning,
    )  # fmt: skip
