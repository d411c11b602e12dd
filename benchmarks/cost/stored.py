"""Stores of the county filled in bulk with years of cases, in every week as many of each
kind and place as in the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from bulk import put
from clones import COPIED, Model, columns, model_of
from sqlalchemy import Table

from benchmarks.cost.county import reported
from referral_engine.clock import SystemClock
from referral_engine.desk import Desk
from referral_engine.desk.publishing import publish_first
from referral_engine.flow.intake import ISSUE
from referral_engine.model.issue import Issue
from referral_engine.model.principal import ENGINE
from referral_engine.store import Store, township_segment
from referral_engine.store.keyring import NO_KEYS
from referral_engine.store.moment import micros
from referral_engine.store.tables import case_file, content, data_key
from referral_engine.store.vault import CONTENT_COLUMNS, DATA_KEY_COLUMNS, CaseKey, content_rows
from referral_engine.workspace import Workspace

__all__ = ["fill", "model"]

Row = tuple[Any, ...]
_TOLD_APART = ("category", "territory", "township", "received_at", "registered_at", "reporter")
_PLACES = tuple(columns(case_file).index(name) for name in _TOLD_APART)


def model(folder: Path, workspace: Workspace, until: datetime) -> Model:
    """A case of the county that was just offered."""
    with Store.open(f"sqlite:///{folder}/model.db") as store:
        desk = Desk(store, workspace, SystemClock())
        publish_first(desk, "bench")
        (issue,) = reported(workspace, 1, 1, until)
        return model_of(store, desk.register(issue, ENGINE, backfill=True).result().case)


def fill(url: str, source: Model, workspace: Workspace, count: int, until: datetime) -> None:
    """Makes the store and puts so many open cases in, the last received at `until`."""
    Store.open(url).close()

    def rows(table: Table) -> Iterator[Row]:
        copies = source.copies(table, count)
        return _placed(copies, workspace, count, until) if table is case_file else copies

    whole = {
        table: (columns(table), rows(table)) for table in COPIED if table is not data_key
    }  # fmt: skip
    codes = [source.code_of(number) for number in range(count)]
    keys = ((code, *NO_KEYS.wrap(_key(code), code)) for code in codes)
    words = zip(codes, reported(workspace, count, 4, until), strict=True)
    texts = (_text(code, issue) for code, issue in words)
    put(url, {**whole, data_key: (DATA_KEY_COLUMNS, keys), content: (CONTENT_COLUMNS, texts)})


def _key(code: str) -> bytes:
    """A data key that need not be remembered from one table to the next."""
    return hashlib.sha256(code.encode()).digest()


def _text(code: str, issue: Issue) -> Row:
    (row,) = content_rows(
        CaseKey(code, _key(code)), code, {ISSUE: msgspec.json.encode(issue).decode()}
    )
    return row


def _placed(
    copies: Iterator[Row], workspace: Workspace, count: int, until: datetime
) -> Iterator[Row]:
    """Files of cases, each of its own kind, place, moment and reporter."""
    issues = reported(workspace, count, 4, until)
    for number, (row, issue) in enumerate(zip(copies, issues, strict=True)):
        at = micros(issue.received_at)
        township = township_segment(issue.territory)
        values = list(row)
        own = (issue.category, issue.territory, township, at, at, f"{number // 3:032x}")
        for place, value in zip(_PLACES, own, strict=True):
            values[place] = value
        yield tuple(values)
