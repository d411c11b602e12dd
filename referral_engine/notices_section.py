"""The section `notices:` of config.yaml."""

from __future__ import annotations

from pathlib import Path

from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.notice_settings import NoticeSettings
from referral_engine.model.secret import Secret

__all__ = ["read_notices"]


def read_notices(yaml: MarkedYaml, entry: Entry | None, root: Path) -> NoticeSettings:
    """The channels of the section; files are relative to `root`; faults are noted in `yaml`."""
    found = {} if entry is None else yaml.known(entry.value, ("channels",))
    channels = yaml.entries(found["channels"].value) if "channels" in found else []
    read = {each.key: _secret(yaml, each, root) for each in channels}
    return NoticeSettings({unit: secret for unit, secret in read.items() if secret is not None})


def _secret(yaml: MarkedYaml, channel: Entry, root: Path) -> Secret | None:
    found = yaml.known(channel.value, ("env", "file"))
    if len(found) != 1:
        message = _("name either env or file: where the addresses are, not the addresses")
        yaml.fault(channel.value, "CONFIG_BAD_VALUE", message)
        return None
    ((kind, each),) = found.items()
    text = yaml.text(each.value) or ""
    return Secret(env=text) if kind == "env" else Secret(file=str(root / text))
