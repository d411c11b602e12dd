"""Who acts: a person in a post, a department's plugin, or the engine itself."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

__all__ = ["CENTRE_ROLES", "ENGINE", "NOBODY", "ROLES", "Principal", "Role"]

Role = Literal[
    "reporter",
    "grid_member",
    "village_director",
    "township_director",
    "dispatcher",
    "duty_leader",
    "officer",
    "reviewer",
    "callback_officer",
    "mediator",
    "sealed_contact",
    "county_leader",
    "administrator",
    "auditor",
    "engine",
]
ROLES: tuple[str, ...] = get_args(Role)

CENTRE_ROLES: tuple[Role, ...] = ("dispatcher", "duty_leader", "township_director", "county_leader")


class Principal(msgspec.Struct, frozen=True, gc=False):
    """``id`` is stable and never a citizen's name; ``unit`` is where the person acts from.

    A reporter's id is the keyed digest of the token or phone, so that the chain holds no
    personal data.
    """

    id: str
    roles: tuple[Role, ...]
    unit: str = ""

    def has(self, *roles: str) -> bool:
        for role in self.roles:  # noqa: SIM110 - asked several times at every command
            if role in roles:
                return True
        return False


ENGINE = Principal(id="engine", roles=("engine",))
NOBODY = Principal(id="", roles=())
"""Whoever keeps the machine and is nobody in the county."""
