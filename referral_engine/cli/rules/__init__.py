"""`referral rules`: what an administrator does with rules."""

from __future__ import annotations

from referral_engine.cli.command import Group, Lazy
from referral_engine.i18n import gettext_noop

__all__ = ["rules"]

_HERE = "referral_engine.cli.rules"
_COMMANDS: dict[str, Lazy] = {
    "check": (f"{_HERE}.check:check", gettext_noop("all faults in one run")),
    "test": (f"{_HERE}.test:test", gettext_noop("the rule tests, with a virtual clock")),
    "explain": (f"{_HERE}.explain:explain", gettext_noop("why this rule, and why no other")),
    "prove": (f"{_HERE}.prove:prove", gettext_noop("what holds of every issue and every case")),
    "fields": (f"{_HERE}.fields:fields", gettext_noop("what conditions can ask")),
    "schema": (f"{_HERE}.fields:schema", gettext_noop("JSON Schema for editors")),
    "table": (f"{_HERE}.table:table", gettext_noop("routing tables as sheets, and back")),
    "backtest": (f"{_HERE}.backtest:backtest_", gettext_noop("history under proposed rules")),
    "score": (f"{_HERE}.score:score_", gettext_noop("accuracy on recorded referrals")),
    "learn": (f"{_HERE}.learn:learn_", gettext_noop("readable rules from recorded referrals")),
    "publish": (f"{_HERE}.publish:publish", gettext_noop("put the rules into force")),
    "confirm": (f"{_HERE}.publish:confirm", gettext_noop("agree as the second person")),
    "withdraw": (f"{_HERE}.publish:withdraw", gettext_noop("take back what is not in force yet")),
    "history": (f"{_HERE}.publish:history", gettext_noop("what was in force when")),
    "diff": (f"{_HERE}.diff:diff", gettext_noop("what the files change in the rules in force")),
    "rollback": (f"{_HERE}.publish:rollback", gettext_noop("put earlier rules into force again")),
}

rules = Group(
    name="rules",
    lazy=_COMMANDS,
    help=gettext_noop("Check, test, explain, prove and publish rules (规则)."),
)
