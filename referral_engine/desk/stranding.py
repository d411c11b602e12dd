"""An organisation that lacks a unit with something in hand would strand its cases."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.org import Org
from referral_engine.store import Store

__all__ = ["refuse_stranding", "stranded"]


def stranded(store: Store, org: Org) -> dict[str, int]:
    """The units that `org` lacks and how many open cases they hold, own or act in."""
    with store.reading() as reader:
        busy = reader.units_in_hand()
    return {unit: count for unit, count in busy.items() if org.unit(unit) is None}


def refuse_stranding(store: Store, org: Org) -> None:
    """Raises Refused (ORG_STRANDS) where a unit that `org` lacks has something in hand."""
    if units := stranded(store, org):
        named = ", ".join(f"{unit} ({count})" for unit, count in sorted(units.items()))
        raise Refused(
            "ORG_STRANDS",
            _("The organisation lacks units with open cases: {units}.").format(units=named),
            _("Units are never deleted: end them with `until`, name `succeeded_by`."),
        )
