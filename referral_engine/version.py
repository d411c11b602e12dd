"""The version, written out because importlib.metadata costs as much as importing click."""

__version__ = "0.1.0"
