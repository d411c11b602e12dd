"""Messages for people: the msgid is the English text, `locale/` holds the Chinese one.

Messages are translated when they are made, so `_` belongs inside a function; a table built at
import marks its texts with `gettext_noop` and passes them through `_` when it prints them.
Nothing is read from disk before the first message.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

DOMAIN = "referral_engine"
LOCALE_DIR = Path(__file__).with_name("locale")

# What set_locale asked for; None leaves the choice to the environment. One assignment of an
# immutable value is all that ever changes, so threads need no lock.
_asked: str | None = None


def _(message: str) -> str:
    """The text for people in the chosen language, or `message` itself where none is known."""
    # To gettext the empty msgid is the catalogue's own header.
    return _catalogue(locale_name()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Like `_`, in the form that fits `count`; the caller puts the number in."""
    return _catalogue(locale_name()).ngettext(singular, plural, count)


def gettext_noop(message: str) -> str:
    """Marks a text for translation and leaves it as it is."""
    return message


def set_locale(name: str | None) -> None:
    """Chooses the language for the whole process; None returns the choice to the environment."""
    global _asked  # noqa: PLW0603 - the choice of a process, like the environment it overrides
    _asked = None if name is None else _supported(name)


def locale_name() -> str:
    """The language in use, `zh_CN` or `en`."""
    return _asked or _from_environment()


def _from_environment() -> str:
    # The order of POSIX: the first one that is set decides, even where it is not supported.
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return _supported(value)
    return "en"


def _supported(name: str) -> str:
    return "zh_CN" if name.lower().startswith("zh") else "en"


@functools.cache
def _catalogue(name: str) -> NullTranslations:
    import gettext

    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[name], fallback=name == "en")
