"""A backtest as one HTML file for whoever signs: nothing is fetched, it prints on A4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import islice
from typing import Any, NamedTuple

from referral_engine.i18n import _, gettext_noop, locale_name
from referral_engine.rules import vocabulary
from referral_engine.trial.backtest.compare import Change
from referral_engine.trial.backtest.run import Backtest
from referral_engine.trial.backtest.tally import ClockTally, Tally
from referral_engine.workspace import Workspace

__all__ = ["LABELS", "Heading", "page", "value_said"]

SHOWN = 200
"""Changed cases on the page; a leader reads no more, and the JSON has all."""

LABELS = {
    "outcome": gettext_noop("outcome"),
    "lead": gettext_noop("lead"),
    "support": gettext_noop("support"),
    "whistle": gettext_noop("whistle"),
    "path": gettext_noop("path"),
    "sealed": gettext_noop("sealed"),
    "proposal": gettext_noop("proposal"),
    "claim_by": gettext_noop("claim by"),
    "arrive_by": gettext_noop("arrive by"),
    "report_by": gettext_noop("report by"),
    "claim": gettext_noop("claim"),
    "arrive": gettext_noop("arrival"),
    "report": gettext_noop("report"),
}
_WORDS = vocabulary.WHISTLES | vocabulary.PATHS | vocabulary.REDIRECTS | vocabulary.REJECT_GROUNDS
_STYLE = """
@page { size: A4; margin: 18mm 15mm }
body { font: 14px/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #1a1a1a;
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin-top: 2rem }
p.lead { font-size: 1.05rem } .dim { color: #595959 }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem;
  border-bottom: 1px solid #d0d0d0 }
th { border-bottom: 2px solid #555 } td.n, th.n { text-align: right;
  font-variant-numeric: tabular-nums }
thead { display: table-header-group } tr { break-inside: avoid }
dl.sign { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2rem; margin-top: 3rem }
dl.sign div { border-top: 1px solid #1a1a1a; padding-top: .3rem }
@media print { body { margin: 0; max-width: none; font-size: 11px } h2 { break-after: avoid } }
"""


class Heading(NamedTuple):
    """What is compared with what, by whom and when."""

    before: str
    after: str
    author: str
    made_at: datetime


def page(made: Backtest, heading: Heading, workspace: Workspace) -> str:
    """The whole document, in the reader's language."""
    tally, names = made.tally, workspace.org.unit_names()
    title = _("Backtest of a rule change")
    at = heading.made_at.astimezone(workspace.calendar.zone)
    head = (
        f"<h1>{escape(title)}</h1><p class=dim>{escape(workspace.config.name)} · "
        f"{at:%Y-%m-%d %H:%M} · {escape(heading.author)}</p>"
    )
    versions = _table(
        (_("published"), _("proposed")), [(heading.before, heading.after)], numbers=()
    )
    parts = [
        head, versions, f"<p class=lead>{escape(summary(tally))}</p>",
        *_sections(tally, names), *_cases(made, names, workspace), _signatures(),
    ]  # fmt: skip
    language = "zh-CN" if locale_name() == "zh_CN" else "en"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def summary(tally: Tally) -> str:
    """In one sentence."""
    share = tally.changed / tally.cases if tally.cases else 0.0
    return _("Of {cases} cases {changed} ({share}) would be decided otherwise.").format(
        cases=f"{tally.cases:,}", changed=f"{tally.changed:,}", share=f"{share:.1%}"
    )


def remarks(tally: Tally) -> Iterator[str]:
    """What the sums leave out, or rest on; sealed cases are never spoken of."""
    said = {
        "renamed": _("{count} come out the same by another rule"),
        "gone": _("{count} left out: their words were erased"),
        "undecided": _("{count} left out: one of the rule sets does not decide them"),
        "asked": _("{count} needed an answer of history that was not asked then; it was asked now"),
    }
    for name, text in said.items():
        if count := getattr(tally, name):
            yield text.format(count=f"{count:,}")


def value_said(what: str, value: Any, names: dict[str, str]) -> str:
    """One side of a difference, for people."""
    if value is None or value == [] or value == "":
        return "–"
    if what in ("lead", "support"):
        units = [value] if isinstance(value, str) else value
        return ", ".join(names.get(unit, unit) for unit in units)
    if what.endswith("_by"):
        return str(value)[:16].replace("T", " ")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _proposal_said(value, names) if what == "proposal" else _word(value)


def _proposal_said(proposal: dict[str, Any], names: dict[str, str]) -> str:
    """What would be signed, or the units left to whoever dispatches."""
    if units := proposal.get("units"):
        shares = (f"{names.get(one['unit'], one['unit'])} {one['share']:.0%}" for one in units)
        return ", ".join(shares)
    return " ".join(_word(word) for key, word in proposal.items() if key != "kind")


def _word(word: str) -> str:
    return _WORDS.get(word, word) if locale_name() == "zh_CN" else str(word).replace("_", " ")


def _sections(tally: Tally, names: dict[str, str]) -> Iterator[str]:
    if notes := list(remarks(tally)):
        yield "<ul class=dim>" + "".join(f"<li>{escape(each)}</li>" for each in notes) + "</ul>"
    yield _section(
        _("What changes"), (_("what"), _("cases")),
        [(_(LABELS[what]), f"{count:,}") for what, count in _most(tally.what)],
    )  # fmt: skip
    yield _section(
        _("Who leads instead"), (_("published"), _("proposed"), _("cases")),
        [
            (names.get(old, old) or "–", names.get(new, new) or "–", f"{count:,}")
            for (old, new), count in _most(tally.moves)
        ],
    )  # fmt: skip
    yield _section(
        _("By which rule"), (_("published"), _("proposed"), _("cases")),
        [(old, new, f"{count:,}") for (old, new), count in _most(tally.rules)],
    )  # fmt: skip
    yield _section(_("Deadlines"), clock_headings(), clock_rows(tally.clocks), first_number=1)
    days = tally.length()
    yield _section(
        _("Load by department, a day, over {days} days").format(days=days), load_headings(),
        load_rows(tally, names), first_number=1,
    )  # fmt: skip


def clock_headings() -> tuple[str, ...]:
    return (
        _("clock"), _("tightened"), _("eased"), _("added"), _("dropped"), _("judged"),
        _("late, published"), _("late, proposed"),
    )  # fmt: skip


def clock_rows(clocks: dict[str, ClockTally]) -> list[tuple[str, ...]]:
    """Of the clocks that move; ``judged`` by what the unit did in fact."""
    return [
        (_(LABELS[name]), *(f"{count:,}" for count in (
            clock.tightened, clock.eased, clock.added, clock.dropped, clock.judged, *clock.late
        )))
        for name, clock in clocks.items()
        if clock.tightened or clock.eased or clock.added or clock.dropped
    ]  # fmt: skip


def load_headings() -> tuple[str, ...]:
    return (
        _("department"), _("leads, published"), _("leads, proposed"), _("most on a day, published"),
        _("most on a day, proposed"), _("supports, published"), _("supports, proposed"),
    )  # fmt: skip


def load_rows(tally: Tally, names: dict[str, str]) -> list[tuple[str, ...]]:
    """Of those whose load moves, most first: means a day, and the most on one."""
    days = max(1, tally.length())
    return [
        (
            names.get(load.unit, load.unit),
            *(f"{count / days:.1f}" for count in load.whole.lead), *map(str, load.peak),
            *(f"{count / days:.1f}" for count in load.whole.support),
        )
        for load in tally.load()
        if load.whole.differs
    ]  # fmt: skip


def _cases(made: Backtest, names: dict[str, str], workspace: Workspace) -> Iterator[str]:
    shown = list(islice(made.changes(), SHOWN))
    if not shown:
        return
    title = _("Changed cases")
    if made.tally.changed > len(shown):
        title += " " + _("(the first {shown} of {count})").format(
            shown=len(shown), count=f"{made.tally.changed:,}"
        )
    rows = [row for change in shown for row in change_rows(change, names)]
    yield _section(title, (_("case"), _("what"), _("published"), _("proposed")), rows, 9)


def change_rows(change: Change, names: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """A row for each difference; the case's code stands in the first."""
    code = change.case
    for what, (old, new) in change.differs.items():
        yield code, _(LABELS[what]), value_said(what, old, names), value_said(what, new, names)
        code = ""
    for clock in change.clocks:
        if clock.late is not None and clock.late[0] != clock.late[1]:
            said = [_("late") if late else _("in time") for late in clock.late]
            yield code, _("{clock} in fact").format(clock=_(LABELS[clock.name])), *said


def _signatures() -> str:
    fields = (_("Approved by"), _("Signature"), _("Date"))
    return "<dl class=sign>" + "".join(f"<div>{escape(each)}</div>" for each in fields) + "</dl>"


def _section(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    first_number: int | None = None,
) -> str:
    first = len(headings) - 1 if first_number is None else first_number
    body = _table(headings, rows, range(first, len(headings))) if rows else ""
    nothing = f"<p class=dim>{escape(_('nothing'))}</p>"
    return f"<h2>{escape(title)}</h2>" + (body or nothing)


def _table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()
) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        marked = (f"<{tag} class=n>" if at in numbers else f"<{tag}>" for at in range(len(row)))
        return "".join(
            f"{tag_}{escape(cell)}</{tag}>" for tag_, cell in zip(marked, row, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', headings)}</tr></thead><tbody>{body}</tbody></table>"


def _most(counted: Any) -> list[tuple[Any, int]]:
    return [
        each for each in sorted(counted.items(), key=lambda one: (-one[1], str(one[0])))
        if each[1] > 0
    ][:50]  # fmt: skip
