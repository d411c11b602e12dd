"""Starting and ending processes of the benchmark."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["driver", "end", "start"]

_ROOT = Path(__file__).resolve().parents[2]


def start(words: Sequence[object]) -> subprocess.Popen[str]:
    """A Python process with pipes to its stdin and stdout."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)], cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> None:
    """SIGTERM, and after half a minute SIGKILL."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def driver(url: str) -> str:
    """The address as the engine takes it."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
