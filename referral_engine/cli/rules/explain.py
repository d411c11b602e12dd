"""`rules explain`: why this rule, and for every other rule the first clause that failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json
from referral_engine.cli.reading import known_here, rows_of, tell_faults
from referral_engine.cli.rules.past import explain_case
from referral_engine.i18n import _, gettext_noop
from referral_engine.importers import RowFault
from referral_engine.rules.explain import Verdict
from referral_engine.rules.prose import Speech, rule_prose
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.preview import Preview

__all__ = ["explain"]


@command(
    "explain",
    help=gettext_noop(
        "Why this rule, and for every other rule the first clause that failed with the value seen:"
        " for issues as JSON lines in FILE, or for a case under the rules it was decided by."
        " --prose alone prints every rule as a sentence."
    ),
)
@click.argument("file", required=False)
@option("--case", "code", default="", metavar="CODE", help=gettext_noop("A case of the store."))
@option("--prose", is_flag=True, help=gettext_noop("Each rule as a sentence."))
@option("--actor", default="", help=gettext_noop("Who looks at the case."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("One JSON object an issue."))
@pass_app
def explain(app: App, file: str | None, code: str, prose: bool, actor: str, as_json: bool) -> int:
    if (file and code) or not (file or code or prose):
        raise click.UsageError(_("name a FILE of issues, or a --case, or --prose"))
    faults: list[RowFault] = []
    if code:
        with app.desk() as desk:
            by = who.reader_of(desk, app.actor(desk, actor, code), code)
            rules, told = explain_case(desk, code, by)
        stories: Iterable[tuple[str, tuple[Verdict, ...]]] = [told]
    else:
        rules = app.workspace.rules()
        stories = _of_file(app, rules, file, faults) if file else ()
    sentences = _sentences(app, rules) if prose else {}
    if not (file or code):
        _print_rules(sentences, as_json=as_json)
    for id, verdicts in stories:
        if as_json:
            print_json(_told(id, verdicts, sentences))
        else:
            _print(id, verdicts, sentences)
    tell_faults(faults, file or "")
    return REFUSED if faults else 0


def _of_file(
    app: App, rules: RuleSet, file: str, faults: list[RowFault]
) -> Iterator[tuple[str, tuple[Verdict, ...]]]:
    known, preview = known_here(app, rules), Preview(app.workspace, app.workspace.activate(rules))
    for row in rows_of(app, file, None):
        checked = known.checked(row)
        if checked.issue is None:
            faults += checked.faults
            continue
        yield checked.issue.id or str(row.line), preview.explain(checked.issue)
        preview.resolve(checked.issue)


def _sentences(app: App, rules: RuleSet) -> dict[str, str]:
    workspace = app.workspace
    labels = {code: category.label for code, category in rules.categories.items()}
    speech = Speech(workspace.fields, workspace.org.unit_names(), labels)
    return {
        rule.id: f"{rule.name or rule.id}: {rule_prose(rule, table.when, speech)}"
        for table, rule in Loaded(rules, workspace.names).routing_rules()
    }


def _told(id: str, verdicts: Iterable[Verdict], sentences: dict[str, str]) -> dict[str, Any]:
    listed = [_verdict(verdict, sentences) for verdict in verdicts]
    winner = next((each for each in listed if each["fate"] == "won"), None)
    return {"id": id, "rule": winner["rule"] if winner else None, "rules": listed}


def _verdict(verdict: Verdict, sentences: dict[str, str]) -> dict[str, Any]:
    failure = verdict.failure
    told: dict[str, Any] = {
        "rule": verdict.rule,
        "name": verdict.name,
        "file": verdict.place.file,
        "line": verdict.place.line,
        "fate": verdict.fate,
        "won": verdict.fate == "won",
        "clause": failure.clause if failure else None,
        "seen": failure.seen if failure else None,
        "clause_line": failure.place.line if failure else None,
    }
    if sentences:
        told["prose"] = sentences.get(verdict.rule, "")
    return told


def _print(id: str, verdicts: Iterable[Verdict], sentences: dict[str, str]) -> None:
    click.echo(id)
    for verdict in verdicts:
        click.echo(f"  {_fate(verdict)}")
        if sentence := sentences.get(verdict.rule):
            click.echo(f"      {sentence}")


def _fate(verdict: Verdict) -> str:
    label = f"{verdict.rule} {verdict.name}".strip() + f" ({verdict.place})"
    failure = verdict.failure
    match verdict.fate:
        case "won":
            return _("WON      {rule}").format(rule=label)
        case "true":
            return _("true     {rule}: an earlier rule had decided").format(rule=label)
        case "prepared":
            return _("prepared {rule}").format(rule=label)
        case "not_in_force":
            return _("out      {rule}: not in force when it was received").format(rule=label)
        case _ if failure is not None:
            said = _("failed   {rule}: {clause}, seen {seen}")
            return said.format(rule=label, clause=failure.clause, seen=failure.seen)
        case _:
            return label


def _print_rules(sentences: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json([{"rule": id, "prose": told} for id, told in sentences.items()])
        return
    for sentence in sentences.values():
        click.echo(f"- {sentence}")
