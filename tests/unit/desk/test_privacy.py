"""Personal data lies outside the chain, and outside logs, errors and outboxes: a whole life of a
case in which everybody writes the reporter's name, number and address wherever words can be
written. Afterwards the database is searched byte by byte.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from referral_engine import (
    Claim,
    Contact,
    Department,
    Escalation,
    Handler,
    Progress,
    Referral,
    Reply,
    Report,
    Wait,
)
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model.issue import Attachment, Issue, Location, Reporter
from referral_engine.model.principal import Principal
from referral_engine.model.span import Span
from referral_engine.store import Keyring
from referral_engine.trial.box import Box
from tests.unit.desk.county import (
    CALLER,
    CLERK,
    DAY,
    LEADER,
    OFFICER,
    START,
    issue,
    lead,
    register,
    staffed,
)

NAME, PHONE, IDENTITY, ADDRESS = "欧阳锦绣", "13987654321", "62092219791231876X", "桃花源巷柒号院"
SECRETS = (NAME, PHONE, IDENTITY, ADDRESS)
WORDS = "，".join(SECRETS)
KEYS = Keyring([bytes(range(32))])
HER = Issue(
    channel="hotline", received_at=START, category="D15", territory="620922100200001",
    title=f"{NAME}反映", text=f"楼顶漏水三天没有人来修，{WORDS}",
    reporter=Reporter(name=NAME, phone=PHONE, id_number=IDENTITY),
    location=Location(lat=40.1, lon=95.2, address=ADDRESS),
    extra={"诉求人": NAME, "电话": PHONE, "police.plate": ADDRESS, "source": "12345"},
    attachments=(Attachment(f"{NAME}.jpg", "image/jpeg", "ab" * 32),),
)  # fmt: skip


def department() -> Department:
    """Talkative: it raises with the reporter's name, then repeats it in whatever it answers."""
    made = Department("housing", "县住建局", "1.0")
    asked: set[str] = set()

    @made.handles()
    class Housing(Handler):
        def offered(self, referral: Referral) -> Reply:
            if referral.key not in asked:
                asked.add(referral.key)
                assert referral.reporter is not None
                raise RuntimeError(f"no such person: {referral.reporter.name} {referral.text}")
            return [Claim(), Contact(f"联系了{WORDS}"), Wait(timedelta(hours=1), "look")]

        def work(self, referral: Referral) -> Reply:
            return [Progress(f"看过{WORDS}"), Report(f"给{WORDS}修好了")]

        def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
            return Progress(f"知道了{WORDS}")

    return made


