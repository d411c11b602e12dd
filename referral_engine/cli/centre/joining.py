"""Duplicates and parts: merge, unmerge, split."""

from __future__ import annotations

import click
import msgspec

from referral_engine.cli.centre.group import REASON, verb
from referral_engine.cli.command import option
from referral_engine.cli.verb import On
from referral_engine.i18n import _, gettext_noop
from referral_engine.model import command as c
from referral_engine.model.issue import Issue

__all__: list[str] = []

# What a part has of its own; the rest it takes from the case it was in.
_OWN = {"title", "text", "category", "severity", "people", "tags", "accused"}


@verb("merge", gettext_noop("Join it to another case as a duplicate (并案)."))
@option("--into", required=True, metavar="CODE", help=gettext_noop("The case that stays."))
@REASON
def merge(on: On, into: str, reason: str) -> c.Command:
    return c.Merge(into.partition("-")[0], reason)


@verb("unmerge", gettext_noop("Take it out of the case it was joined to."))
@REASON
def unmerge(on: On, reason: str) -> c.Command:
    return c.Unmerge(reason)


@verb("split", gettext_noop("Make a case of each part (拆分)."))
@option(
    "--part",
    "parts",
    multiple=True,
    required=True,
    metavar="TEXT|JSON",
    help=gettext_noop('A part: its text, or {"text": …, "category": …}. Repeat for more.'),
)
@option(
    "--unlinked",
    is_flag=True,
    help=gettext_noop("The parts carry no trace of this case (密件)."),
)
@REASON
def split(on: On, parts: tuple[str, ...], unlinked: bool, reason: str) -> c.Command:
    whole = on.issue()
    return c.Split(tuple(_part(text, whole) for text in parts), reason, unlinked)


def _part(written: str, whole: Issue) -> Issue:
    """An issue of its own, with the place, time and reporter of the whole."""
    own: dict[str, object] = {"text": written}
    if written.lstrip().startswith("{"):
        try:
            own = msgspec.json.decode(written, type=dict[str, object])
        except msgspec.DecodeError as error:
            raise click.BadParameter(str(error), param_hint="--part") from None
    if unknown := own.keys() - _OWN:
        message = _("{keys}: a part has {known}").format(
            keys=", ".join(sorted(unknown)), known=", ".join(sorted(_OWN))
        )
        raise click.BadParameter(message, param_hint="--part")
    bare = Issue(
        channel=whole.channel, received_at=whole.received_at, territory=whole.territory,
        reporter=whole.reporter, location=whole.location,
    )  # fmt: skip
    try:
        return msgspec.convert(msgspec.to_builtins(bare) | own, Issue)
    except msgspec.ValidationError as error:
        raise click.BadParameter(str(error), param_hint="--part") from None
