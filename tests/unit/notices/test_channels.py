"""Channels: each unit on its own, nobody's name on any, one bad address holds up no other."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import apprise
import pytest

from referral_engine.model.notice_settings import NoticeSettings
from referral_engine.model.outcome import Notice
from referral_engine.model.secret import Secret
from referral_engine.notices import LogOutlet
from referral_engine.notices.channels import Channels, Undelivered
from referral_engine.runner.opening import opened
from referral_engine.testing.outside import Outside, outside
from tests.unit.desk.county import make

OFFERED = Notice("C1/1", "C1", "housing_100", "offered", detail={"who": "张三丰"})


def channels(tmp_path: Path, system: Outside, *names: str, **more: Secret) -> Channels:
    base = system.url.replace("http://", "json://").removesuffix("/matters")
    file = tmp_path / "housing.notices"
    file.write_text("\n".join(f"{base}/{name}" for name in names), "utf-8")
    settings = NoticeSettings({"housing": Secret(file=str(file)), **more})
    return Channels(settings, lambda unit: unit.removesuffix("_100"), LogOutlet())


def said(system: Outside) -> list[str]:
    return [json.loads(body)["message"] for _path, body in system.heard]


def test_a_station_is_told_on_its_department_s_channel_by_the_code_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with outside() as system:
        system.pages = {"/a": (200, {}, b"")}
        outlet = channels(tmp_path, system, "a")
        outlet.deliver(OFFERED)
        outlet.deliver(Notice("C1/2", "C1", "police", "offered"))
        outlet.deliver(Notice("C1/3", "C1", "reporter", "registered"))
        outlet.deliver(Notice("C2/1", "C2", "housing", "offered", sealed=True))
        assert said(system) == ["A case was referred to you: case C1"]
    assert caplog.messages == [
        "notice offered to police about case C1",
        "notice registered to reporter about case C1",
        "notice offered about a sealed case",
    ]


def test_one_address_that_fails_is_tried_again_and_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with outside() as system:
        system.pages = {"/good": (200, {}, b""), "/bad": (500, {}, b"")}
        outlet = channels(tmp_path, system, "bad", "good")
        for _try in range(2):
            with pytest.raises(Undelivered, match="1 of 2 addresses of housing_100"):
                outlet.deliver(OFFERED)
        system.pages["/bad"] = (200, {}, b"")
        outlet.deliver(OFFERED)
        assert [path for path, _body in system.heard] == ["/bad", "/good", "/bad", "/bad"]
    assert caplog.text == ""


def test_what_is_no_address_or_cannot_be_read_is_not_taken_for_delivered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with outside() as system:
        outlet = channels(tmp_path, system, police=Secret(env="NO_SUCH_VARIABLE"))
        (tmp_path / "housing.notices").write_text("nonsense://somewhere/else", "utf-8")
        with pytest.raises(Undelivered):
            outlet.deliver(OFFERED)
        with pytest.raises(LookupError):
            outlet.deliver(Notice("C1/2", "C1", "police", "offered"))
    assert "nonsense" not in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
        "dingtalk://12345678901234567890/",
        "feishu://abcdefghijklmnopqrst/",
        "mailtos://user:password@mail.example.gov.cn/?to=desk@example.gov.cn",
    ],
)
def test_the_channels_that_the_page_names_are_known_to_apprise(address: str) -> None:
    assert apprise.Apprise().add(address)


def test_a_daemon_tells_on_the_channels_of_its_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with outside() as system:
        system.pages = {"/a": (200, {}, b"")}
        url = system.url.replace("http://", "json://").replace("/matters", "/a")
        monkeypatch.setenv("NOTICES", url)
        config = make(tmp_path).config.file
        text = config.read_text("utf-8") + 'notices: {channels: {"*": {env: NOTICES}}}\n'
        with opened(make(tmp_path, config=text), "system", "") as runner:
            runner._deliver(OFFERED)
        assert said(system) == ["A case was referred to you: case C1"]
