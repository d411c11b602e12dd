"""What went wrong, for people: message, place, next step, on stderr; never a traceback for it."""

from __future__ import annotations

import click

from referral_engine.errors import Faulty, ReferralError, Refused
from referral_engine.i18n import _
from referral_engine.spelling import nearest

__all__ = ["REFUSED", "USAGE", "note", "tell"]

REFUSED = 1
USAGE = 2
_INTERRUPTED = 130


def tell(error: Exception) -> int | None:
    """Says what went wrong; the exit code, or None for an error of the engine itself."""
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, click.Abort):
        note(_("interrupted"))
        return _INTERRUPTED
    lines = _lines(error)
    if lines is None:
        return None
    for line in lines:
        note(line)
    return REFUSED


def note(text: str) -> None:
    """A line for people, beside the output."""
    click.echo(text, err=True)


def _lines(error: Exception) -> list[str] | None:
    match error:
        case Faulty():
            from referral_engine.rules.render import as_text, summary

            # A hint never kept anybody from going on.
            serious = [fault for fault in error.faults if fault.severity != "info"]
            return [as_text(serious), summary(serious)]
        case Refused():
            return [f"{error.code}: {error.message}", *_next(error.next_step)]
        case ReferralError():
            return [str(error), *_next(_("Try again."))]
        case FileNotFoundError():
            return _no_file(error)
        case OSError():
            return [f"{error.filename or ''}: {error.strerror or error}".removeprefix(": ")]
        case _:
            return None


def _next(step: str) -> list[str]:
    return [f"  → {step}"] if step else []


def _no_file(error: FileNotFoundError) -> list[str]:
    path = str(error.filename or error)
    lines = [_("there is no {path}").format(path=path)]
    if path.endswith("config.yaml"):
        return [*lines, *_next(_("Make a workspace: `referral init DIR`; or name one: --config."))]
    if path.endswith(".db"):
        return [*lines, *_next(_("Nothing has come in yet: `referral intake FILE`."))]
    return [*lines, *_next(_("Is it spelt so? Paths are counted from where you stand."))]


def _usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    if isinstance(context, click.Context):
        note(context.command.get_usage(context))
        note(_("`{command} --help` explains it.").format(command=context.command_path))
    note(_("Error: {message}").format(message=_worded(error)))
    return USAGE


def _worded(error: click.ClickException) -> str:
    """Click's own messages are English; the frequent ones are said anew."""
    match error:
        case click.NoSuchOption():
            text = _("there is no option {name}").format(name=error.option_name)
            near = ", ".join(sorted(error.possibilities or ()))
            return text + (_("; did you mean {near}?").format(near=near) if near else "")
        case click.NoSuchCommand():
            return _no_command(error)
        case click.MissingParameter() if error.param is not None:
            return _("{name} is missing").format(name=error.param.get_error_hint(error.ctx))
        case click.BadParameter() if error.param is not None:
            return _("{name}: {problem}").format(
                name=error.param.get_error_hint(error.ctx), problem=_problem(error)
            )
        case _:
            return error.format_message()


def _no_command(error: click.NoSuchCommand) -> str:
    """Near is what the group lists; click asks for more likeness than people's fingers have."""
    text = _("there is no command {name}").format(name=error.command_name)
    group = error.ctx.command if error.ctx else None
    known = group.list_commands(error.ctx) if error.ctx and isinstance(group, click.Group) else []
    near = nearest(error.command_name, known)
    return text + (_("; did you mean {near}?").format(near=near) if near else "")


def _problem(error: click.BadParameter) -> str:
    """What is wrong with a value; our own types speak for themselves, click's are said anew."""
    match error.param.type if error.param else None:
        case click.Choice() as choice:
            return _("write one of: {choices}").format(choices=", ".join(map(str, choice.choices)))
        case click.IntRange() as span if span.min is not None and span.max is not None:
            return _("write a whole number from {low} to {high}").format(
                low=span.min, high=span.max
            )
        case _:
            return error.message
