"""Where pages, metrics and health are served: config.yaml under ``web``."""

from __future__ import annotations

import msgspec

__all__ = ["WebSettings"]


class WebSettings(msgspec.Struct, frozen=True):
    """``host`` is an address of this machine, ``port`` 0 any free one.

    By default nobody but this machine reaches it: there is no TLS here, a proxy in front has that.
    """

    host: str = "127.0.0.1"
    port: int = 8080

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"
