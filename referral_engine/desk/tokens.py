"""Tokens: who may come in without the shell. Issued once, shown once, kept as a hash.

What a token allows is what its holder may do when it is used: a person's posts are read from the
organisation each time, so that whoever left a post has lost it here as well. Another system comes
in under a name of its own, ``svc:NAME``, with the roles it was given.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from referral_engine.desk.door import Desk
from referral_engine.desk.secret import Issued, digest, id_of, keep_follow_up, mint
from referral_engine.errors import Refused
from referral_engine.flow.access import sight, unknown_case
from referral_engine.flow.wording import role_words
from referral_engine.i18n import _
from referral_engine.model.principal import ROLES, Principal, Role
from referral_engine.org import Org
from referral_engine.store import Token, Tx

__all__ = [
    "LIFE",
    "authenticate",
    "bad_token",
    "identify",
    "issue",
    "issue_follow_up",
    "revoke",
    "tokens",
]

LIFE = timedelta(days=90)
"""How long a token is good unless told otherwise."""
SERVICE = "svc:"
"""Before the name of what is no person of the organisation."""
_COARSE = timedelta(hours=1)
_NOBODY = bytes(32)
_OUTSIDE = frozenset({"reporter", "engine"})
_FOLLOWED_BY = ("dispatcher", "duty_leader", "callback_officer", "sealed_contact")


def issue(
    desk: Desk,
    holder: str,
    by: Principal,
    *,
    roles: tuple[str, ...] = (),
    unit: str = "",
    life: timedelta = LIFE,
) -> Issued:
    """A token for a person of the organisation, or under a name of its own for another system.

    A person needs no `roles`: the posts say them; given ones narrow them down. `unit` is needed
    where the posts lie in several. Any other name needs `roles`. Raises Refused (FORBIDDEN,
    NO_ROLE, WHICH_UNIT, NO_SUCH_UNIT).
    """
    _administers(by)
    org = desk.workspace.org
    if unit and org.unit(unit) is None:
        raise Refused("NO_SUCH_UNIT", _("There is no unit {unit}.").format(unit=unit))
    _fit(holder, roles, org)
    unit = unit or _only_unit(holder, org)
    name = holder if org.person(holder) else SERVICE + holder
    made = mint(name, by.id, desk.clock.now(), life, roles=roles, unit=unit)
    if not _principal(made.token, org).roles:
        raise Refused(
            "NO_ROLE",
            _("{holder} holds none of these roles there.").format(holder=holder),
            _("`referral doctor` checks the organisation; posts are in rules/org."),
        )
    desk.store.transact(lambda tx: tx.issue_token(made.token, digest(made.text)))
    return made


def issue_follow_up(desk: Desk, code: str, by: Principal) -> Issued:
    """A token by which the reporter of a case follows it: for the centre to hand to the reporter.

    Whoever handles a case does not issue one: by it the case is rated. Raises Refused (FORBIDDEN,
    UNKNOWN_CASE also where the case may not be seen).
    """
    now = desk.clock.now()

    def write(tx: Tx) -> Issued:
        loaded = tx.load(code)
        seen = "none" if loaded is None else sight(by, loaded.case, desk.workspace.org)
        if loaded is None or seen == "none":
            raise unknown_case(code)
        if seen != "full" or not by.has(*_FOLLOWED_BY):
            raise Refused(
                "FORBIDDEN",
                _("The centre hands these tokens out, to the reporter alone."),
                _("It needs one of: {roles}.").format(roles=role_words(_FOLLOWED_BY)),
            )
        return keep_follow_up(tx, code, loaded.case.reporter, by.id, now)

    return desk.store.transact(write)


def authenticate(desk: Desk, text: str, case: str = "") -> Principal:
    """Who comes in with this token. Raises Refused (BAD_TOKEN), in the same words whatever is
    wrong with it: unknown, expired, revoked, or of somebody who holds no post any more.

    A reporter's token opens its own `case` and no other: two people of one household, who share a
    phone, are one reporter to the engine.
    """
    token = identify(desk, text)
    if token.case and token.case != case:
        raise bad_token()
    return _principal(token, desk.workspace.org)


def identify(desk: Desk, text: str) -> Token:
    """The token behind a text, remembering to the hour that it was used. Raises Refused."""
    now = desk.clock.now()
    id = id_of(text)
    found = desk.store.read(lambda reader: reader.token(id)) if id else None
    token, kept = found if found is not None else (None, _NOBODY)
    # Compared also where there is no such id, in the time that a right one takes.
    fits = hmac.compare_digest(digest(text), kept)
    if token is None or not fits or token.revoked_at is not None or token.expires_at <= now:
        raise bad_token()
    if not _principal(token, desk.workspace.org).roles:
        raise bad_token()
    if token.used_at is None or now - token.used_at >= _COARSE:
        desk.store.transact(lambda tx: tx.used_token(token.id, now))
    return token


def tokens(desk: Desk, by: Principal) -> list[Token]:
    """Every token of people and systems, newest first. Raises Refused (FORBIDDEN)."""
    _administers(by, "auditor")
    return desk.store.read(lambda reader: reader.tokens())


def revoke(desk: Desk, id: str, by: Principal) -> None:
    """Ends a token for good, from this moment. Raises Refused (NO_SUCH_TOKEN, FORBIDDEN)."""
    _administers(by)
    now = desk.clock.now()
    if not desk.store.transact(lambda tx: tx.revoke_token(id, by.id, now)):
        raise Refused(
            "NO_SUCH_TOKEN",
            _("There is no token {id} that is still good.").format(id=id),
            _("`referral token list` lists them."),
        )


def bad_token() -> Refused:
    """What is said of every token that does not let anybody in."""
    return Refused(
        "BAD_TOKEN",
        _("This token is unknown, has expired or was revoked."),
        _("Ask the administrator for a new one: `referral token issue`."),
    )


def _administers(by: Principal, *also: str) -> None:
    if not by.has("administrator", *also):
        raise Refused(
            "FORBIDDEN",
            _("Only an administrator does this with tokens."),
            _("Ask whoever holds that role; `referral doctor --units` shows the units."),
        )


def _fit(holder: str, roles: tuple[str, ...], org: Org) -> None:
    unknown = [role for role in roles if role not in ROLES or role in _OUTSIDE]
    if unknown or not holder or (org.person(holder) is None and not roles):
        known = role_words(role for role in ROLES if role not in _OUTSIDE)
        raise Refused(
            "NO_ROLE",
            _("{holder} is no person of the organisation: name roles.").format(holder=holder)
            if not unknown
            else _("There is no role {role} for a token.").format(role=unknown[0]),
            _("One or more of: {roles}.").format(roles=known),
        )


def _only_unit(holder: str, org: Org) -> str:
    person = org.person(holder)
    if person is None or len(person.units) < 2:
        return person.units[0] if person and person.units else ""
    raise Refused(
        "WHICH_UNIT",
        _("{holder} holds posts in several units.").format(holder=holder),
        _("Name one by --unit: {units}.").format(units=", ".join(person.units)),
    )


def _principal(token: Token, org: Org) -> Principal:
    """Who acts by a token: of a person what the posts say today, within what the token allows."""
    roles = token.roles
    if not token.case and not token.principal.startswith(SERVICE):
        person = org.person(token.principal)
        posts = person.posts if person else ()
        held = [post.role for post in posts if post.unit == token.unit]
        roles = tuple(role for role in held if not token.roles or role in token.roles)
    return Principal(token.principal, _typed(roles), token.unit)


def _typed(roles: tuple[str, ...]) -> tuple[Role, ...]:
    return tuple(dict.fromkeys(role for role in roles if role in ROLES))  # type: ignore[misc]
