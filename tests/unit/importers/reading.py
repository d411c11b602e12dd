"""Bytes and texts into rows, as the tests of the readers need it."""

from __future__ import annotations

import io
from pathlib import Path
from zoneinfo import ZoneInfo

from referral_engine.importers import Defaults, Mapping, Row, load_mapping, read_issues
from referral_engine.model.issue import Issue

ZONE = ZoneInfo("Asia/Shanghai")


def rows(
    content: str | bytes, mapping: Mapping | None = None, name: str = "file.csv", **defaults: object
) -> list[Row]:
    data = content.encode() if isinstance(content, str) else content
    stream = io.BytesIO(data)
    stream.name = name  # type: ignore[attr-defined]
    return list(read_issues(stream, mapping, ZONE, Defaults(**defaults)))  # type: ignore[arg-type]


def issues(content: str | bytes, mapping: Mapping | None = None, **more: object) -> list[Issue]:
    read = rows(content, mapping, **more)  # type: ignore[arg-type]
    assert [row.faults for row in read if row.faults] == []
    return [row.issue for row in read if row.issue]


def mapping_of(folder: Path, text: str) -> Mapping:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)
