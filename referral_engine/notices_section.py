"""The section `notices:` of config.yaml."""

from __future__ import annotations

from pathlib import Path

from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.notice_settings import NoticeSettings, Platform
from referral_engine.model.secret import Secret

__all__ = ["read_notices"]

_PLACES = ("env", "file")


def read_notices(yaml: MarkedYaml, entry: Entry | None, root: Path) -> NoticeSettings:
    """The channels of the section; files are relative to `root`; faults are noted in `yaml`."""
    found = {} if entry is None else yaml.known(entry.value, ("channels", "platforms"))
    lists = {
        name: yaml.entries(found[name].value) if name in found else []
        for name in ("channels", "platforms")
    }
    channels = {
        each.key: _secret(yaml, each, yaml.known(each.value, _PLACES), root)
        for each in lists["channels"]
    }
    platforms = {each.key: _platform(yaml, each, root) for each in lists["platforms"]}
    return NoticeSettings(
        {name: secret for name, secret in channels.items() if secret is not None},
        {name: platform for name, platform in platforms.items() if platform is not None},
    )


def _platform(yaml: MarkedYaml, entry: Entry, root: Path) -> Platform | None:
    found = yaml.known(entry.value, ("url", *_PLACES))
    url = found.pop("url", None)
    if url is None:
        message = _("missing: {keys}").format(keys="url")
        yaml.fault(entry.node, "CONFIG_MISSING_KEY", message)
        return None
    secret = _secret(yaml, entry, found, root)
    return None if secret is None else Platform(yaml.text(url.value) or "", secret)


def _secret(yaml: MarkedYaml, entry: Entry, found: dict[str, Entry], root: Path) -> Secret | None:
    if len(found) != 1:
        message = _("name either env or file: where the secret lies, not the secret")
        yaml.fault(entry.value, "CONFIG_BAD_VALUE", message)
        return None
    ((kind, each),) = found.items()
    text = yaml.text(each.value) or ""
    return Secret(env=text) if kind == "env" else Secret(file=str(root / text))
