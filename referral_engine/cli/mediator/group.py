"""The group `referral mediator`, and what its commands share."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App
from referral_engine.cli.command import Group, option
from referral_engine.desk import Desk
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.principal import Principal

__all__ = ["ACTOR", "LIMIT", "YUAN", "acting", "mediator", "yuan"]

mediator = Group(name="mediator", help=gettext_noop("Mediators and their allowances (调解员)."))
ACTOR = option(
    "--actor",
    "named",
    default="",
    metavar="PERSON",
    help=gettext_noop("Who does it: a person's id; else you, as an administrator."),
)
LIMIT = option(
    "--limit",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help=gettext_noop("How many."),
)

if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType


class _Yuan(_Type):
    """An amount in yuan with at most two places, as whole fen."""

    name = "yuan"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        try:
            fen = Decimal(str(value)) * 100
        except InvalidOperation:
            fen = Decimal("NaN")
        if not fen.is_finite() or fen != int(fen) or not 0 < fen <= 10**12:
            self.fail(_("{text} is no amount in yuan such as 200 or 99.50").format(text=value))
        return int(fen)


YUAN = _Yuan()


def yuan(fen: int) -> str:
    """As people write it: 200.00."""
    return f"{Decimal(fen) / 100:,.2f}"


def acting(app: App, desk: Desk, named: str, roles: tuple[str, ...]) -> Principal:
    """Whoever acts, in the post that may do it where the person has one."""
    return who.in_post(app.actor(desk, named), app.workspace.org, *roles)
