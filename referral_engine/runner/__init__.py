"""Runners: what drives the door when nobody asks. ``step`` is one claim, call or commit."""
