"""What a log may call a case: by its code, unless nobody is to know that there is one."""

from __future__ import annotations

from referral_engine.flow.access import hidden
from referral_engine.store import Store

__all__ = ["SEALED", "in_log"]

SEALED = "(sealed)"


def in_log(store: Store, code: str, text: str = "") -> str:
    """`text`, by default the code itself, without the code of a sealed case.

    Logs are read by whoever keeps the machine, and travel further.
    """
    loaded = store.read(lambda reader: reader.load(code))
    secret = loaded is not None and hidden(loaded.case)
    return (text or code).replace(code, SEALED) if secret else text or code
