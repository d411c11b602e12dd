"""Upper platforms: written back to under their own number, once, whatever befalls the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from referral_engine.errors import Refused
from referral_engine.model.notice_settings import Platform
from referral_engine.model.secret import Secret
from referral_engine.notices.platforms import Platforms
from referral_engine.reach.signature import verify
from referral_engine.runner.base import Runner
from referral_engine.testing.outside import Outside, outside
from referral_engine.trial.box import Box
from tests.unit.desk.county import START, issue, opened, register

SECRET = "what the platform and we know"


@pytest.fixture
def system() -> Iterator[Outside]:
    with outside() as system:
        yield system


@pytest.fixture
def box(tmp_path: Path, system: Outside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setenv("PINGAN_SECRET", SECRET)
    known = {"pingan": Platform(system.url, Secret(env="PINGAN_SECRET"))}
    with opened(tmp_path) as box:
        outlet = Platforms(known, box.store, box.clock, box.post)
        box.runner = Runner(box.desk, box.runner.departments, outlet, box.clock)
        yield box


def test_what_its_reporter_is_told_goes_back_under_its_number(box: Box, system: Outside) -> None:
    system.faults = ["down", "lies", "busy"]
    code = register(box, issue(channel="pingan", id="PA-7"))
    register(box, issue("另一件", id="H-1"))
    register(box, issue("没有编号的一件", channel="pingan"))
    box.advance_to(START + timedelta(minutes=3))
    ((key, sent),) = system.matters.items()
    assert sent == {
        "key": key, "number": "PA-7", "case": code, "event": "registered", "state": "assigned",
    }  # fmt: skip
    assert system.tried[key] == 1
    headers, body = system.headers[key], json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    verify([SECRET.encode()], "POST", "/matters", body.encode(), headers, box.now())
    told = [(notice.to, notice.case == code) for _at, notice in box.post.delivered]
    assert ("housing", True) in told
    assert ("reporter", True) not in told
    assert told.count(("reporter", False)) == 2


def test_a_sealed_case_is_not_written_back(box: Box, system: Outside) -> None:
    given = issue("举报镇里的人", category="X02", channel="pingan", id="PA-8", accused=("police",))
    code = register(box, given)
    assert box.case(code).sealed
    assert system.tried == {}


@pytest.mark.parametrize("url", ["ftp://platform", "http://10.1.1.1/back"])
def test_an_address_that_is_none_is_refused_at_the_start(box: Box, url: str) -> None:
    known = {"pingan": Platform(url, Secret(env="PINGAN_SECRET"))}
    with pytest.raises(Refused, match="BAD_PLATFORM"):
        Platforms(known, box.store, box.clock, box.post)
