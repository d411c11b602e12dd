"""Issues come in, rules decide who is whistled for, departments claim and report (吹哨报到)."""

from referral_engine.version import __version__

__all__ = ["__version__"]
