"""A department that does at a call whatever the referral's title says."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

from referral_engine import (
    Answer,
    Arrive,
    Claim,
    Contact,
    Decline,
    Department,
    Handler,
    NotNeeded,
    Progress,
    Referral,
    Report,
    Wait,
    hookimpl,
)

department = Department("misbehaves", "不守规矩的部门", "1.0", grounds={"busy": "正忙"})
kept: list[bytearray] = []


class Unpackable:
    """msgpack does not know it."""


def raises(referral: Referral) -> object:
    who = referral.reporter.name if referral.reporter else ""
    raise KeyError(f"{who} 13912345678 {referral.text}")


def hangs(referral: Referral) -> object:
    threading.Event().wait()
    return Claim()


def spins(referral: Referral) -> object:
    while True:
        pass


def leaves_a_child(referral: Referral) -> object:
    # It holds the plugin's output open for as long as it lives.
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    threading.Event().wait()
    return Claim()


def answers_late(referral: Referral) -> object:
    threading.Event().wait(1.5)
    return [Claim(), Contact("太晚了")]


def ignores_sigterm(referral: Referral) -> object:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Event().wait()
    return Claim()


def stops_itself(referral: Referral) -> object:
    os.kill(os.getpid(), signal.SIGSTOP)
    return Claim()


def closes_its_files(referral: Referral) -> object:
    os.closerange(0, 256)
    return Claim()


def writes_everywhere(referral: Referral) -> object:
    for fd in range(3, 64):
        try:
            os.write(fd, b"not what was asked for")
        except OSError:
            continue
    return Claim()


def prints_without_end(referral: Referral) -> object:
    for _line in range(2_000):
        print("x" * 10_000)
    return [Claim(), Contact("已联系")]


def leaves_others_running(referral: Referral) -> object:
    # One in its own group, one that got away into a session of its own.
    left = [sys.executable, "-c", "import time; time.sleep(600)"]
    pids = [subprocess.Popen(left, start_new_session=away).pid for away in (False, True)]
    return [Claim(), Contact(",".join(map(str, pids)))]


def exits(referral: Referral) -> object:
    sys.exit(4)


def exits_hard(referral: Referral) -> object:
    os._exit(5)


def eats_memory(referral: Referral) -> object:
    while True:
        kept.append(bytearray(64 << 20))


def prints(referral: Referral) -> object:
    who = referral.reporter
    print("calling", who, referral.text)
    print("calling", who, file=sys.stderr)
    logging.getLogger("bureau").error("calling %s", who)
    return Claim()


def tells_the_environment(referral: Referral) -> object:
    ours = sorted(n for n in os.environ if n.startswith(("REFERRAL_", "PG")))
    return [Claim(), Contact(",".join(ours))]


def tells_its_files(referral: Referral) -> object:
    # The listing's own descriptor is closed again by the time it is asked for its target.
    found = []
    for fd in list(Path("/proc/self/fd").iterdir()):
        try:
            found.append(str(fd.readlink()).split(":")[0])
        except OSError:
            continue
    return [Claim(), Contact(",".join(sorted(found)))]


GARBAGE: dict[str, object] = {
    "a string": "claim",
    "a number": 7,
    "a class": Claim,
    "a list of strings": ["claim"],
    "wrong types": Decline(ground=1),  # type: ignore[arg-type]
    "unpackable": Contact(Unpackable()),  # type: ignore[arg-type]
    "too long": [Claim(), Report("长" * 30_000)],
    "oversized": [Claim(), *(Contact("字" * 20_000) for _ in range(30))],
    "too many": [Claim(), *(Contact("在办") for _ in range(60))],
    "unknown ground": Decline("lazy"),
    "unknown status": [Claim(), Progress(status="asleep")],
    "unknown outcome": [Claim(), Report("办好了", outcome="great")],  # type: ignore[arg-type]
    "empty report": [Claim(), Report("")],
    "work unclaimed": Arrive(),
    "both ways": [Claim(), Decline("busy")],
    "own clock": [Claim(), Progress(meets="report")],
    "lead not needed": NotNeeded(),
    "waits for ever": [Claim(), Wait(timedelta(days=4000))],
    "waits backwards": [Claim(), Wait(timedelta(seconds=-1))],
    "waits first": [Wait(timedelta(hours=1)), Claim()],
    "waits declined": Answer((Decline("busy"),), again=timedelta(hours=1)),
    "wrong wait": Answer((Claim(),), again="soon"),  # type: ignore[arg-type]
}
DOINGS = {
    each.__name__: each
    for each in (
        raises,
        hangs,
        spins,
        leaves_a_child,
        answers_late,
        ignores_sigterm,
        stops_itself,
        closes_its_files,
        writes_everywhere,
        prints_without_end,
        leaves_others_running,
        exits,
        exits_hard,
        eats_memory,
        prints,
        tells_the_environment,
        tells_its_files,
    )
}


@department.handles()
class Anything(Handler):
    def offered(self, referral: Referral) -> object:  # type: ignore[override]
        if referral.title in GARBAGE:
            return GARBAGE[referral.title]
        doing = DOINGS.get(referral.title)
        return doing(referral) if doing else [Claim(), Contact("已联系")]


@hookimpl
def referral_departments() -> list[Department]:
    return [department]
