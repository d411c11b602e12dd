"""Stories as tables for people: ``python -m referral_engine.trial.chronicle docs/stories.md``.

The page holds them between its own words, and a test holds the two together.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from referral_engine import i18n
from referral_engine.org import Org
from referral_engine.trial.read_story import read_story
from referral_engine.trial.scenario import Report, Row, run_scenario
from referral_engine.trial.story import Step, Story
from referral_engine.workspace import Workspace

__all__ = ["chronicle", "filled"]

_MARK = re.compile(r"(<!-- story: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = """\
| when | who | what | case | owner then | first deadline then | |
|---|---|---|---|---|---|---|
"""


def filled(page: str, told: Callable[[str], str]) -> str:
    """The page with every marked story written anew; `told` makes one from its path as written."""
    return _MARK.sub(lambda found: found[1] + told(found[2]) + found[3], page)


def chronicle(story: Story, report: Report, workspace: Workspace) -> str:
    """The story as it went, step by step, as Markdown: name and summary as the file has them.

    `report` is that of the same story. Times are the county's.
    """
    zone, org = workspace.calendar.zone, workspace.org
    rows = (
        _row(row, row.at.astimezone(zone), step, org)
        for row, step in zip(report.rows, _told(story), strict=True)
    )
    return f"**{story.name}**\n\n{story.about}\n\n{_HEAD}{''.join(rows)}"


def _told(story: Story) -> Iterator[Step]:
    """The step behind each row. A group of cases has as many rows as cases."""
    groups: dict[str, int] = {}
    last = ""
    for step in story.steps:
        acts = step.act is not None
        if step.arrival is not None:
            last = step.arrival.names[0].rpartition("-")[0] or step.arrival.names[0]
            groups[last] = len(step.arrival.names)
        elif acts:
            last = step.cases or last
        rows = groups.get(step.cases or last, 1) if acts or step.arrival is not None else 1
        yield from [step] * rows


def _row(row: Row, at: datetime, step: Step, org: Org) -> str:
    what = f"`{row.what}`" + (f" refused: `{row.refused}`" if row.refused else "")
    cells = (
        f"{at:%m-%d %H:%M}", _who(row.actor, org), what, row.case, _unit(row.owner, org),
        "" if row.refused else _first_deadline(step, org), row.note,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _who(word: str, org: Org) -> str:
    post, _at, unit = word.rpartition("@")
    if (person := org.person(post or word)) is not None:
        return f"{person.name} ({_unit(unit if post else person.units[0], org)})"
    return f"{post} ({_unit(unit, org)})" if post else _unit(word, org)


def _unit(id: str, org: Org) -> str:
    """Its name; a word that is no unit's id stays as it is."""
    unit = org.unit(id)
    return unit.name if unit else id


def _first_deadline(step: Step, org: Org) -> str:
    """Of the clocks that the step says are open, the one whose moment comes first, late or not."""
    clocks = next((e.value for e in step.expect if e.key == "clocks"), "")
    running = clocks if isinstance(clocks, dict) else {}
    due = {name: text for name, text in running.items() if text[:1].isdigit()}
    if not due:
        return ""
    name = min(due, key=lambda each: datetime.fromisoformat(due[each]))
    clock, _at, unit = name.partition("@")
    return f"{clock}{' ' + _unit(unit, org) if unit else ''} {due[name][5:16].replace('T', ' ')}"


def _write(page: Path, workspace: Workspace) -> None:
    rules = workspace.activate(workspace.rules())

    def told(path: str) -> str:
        file = page.parent / path
        story = read_story(file, workspace, rules.rule_set)
        return chronicle(story, run_scenario(file, workspace, rules), workspace)

    page.write_text(filled(page.read_text("utf-8"), told), "utf-8")


if __name__ == "__main__":
    i18n.set_locale("en")
    for name in sys.argv[1:]:
        _write(Path(name), Workspace.open(Path("config.yaml")))
