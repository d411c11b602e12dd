"""A handler: what a department does with one kind of case, verb by verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from referral_engine.model.secret import Secret
from referral_engine.plugins.acts import Defer, Reply
from referral_engine.plugins.view import Conference, Escalation, Referral

__all__ = ["VERBS", "Condition", "Handler", "Handles", "Verb", "under"]

Verb = Literal["offered", "work", "withdraw", "escalated", "conference", "returned"]
VERBS: tuple[Verb, ...] = get_args(Verb)
Condition = Callable[[Referral], bool]


class Handler:
    """Base of all handlers; override what the department answers by itself.

    Each method is an ordinary call with a deadline, outside any transaction, at least once under
    ``referral.key``: the same question twice must get the same answer.

    ``secrets`` name what signs the messages that its system sends to the engine by itself; without
    one it cannot. ``outside``: it speaks to a real system, and so does nothing where all is played.
    """

    secrets: tuple[Secret, ...] = ()
    outside: bool = False

    def offered(self, referral: Referral) -> Reply:
        """The referral is new: take it, decline it, or leave it to a person."""
        return Defer()

    def work(self, referral: Referral) -> Reply:
        """The time named by the last ``Wait`` is up: what has happened since?"""
        return None

    def withdraw(self, referral: Referral) -> Reply:
        """The referral was cancelled: stop outside work. Whatever is returned has no effect."""
        return None

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        """The referral was reminded of, supervised or stepped up."""
        return None

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        """The unit is called to a conference on this case."""
        return None

    def returned(self, referral: Referral) -> Reply:
        """The report did not pass the review: the referral is claimed again, its clock runs on."""
        return None


class Handles:
    """The kind of case a handler is for: every condition given must hold.

    ``category``  codes; ``S02`` covers S02a and S02b, ``M`` every code that begins with M
    ``path``      paths, such as mediation
    ``when``      a function of the referral
    ``role``      lead or support; empty: either
    ``sealed``    whether it also answers for sealed cases, whose words it is not shown

    Raises TypeError where one of them is not of its kind.
    """

    __slots__ = ("categories", "paths", "role", "sealed", "when")

    def __init__(
        self,
        *,
        category: str | tuple[str, ...] = (),
        path: str | tuple[str, ...] = (),
        when: Condition | None = None,
        role: Literal["", "lead", "support"] = "",
        sealed: bool = False,
    ) -> None:
        if when is not None and not callable(when):
            raise TypeError(f"when is a function of the referral, not {when!r}")
        if role not in ("", "lead", "support"):
            raise TypeError(f"role is lead or support, not {role!r}")
        self.categories = _words("category", category)
        self.paths = _words("path", path)
        self.when = when
        self.role = role
        self.sealed = sealed

    def covers(self, referral: Referral) -> bool:
        """Whether this referral is of the kind. Raises whatever ``when`` raises."""
        return (
            (self.sealed or not referral.sealed)
            and (not self.role or referral.role == self.role)
            and (not self.paths or referral.path in self.paths)
            and (not self.categories or any(under(referral.category, c) for c in self.categories))
            and (self.when is None or self.when(referral))
        )

    def __str__(self) -> str:
        parts = [*self.categories, *(f"path:{path}" for path in self.paths)]
        if self.when is not None:
            parts.append(f"when:{getattr(self.when, '__name__', type(self.when).__name__)}")
        parts += [part for part in (self.role, "sealed" if self.sealed else "") if part]
        return " ".join(parts) or "any"


def _words(name: str, given: str | tuple[str, ...]) -> tuple[str, ...]:
    words = (given,) if isinstance(given, str) else tuple(given)
    if not all(isinstance(each, str) for each in words):
        raise TypeError(f"{name} is a word or a tuple of words, not {given!r}")
    return words


def under(code: str, ancestor: str) -> bool:
    """Whether a category is the ancestor or lies below it.

    Codes nest by letters: S02 is above S02a, M above M04; D1 is not above D10."""
    rest = code.removeprefix(ancestor)
    if not ancestor or rest == code:
        return False
    return not rest or ancestor.isalpha() or not rest[0].isdecimal()
