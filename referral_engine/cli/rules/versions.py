"""Rule sets by any name people have for them: the files, a folder, a stored hash, a git commit."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import NamedTuple

from referral_engine.cli.app import App
from referral_engine.desk import publishing
from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _
from referral_engine.rules.source import SUFFIXES, decode
from referral_engine.rules.tree import RuleSet
from referral_engine.workspace import Workspace

__all__ = ["Version", "from_files", "in_force", "named"]

_HASH_SHORTEST = 4


class Version(NamedTuple):
    """A rule set, and what people call it."""

    label: str
    rules: RuleSet


def from_files(app: App) -> Version:
    """The workspace's rules as they lie there. Raises Faulty."""
    return Version(_("the files"), app.workspace.rules())


def in_force(app: App) -> Version:
    """What is published. Raises Refused (NO_RULES)."""
    with app.desk() as desk:
        active = publishing.active_hash(desk.store, desk.clock.now())
        if active is None:
            next_step = _("Publish one: `referral rules publish`.")
            raise Refused("NO_RULES", _("No rule set is published."), next_step)
        return Version(_("in force"), publishing.stored_rule_set(desk.store, app.workspace, active))


def named(app: App, written: str) -> Version:
    """A folder of rule files, a published rule set by its hash, or a git commit, whichever it is.

    Raises Refused (UNKNOWN_RULES), Faulty.
    """
    if (folder := Path(written)).is_dir():
        loaded = app.workspace.read_rules([folder.resolve()], compare=False)
        if loaded.errors:
            raise Faulty(loaded.faults)
        return Version(written, loaded.rule_set)
    if (digest := _published(app, written)) is not None:
        with app.desk() as desk:
            found = publishing.stored_rule_set(desk.store, app.workspace, digest)
        return Version(_("published"), found)
    if sources := _committed(app.workspace, written):
        return Version(written, app.workspace.stored_rules(sources))
    raise Refused(
        "UNKNOWN_RULES",
        _("{name} is no folder of rules, no published hash and no git commit.").format(
            name=written
        ),
        _("`referral rules history` lists what was published."),
    )


def _published(app: App, written: str) -> str | None:
    if len(written) < _HASH_SHORTEST or not app.has_store:
        return None
    with app.desk() as desk:
        return publishing.known_rule_set(desk.store, written)


def _committed(workspace: Workspace, revision: str) -> dict[str, str]:
    """The rule files of a git commit by their path below the workspace; empty without any."""
    root = workspace.config.root
    folders = [each.relative_to(root).as_posix() for each in workspace.config.rules]
    added = [e.rules for e in workspace.additions if e.rules and e.rules.is_relative_to(root)]
    plugins = [each.relative_to(root).as_posix() for each in added]
    # A plugin that came later had no rules then; git refuses what is not there.
    folders += [p for p in plugins if _git(root, "cat-file", "-e", f"{revision}:./{p}") is not None]
    packed = _git(root, "archive", "--format=tar", f"{revision}^{{commit}}", "--", *folders)
    if packed is None:
        return {}
    found: dict[str, str] = {}
    others = [*workspace.config.organisation, workspace.config.override]
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            path = root / member.name
            elsewhere = any(o is not None and (o == path or o in path.parents) for o in others)
            if member.isfile() and path.suffix in SUFFIXES and not elsewhere:
                stream = archive.extractfile(member)
                assert stream is not None, "a file has content"
                text = decode(stream.read(), member.name)
                if not isinstance(text, str):
                    raise Faulty([text])
                found[member.name] = text
    return found


def _git(root: Path, *words: str) -> bytes | None:
    """What git says in this folder; None where it refuses, or is not there."""
    import subprocess

    if any(word.startswith("-") for word in words[2:3]):
        return None  # a revision that reads as an option
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