@pytest.fixture
def lived(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[tuple[Box, str]]:
    """The engine after that life, and the code of the case."""
    caplog.set_level(logging.DEBUG)
    with staffed(tmp_path, department(), keys=KEYS) as box:
        yield box, live(box)


def live(box: Box) -> str:
    code = register(box, HER)
    reporter = Principal(box.case(code).reporter, ("reporter",))
    box.advance_to(START + timedelta(minutes=5))
    id = lead(box, code).id
    person = box.do(code, c.AddParty("邻居", NAME, PHONE), CLERK)
    assert person.case == code
    box.do(code, c.Extend(Span.parse("1d"), WORDS, id), OFFICER)
    box.do(code, c.Hold(WORDS, START + DAY, id), OFFICER)
    for proposal in box.case(code).proposals:
        box.do(code, c.Sign(proposal.id, agreed=True, reason=WORDS), LEADER)
    box.do(code, c.Resume(id, WORDS), OFFICER)
    box.do(code, c.SendLetter("notice", "reporter", WORDS), CLERK)
    letter = f"{code}-L1"
    box.do(code, c.LetterDelivered(letter, WORDS), CLERK)
    box.do(code, c.Supervise(id, reason=WORDS), CLERK)
    box.do(code, c.StepUp(reason=WORDS), CLERK)
    box.advance_to(START + timedelta(hours=3))
    assert box.case(code).state == "resolved"
    box.do(code, c.Review(passed=True, reason=WORDS), LEADER)
    unhappy = c.CallBack(reached=True, resolved="no", score=1, comment=WORDS)
    box.do(code, unhappy, CALLER, key="call-1")
    box.advance_to(START + timedelta(hours=6))
    box.do(code, c.Review(passed=True), LEADER)
    box.do(code, c.Rate(contacted=True, resolved="yes", score=5, comment=WORDS), reporter)
    box.do(code, c.CallBack(reached=True, resolved="yes", score=5, comment=WORDS), CALLER)
    box.do(code, c.Close(WORDS), LEADER)
    whole = register(box, msgspec.structs.replace(HER, id="2", category="D02"))
    part = msgspec.structs.replace(HER, id="", text=f"另一件事，{WORDS}")
    box.do(whole, c.Split((part, part), WORDS), CLERK)  # a follow-up that holds whole issues
    return code


def test_the_life_was_whole(lived: tuple[Box, str]) -> None:
    """Without this, nothing found would prove nothing."""
    box, code = lived
    assert box.case(code).state == "closed"
    assert box.case(code).extra == {"source": "12345"}, "declared in config.yaml"
    shown = box.view.case(code, CLERK).issue
    assert shown == HER
    content = box.view.case(code, CLERK).content
    assert sum(WORDS in text for text in content.values()) >= 14
    with box.store.reading() as reader:
        assert {look.principal for look in reader.accesses(code)} >= {"plugin:housing@1.0"}


def test_no_secret_is_in_any_event(lived: tuple[Box, str]) -> None:
    box, _code = lived
    for code in box.codes():
        text = json.dumps([msgspec.to_builtins(x) for x in box.events(code)], ensure_ascii=False)
        assert not [secret for secret in SECRETS if secret in text]


def test_no_secret_is_anywhere_in_the_database(lived: tuple[Box, str], tmp_path: Path) -> None:
    box, _code = lived
    waiting = sqlite3.connect(tmp_path / "box.db").execute(
        "select count(*) from follow_up where status = 'pending'"
    )
    assert waiting.fetchone()[0] >= 2, "the parts of the split are still on their way"
    files = {file.name: file.read_bytes() for file in tmp_path.glob("box.db*")}
    assert "box.db" in files
    found = [
        (name, secret)
        for name, data in files.items()
        for secret in SECRETS
        for form in forms(secret)
        if form in data
    ]
    assert found == []
    box.settle()


def forms(secret: str) -> set[bytes]:
    """How a text may stand in a file."""
    escaped = json.dumps(secret)[1:-1].encode()
    return {secret.encode(), secret.encode("utf-16-le"), secret.encode("gbk"), escaped}


def test_no_secret_is_in_the_log(lived: tuple[Box, str], caplog: pytest.LogCaptureFixture) -> None:
    records = caplog.get_records("setup")
    told = [record.getMessage() + repr(record.args) for record in records]
    assert any("failed (raised" in line for line in told)
    assert not [secret for secret in SECRETS if any(secret in line for line in told)]


def test_no_secret_is_told_to_the_outlet(lived: tuple[Box, str]) -> None:
    box, _code = lived
    told = repr(box.post.delivered)
    assert "reporter" in told
    assert not [secret for secret in SECRETS if secret in told]


def test_refusals_repeat_nothing_of_what_was_written(lived: tuple[Box, str]) -> None:
    box, code = lived
    attempts: list[Callable[[], Any]] = [
        lambda: box.do(code, c.Report("x-1", WORDS), OFFICER),
        lambda: box.do(code, c.Object(WORDS), OFFICER),
        lambda: box.do(code, c.Extend(Span.parse("1d"), WORDS), OFFICER),
        lambda: box.do(code, c.CallBack(reached=True, comment=WORDS), CALLER),
        lambda: box.do(code, c.Rework(WORDS), CALLER, key="call-1"),
        lambda: box.do("nowhere", c.Close(WORDS), LEADER),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as caught:
            attempt()
        assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_an_erased_case_is_unreadable_and_its_chain_holds(
    lived: tuple[Box, str], tmp_path: Path
) -> None:
    from referral_engine.store.audit import verify

    box, code = lived
    before = box.events(code)
    box.store.transact(lambda tx: tx.erase(code))
    assert box.events(code) == before
    assert box.view.case(code, CLERK).content == {}
    assert list(verify(box.store.engine, None)) == []


def test_a_reporter_is_told_from_another_by_a_keyed_digest_alone(lived: tuple[Box, str]) -> None:
    box, code = lived
    again = register(box, issue("别的事，与前面的无关", reporter=HER.reporter))
    assert box.case(again).reporter == box.case(code).reporter
    assert PHONE not in box.case(code).reporter
