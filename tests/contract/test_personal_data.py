"""What people said and who they are lies in `content` alone, and under a key where there is one."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.contract.conftest import Placed
from tests.databases import copied, dumped, on_server, question
from tests.district import Ran, referral, referral_here

PERSON = {"name": "欧阳震华", "phone": "13987654321", "id_number": "620922199001011234"}
WORDS = {"title": "槐树巷院墙倒塌", "text": "七号院墙倒了压坏三轮车，电话 13987654321 打不通"}
ADDRESS = "槐树巷甲七号后院"
SECRETS = (*PERSON.values(), "槐树巷", "三轮车", ADDRESS)
REPORT = "已联系欧阳震华，三轮车照价赔偿。"
KEY = base64.b64encode(bytes(range(32))).decode()
KEY_BYTES = 32


@pytest.fixture(scope="module", params=[KEY, ""], ids=["key", "no-key"])
def told(
    request: pytest.FixtureRequest, county: Path, placed: Placed,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, bool, list[Ran]]:  # fmt: skip
    """One issue that goes its way: taken in, run, claimed and reported on by hand, run on."""
    folder = placed(copied(county, tmp_path_factory.mktemp("told") / "county"))
    env = {"REFERRAL_MASTER_KEY": request.param} if request.param else {}
    for id, extra in (("a", {}), ("b", {"received_at": "no time"}), ("c", {"territory": "9"})):
        issue = {
            "id": id, "channel": "hotline", "category": "M02", "territory": "620922100001002",
            "received_at": "2026-10-12T09:00:00+08:00", "reporter": PERSON,
            "location": {"address": ADDRESS}, **WORDS, **extra,
        }  # fmt: skip
        with (folder / "in.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(issue, ensure_ascii=False) + "\n")
    ran = [referral_here(folder, "intake", "in.jsonl", "--backfill", env=env, ends=1)]
    ((referred, unit),) = question(
        folder, "SELECT referral_id, unit FROM referral WHERE referral_id LIKE '%-1'"
    )
    ran += [
        referral_here(folder, "desk", "claim", referred, env=env, ends=0),
        referral_here(folder, "desk", "contact", referred, "--note", REPORT, env=env, ends=0),
        referral_here(folder, "desk", "report", referred, "--text", REPORT, env=env, ends=0),
        referral(folder, "run", "--until-idle", "--clock", "virtual", "--verbose", env=env, ends=0),
        referral_here(folder, "desk", "inbox", unit, env=env, ends=0),
        referral_here(folder, "case", "list", env=env, ends=0),
        referral_here(folder, "audit", "verify", env=env, ends=0),
    ]
    return folder, bool(request.param), ran


def test_the_words_are_kept_and_shown_to_who_may_see_them(
    told: tuple[Path, bool, list[Ran]],
) -> None:
    """Else the rest would prove nothing."""
    folder, keyed, _ran = told
    env = {"REFERRAL_MASTER_KEY": KEY} if keyed else {}
    ((code,),) = question(folder, "SELECT case_code FROM case_file")
    look = ("case", "show", code, "--full", "--actor", "p0004", "--json")
    shown = referral_here(folder, *look, env=env, ends=0).json
    assert shown["issue"]["text"] == WORDS["text"]
    assert REPORT in shown["content"].values()
    if keyed:
        assert "KEY_" in referral_here(folder, *look, ends=1).err


def test_no_event_holds_them(told: tuple[Path, bool, list[Ran]]) -> None:
    folder, _keyed, _ran = told
    bodies = [body.decode() for (body,) in question(folder, "SELECT body FROM case_event")]
    assert len(bodies) > 10
    for secret in SECRETS:
        assert [body for body in bodies if secret in body] == [], secret


def test_no_log_and_no_message_holds_them(told: tuple[Path, bool, list[Ran]]) -> None:
    _folder, _keyed, ran = told
    written = "".join(each.out + each.err for each in ran)
    assert "BAD_TIME" in written
    for secret in SECRETS:
        assert secret not in written, secret


def test_no_file_of_the_store_holds_them_in_clear(told: tuple[Path, bool, list[Ran]]) -> None:
    folder, _keyed, _ran = told
    files = dumped(folder)
    assert {"content" if on_server(folder) else "referral.db", "checkpoints.jsonl"} <= files.keys()
    found = [(name, s) for name, data in files.items() for s in SECRETS if s.encode() in data]
    assert found == []


def test_without_the_master_key_the_data_keys_open_nothing(
    told: tuple[Path, bool, list[Ran]],
) -> None:
    """With a key they lie wrapped; without one they are there as they are, as the docs say."""
    folder, keyed, _ran = told
    ((code, sealed),) = question(
        folder, "SELECT case_code, ciphertext FROM content WHERE ref = 'issue'"
    )
    ((stored,),) = question(folder, "SELECT wrapped FROM data_key WHERE case_code = ?", code)
    assert (len(stored) == KEY_BYTES) is not keyed
    opened = False
    if len(stored) == KEY_BYTES:
        clear = AESGCM(stored).decrypt(sealed[:12], sealed[12:], f"{code}/issue".encode())
        opened = WORDS["text"].encode() in clear
    assert opened is not keyed
