"""A department as its plugin hands it over: names, grounds, statuses, handlers by kind of case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from referral_engine.model.secret import Secret
from referral_engine.plugins.acts import Decline, Defer, Reply
from referral_engine.plugins.handler import Condition, Handler, Handles, Verb
from referral_engine.plugins.view import Conference, Escalation, Referral

__all__ = ["Department", "Profile"]

H = TypeVar("H", bound=type[Handler])


class Profile(msgspec.Struct, frozen=True):
    """What the engine keeps of a department: everything but its code."""

    id: str
    name: str
    version: str
    hooks: int
    grounds: dict[str, str]
    statuses: dict[str, str]
    kinds: tuple[str, ...]
    categories: tuple[str, ...] = ()
    rehearsal: bool = False
    secrets: tuple[Secret, ...] = ()


class Department:
    """``id`` is the unit's id in the organisation; its stations are served by the same plugin.

    ``name``      for people
    ``version``   of the plugin; stands in every event it causes, so count it up
    ``grounds``   why it may decline: ground → Chinese text for people
    ``statuses``  what its own system calls the states of a matter: status → Chinese text
    ``hooks``     the hook version it was written for
    ``rehearsal`` nobody stands behind it: it plays a department, and what it reports is made up
    ``reach``     serves what no handler covers, unless it is sealed: a way to its own system

    Raises TypeError where one of them is not of its type.
    """

    def __init__(
        self,
        id: str,
        name: str,
        version: str,
        *,
        grounds: Mapping[str, str] | None = None,
        statuses: Mapping[str, str] | None = None,
        hooks: int = 1,
        rehearsal: bool = False,
        reach: Handler | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.version = version
        self.grounds: dict[str, str] = _copied(grounds)
        self.statuses: dict[str, str] = _copied(statuses)
        self.hooks = hooks
        self.rehearsal = rehearsal
        self.reach = reach
        self._played = False
        self._handlers: list[tuple[Handles, Handler]] = []
        self.profile()

    def handles(
        self,
        *handler: object,
        category: str | tuple[str, ...] = (),
        path: str | tuple[str, ...] = (),
        when: Condition | None = None,
        role: Literal["", "lead", "support"] = "",
        sealed: bool = False,
    ) -> Callable[[H], H]:
        """Registers the decorated handler class; of those that cover a case, the first serves it.

        Raises TypeError for a class that is no Handler, at the decorated class.
        """
        if handler:
            raise TypeError("write @department.handles(…), with its conditions in the brackets")
        kind = Handles(category=category, path=path, when=when, role=role, sealed=sealed)

        def register(cls: H) -> H:
            handler: object = cls()
            if not isinstance(handler, Handler):
                raise TypeError(f"class {cls.__name__} is not a subclass of Handler")
            self._handlers.append((kind, handler))
            return cls

        return register

    def handler(self, referral: Referral) -> Handler | None:
        """The first handler whose kind covers the referral, else its `reach`; None: a person sees
        to it.
        """
        found = next((h for kind, h in self._handlers if kind.covers(referral)), None)
        if found is None and not referral.sealed:
            found = self.reach
        return None if found is not None and found.outside and self._played else found

    def play(self) -> None:
        """From now on nothing goes outside: in a simulation, or a replay in virtual time, what a
        real system would be asked is left to a person.
        """
        self._played = True

    def answer(self, verb: Verb, referral: Referral, detail: Mapping[str, str]) -> Reply:
        """Asks the right handler; without one, an offer is left to a person."""
        handler = self.handler(referral)
        if handler is None:
            return Defer() if verb == "offered" else None
        if verb == "escalated":
            return handler.escalated(referral, msgspec.convert(dict(detail), Escalation))
        if verb == "conference":
            return handler.conference(referral, _conference(detail))
        ask: Callable[[Referral], Reply] = getattr(handler, verb)
        reply = ask(referral)
        if referral.bound and isinstance(reply, Decline):
            # It would be refused; what the department does with the case instead, a person says.
            return Defer(reply.reason)
        return reply

    def profile(self) -> Profile:
        """The department without its code. Raises TypeError where something is of another type."""
        handlers = [handler for _kind, handler in self._handlers]
        kinds = [str(kind) for kind, _handler in self._handlers]
        if self.reach is not None:
            if not isinstance(self.reach, Handler):
                raise TypeError(f"Department({self.id!r}, …): reach is a Handler such as Webhook")
            handlers.append(self.reach)
            kinds.append(f"reach:{type(self.reach).__name__}")
        given = {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "hooks": self.hooks,
            "rehearsal": self.rehearsal,
            "grounds": self.grounds,
            "statuses": self.statuses,
            "kinds": kinds,
            "secrets": list(dict.fromkeys(each for h in handlers for each in h.secrets)),
            "categories": sorted({c for kind, _handler in self._handlers for c in kind.categories}),
        }
        try:
            return msgspec.convert(given, Profile)
        except msgspec.ValidationError as error:
            raise TypeError(f"Department({self.id!r}, …): {error}") from None


def _copied(texts: object) -> Any:
    """A copy; what is no mapping stays as it is, and `profile` says so."""
    if texts is None:
        return {}
    return dict(texts) if isinstance(texts, Mapping) else texts


def _conference(detail: Mapping[str, str]) -> Conference:
    members = tuple(unit for unit in detail.get("members", "").split(",") if unit)
    given = {"id": detail.get("conference", ""), "members": members}
    if detail.get("meet_at"):
        given["meet_at"] = detail["meet_at"]
    return msgspec.convert(given, Conference)
