"""What the plugins of a workspace add to it beside their code: fields, rules, lints.

All are files, so that whoever checks, compares or publishes rules runs nobody's code:
`fields.yaml`, `rules/` and `lints.yaml` in the plugin's folder. What has a fault is left out and
told where rules are read; the rest of the workspace stays as it is.
"""

from __future__ import annotations

from referral_engine.additions.find import Addition, added, find_additions, odd

__all__ = ["Addition", "added", "find_additions", "odd"]
