"""Commands whose help speaks the reader's language, and groups that import what they run.

Help texts are marked with ``gettext_noop`` where they stand and translated when they are shown:
a table of them is read before the language is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import click

from referral_engine.i18n import _

__all__ = ["Command", "Group", "Lazy", "Option", "command", "option"]

Lazy = tuple[str, str]
"""Where a command is, as ``module:attribute``, and its one-line help."""

_GLOBAL = ("--config", "--database", "--token-file")
_GLOBAL_FLAGS = ("--read-only",)


class Option(click.Option):
    """An option with translated help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or not self.help:
            return record
        return record[0], record[1].replace(self.help, _(self.help), 1)


class _Speaking(click.Command):
    """Headings and help in the reader's language."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        records = [each.get_help_record(ctx) for each in options]
        if shown := [record for record in records if record is not None]:
            with formatter.section(_("Options")):
                formatter.write_dl(shown)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = _("Show this message and exit.")
        return found


class Command(_Speaking):
    """A command. Its function returns the exit code, or None for 0."""


class Group(_Speaking, click.Group):
    """Commands by name; each is imported when it is asked for."""

    command_class = Command

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, name = self.lazy[cmd_name][0].split(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Global options are understood wherever they stand, for that is where people put them."""
        return super().parse_args(ctx, args if ctx.parent else _hoisted(args))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _Speaking.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lines = [(name, _(told)) for name, (_where, told) in self.lazy.items()]
        lines += [(name, _(each.help) if each.help else "") for name, each in self.commands.items()]
        if lines:
            with formatter.section(_("Commands")):
                formatter.write_dl(lines)


def _hoisted(args: list[str]) -> list[str]:
    """The arguments with global options in front; what follows ``--`` stays."""
    end = args.index("--") if "--" in args else len(args)
    front: list[str] = []
    rest: list[str] = []
    words = iter(args[:end])
    for word in words:
        if word in _GLOBAL:
            front += [word, *(value for value in [next(words, None)] if value is not None)]
        elif word in _GLOBAL_FLAGS or word.startswith(tuple(f"{name}=" for name in _GLOBAL)):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest, *args[end:]]


command: Callable[..., Callable[[Callable[..., Any]], Command]] = partial(
    click.command, cls=Command
)
option: Callable[..., Callable[[Any], Any]] = partial(click.option, cls=Option)
