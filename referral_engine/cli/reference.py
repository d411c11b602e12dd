"""docs/cli.md, written from the commands themselves: ``python -m referral_engine.cli.reference``.

The reference is in English, the commands' help in the language of whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from referral_engine import i18n
from referral_engine.cli import root
from referral_engine.cli.shapes import SHAPES

__all__ = ["reference"]

_INTRODUCTION = """\
# The command line

<!-- Written by `python -m referral_engine.cli.reference > docs/cli.md`; a test keeps it true. -->

`referral` runs in a workspace: a folder with a `config.yaml`, made by `referral init`. Texts are in
Chinese where the locale is (`LC_ALL`, `LC_MESSAGES`, `LANG`), else in English.

## What holds for every command

* **Exit codes.** 0 done; 1 refused or faults found, with a message that says what to do; 2 wrong
  usage.
* **Output.** With `--json` standard output carries that JSON alone; whatever else is told goes
  to standard error. Times in JSON are ISO 8601 with the county's offset.
* **Errors** are a message with its place and the next step. Faults of files are
  `file:line:column CODE message`, the line, and a suggestion ([errors.md](errors.md)); refused
  commands are `CODE: reason` and what to do instead ([refusals.md](refusals.md)).
* **Ids.** A code or id that was printed once is accepted everywhere: a referral's or proposal's id
  stands for its case, a case's code for the only referral or proposal it can mean. Units go by id
  or by name, rule sets by the beginning of their hash.
* **Times** given are ISO 8601, without an offset in the county's zone. **Lengths** are
  `15m 2h 3d` elapsed, `2wh 5wd` working time. **Units** as targets are an id, a name, a
  territory's code, or `@grid @village @township @county @first`.

## Who acts

`--actor` takes

* a **person's id** from the organisation: the posts give unit and roles, and of several posts the
  one counts that may do what is asked;
* `reporter`: what the reporter said, recorded as the reporter's own act;
* any **other name**, by default the user of the shell. Whoever has the shell is trusted, is
  recorded as `cli:NAME`, and acts in the role that the command stands for: `desk` as an officer of
  the referral's unit; `centre` as dispatcher and duty leader of the unit that holds the case;
  reviewing and calling back from a unit that did not handle it.

Of a sealed case neither `reporter` nor such a name knows: it takes a person whom it is meant for,
or the reporter's own token.

Instead, a **token** says who acts: `--token-file FILE` (`-` for standard input) or the environment
variable `REFERRAL_TOKEN`, never an argument, which every process of the machine could read. Tokens
are made by `referral token issue`, shown once, and kept as a hash.

Two names are two persons: what needs a second signature says so, with the command to sign.
Who only looks and names no actor is an administrator, who sees neither names nor sealed cases; a
sealed case is there only for the persons it is meant for, and answers as unknown to all others.

## Global options

They are understood wherever they stand.
"""


def reference() -> str:
    """The whole page as Markdown."""
    chosen = i18n.locale_name()
    i18n.set_locale("en")
    try:
        context = click.Context(root, info_name="referral")
        parts = [_INTRODUCTION, _options(root, context), *_commands(root, context, 2)]
    finally:
        i18n.set_locale(chosen)
    return "\n".join(parts).rstrip() + "\n"


def _commands(group: click.Group, context: click.Context, depth: int) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        inner = click.Context(command, info_name=name, parent=context)
        yield _command(command, inner, depth)
        if isinstance(command, click.Group):
            yield from _commands(command, inner, depth + 1)


def _command(command: click.Command, context: click.Context, depth: int) -> str:
    lines = [f"{'#' * depth} `{context.command_path}`", "", command.help or "", ""]
    if not isinstance(command, click.Group):
        pieces = " ".join(command.collect_usage_pieces(context))
        lines += ["```", f"{context.command_path} {pieces}", "```", ""]
        if table := _options(command, context):
            lines.append(table)
    if shape := SHAPES.get(context.command_path.removeprefix("referral ")):
        lines += [f"`--json` gives {shape}.", ""]
    return "\n".join(lines)


def _options(command: click.Command, context: click.Context) -> str:
    """A table of the options; the one for help, which all have, is left out."""
    shown = [each for each in command.params if isinstance(each, click.Option)]
    records = [record for each in shown if (record := each.get_help_record(context))]
    if not records:
        return ""
    rows = [f"| `{_cell(name)}` | {_cell(told)} |" for name, told in records]
    return "\n".join(["| option | meaning |", "|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(reference(), nl=False)
