"""A workspace on disk and the commands of `referral` run in it, as people and daemons run them."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import msgspec

from referral_engine import cli, i18n
from tests.databases import on_server, url_of

__all__ = [
    "EXAMPLE", "LONGEST", "ROOT", "Ran", "make_district", "referral", "referral_here", "start",
]  # fmt: skip

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "pingshan"
SCRIPT = Path(sys.executable).with_name("referral")
LONGEST = 580
"""Seconds after which a command has hung."""


class Ran(NamedTuple):
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout says; raises msgspec.DecodeError where it is anything but one document."""
        return msgspec.json.decode(self.out)


def referral(
    folder: Path, *words: object, lang: str = "C.UTF-8", env: dict[str, str] | None = None,
    ends: int | None = None,
) -> Ran:  # fmt: skip
    """Runs `referral` in `folder`; with `ends` the exit code must be that one."""
    done = subprocess.run(
        _line(words), cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST,
        env=_env(folder, lang) | (env or {}), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if ends is not None:
        assert done.returncode == ends, f"{words}: {done.returncode}\n{done.stderr[-3000:]}"
    return Ran(done.returncode, done.stdout, done.stderr)


def referral_here(
    folder: Path, *words: object, lang: str = "C.UTF-8", env: dict[str, str] | None = None,
    ends: int | None = None,
) -> Ran:  # fmt: skip
    """The same in this process, at a tenth of the price: for what a command says and does, and not
    for how its process starts, ends or dies.
    """
    out, err = io.StringIO(), io.StringIO()
    i18n.set_locale(None)
    with (
        mock.patch.dict(os.environ, _env(folder, lang) | (env or {}), clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = cli.status([str(word) for word in words])
    i18n.set_locale("en")
    ran = Ran(code, out.getvalue(), err.getvalue())
    if ends is not None:
        assert ran.code == ends, f"{words}: {ran.code}\n{ran.err[-3000:]}"
    return ran


def start(folder: Path, *words: object, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Starts `referral` and does not wait for it. Output is dropped, so that it never blocks."""
    log = (folder / "daemon.log").open("a")
    with log:
        return subprocess.Popen(
            _line(words), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=log, text=True, env=_env(folder, "C.UTF-8") | (env or {}),
        )  # fmt: skip


def make_district(folder: Path, export: Path, rows: int | None = None) -> Path:
    """The example district in `folder`, its organisation derived from the whole export; the export
    or the first `rows` of it as EXPORT.csv.
    """
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("org", "var", "*.csv"))
    given = folder / "EXPORT.csv"
    given.symlink_to(export)
    referral(folder, "org", "derive", given.name, "--mapping", "mapping.yaml", "--force", ends=0)
    if rows is not None:
        given.unlink()
        lines = export.read_bytes().splitlines(keepends=True)
        given.write_bytes(b"".join(lines[: rows + 1]))
    return folder


def _line(words: Sequence[object]) -> list[str]:
    return [str(SCRIPT), *map(str, words)]


def _env(folder: Path, lang: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "REFERRAL_"))}
    there = {"REFERRAL_DATABASE_URL": url_of(folder)} if on_server(folder) else {}
    return kept | {"LANG": lang} | there
