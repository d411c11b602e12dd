"""`rules explain`: why this rule, and for every other rule the first clause that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.otherwise import FIELDS, TO
from referral_engine.cli.output import print_json
from referral_engine.cli.reading import known_here, rows_of, tell_faults
from referral_engine.cli.rules.past import past_of
from referral_engine.cli.rules.verdicts import Story, Telling
from referral_engine.i18n import _, gettext_noop
from referral_engine.importers import RowFault
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.elsewhere import Elsewhere
from referral_engine.trial.preview import Preview

__all__ = ["explain"]


@command(
    "explain",
    help=gettext_noop(
        "Why this rule, and for every other rule the first clause that failed with the value seen:"
        " for issues as JSON lines in FILE, or for a case under the rules it was decided by; then"
        " what comes next by when if nobody acts. --to UNIT finds the smallest change that would"
        " make the unit lead. --prose alone prints every rule as a sentence."
    ),
)
@click.argument("file", required=False)
@option("--case", "code", default="", metavar="CODE", help=gettext_noop("A case of the store."))
@TO
@FIELDS
@option("--prose", is_flag=True, help=gettext_noop("Each rule as a sentence."))
@option("--actor", default="", help=gettext_noop("Who looks at the case."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("One JSON object an issue."))
@pass_app
def explain(
    app: App,
    file: str | None,
    code: str,
    to: str | None,
    fields: int,
    prose: bool,
    actor: str,
    as_json: bool,
) -> int:
    if (file and code) or not (file or code or prose) or (to and not (file or code)):
        raise click.UsageError(_("name a FILE of issues, or a --case, or --prose"))
    faults: list[RowFault] = []
    if code:
        rules, stories = _of_case(app, code, actor, to, fields)
    else:
        rules = app.workspace.rules()
        stories = _of_file(app, rules, file, to, fields, faults) if file else iter(())
    telling = Telling.of(app, rules, sentences=prose)
    if not (file or code):
        _print_rules(telling.sentences, as_json=as_json)
    for story in stories:
        if as_json:
            print_json(telling.record(story), app.zone)
        else:
            telling.show(story)
    tell_faults(faults, file or "")
    return REFUSED if faults else 0


def _of_case(
    app: App, code: str, actor: str, to: str | None, fields: int
) -> tuple[RuleSet, Iterator[Story]]:
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, code), code)
        past = past_of(desk, code, by)
    found = past.otherwise(app.workspace, to, fields) if to else None
    story = Story(past.case.code, past.verdicts(app.workspace), past.case, found)
    return past.rules, iter((story,))


def _of_file(
    app: App,
    rules: RuleSet,
    file: str,
    to: str | None,
    fields: int,
    faults: list[RowFault],
) -> Iterator[Story]:
    active = app.workspace.activate(rules)
    known, preview = known_here(app, rules), Preview(app.workspace, active)
    elsewhere = Elsewhere(preview, active)
    for row in rows_of(app, file, None):
        checked = known.checked(row)
        if checked.issue is None:
            faults += checked.faults
            continue
        issue = checked.issue
        verdicts = preview.explain(issue)
        found = elsewhere.nearest(issue, to, fields) if to else None
        yield Story(issue.id or str(row.line), verdicts, preview.resolve(issue).case, found)


def _print_rules(sentences: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json([{"rule": id, "prose": told} for id, told in sentences.items()])
        return
    for sentence in sentences.values():
        click.echo(f"- {sentence}")
