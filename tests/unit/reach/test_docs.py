"""docs/reaching.md is true: its plugins load, its tables are those of the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from referral_engine import Department, FileExchange, Polling, Voice, Webhook
from referral_engine.reach.files import FOLDERS
from referral_engine.reach.rows import ACTS, COLUMNS
from referral_engine.reach.signature import NONCE, SIGNATURE, TIMESTAMP

DOCS = (Path(__file__).parents[3] / "docs/reaching.md").read_text("utf-8")
WORDS = set(re.findall(r"[\w-]+", DOCS))


def examples() -> list[dict[str, Any]]:
    found = []
    for text in re.findall(r"^```python\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL):
        names: dict[str, Any] = {}
        exec(text, names)
        found.append(names)
    return found


def test_every_example_on_the_page_is_a_plugin_or_a_way() -> None:
    plugin, way, gas = examples()
    (housing,) = plugin["referral_departments"]()
    assert isinstance(housing, Department)
    assert housing.profile().kinds == ("reach:Webhook",)
    body = b'{"log": [{"id": "1", "state": "ACCEPTED"}, {"id": "2", "state": "?"}]}'
    assert isinstance(way["way"], Polling)
    assert gas["gas"].profile().kinds == ("when:<lambda>", "reach:Webhook")
    assert [m.key for m in way["read"](SimpleNamespace(id="C1-1"), body)] == ["1"]


def test_every_way_is_listed_with_its_arguments() -> None:
    for way in (Webhook, Polling, FileExchange, Voice):
        signature = inspect.signature(way)
        plain = ", ".join(
            f"*, {p.name}" if p.kind is p.KEYWORD_ONLY and first else p.name
            for p, first in _marked(signature)
        )
        assert f"`{way.__name__}({plain})`" in DOCS


def _marked(signature: inspect.Signature) -> list[tuple[inspect.Parameter, bool]]:
    found, seen = [], False
    for each in signature.parameters.values():
        keyword = each.kind is each.KEYWORD_ONLY
        found.append((each, keyword and not seen))
        seen = seen or keyword
    return found


def test_every_column_act_folder_and_header_is_named() -> None:
    named = {*FOLDERS, *COLUMNS, *ACTS, TIMESTAMP, NONCE, SIGNATURE}
    named |= {word for words in (*COLUMNS.values(), *ACTS.values()) for word in words}
    assert sorted(named - WORDS) == []
