"""A sealed case shows nowhere: not its words, and not that it is there.

Every command that may read is run in two worlds, one without sealed cases and one with them, by
everybody whom they are not meant for. Whatever the command says must be the same in both, to the
letter: so that a count, a hint, another message or an exit code would show. Sealed codes are asked
for in both worlds; in the first they are codes of nothing.

The commands are walked as click knows them: a new command, or a new option of one that reads, fails
here until somebody has said how it is tried.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from referral_engine.cli import root
from tests.contract.conftest import Placed
from tests.contract.sealed_county import KNOW, PEOPLE, SECRETS, World, build, said, unset
from tests.databases import dumped, url_of
from tests.district import referral as process

NOTHING = "reads no store"
BY_ITSELF = "has a test of its own below"
HOLDS_IT_ALL = "for whoever holds the database or its keys, and can count rows; names no case"
UNTRIED: dict[str, str] = {
    "init": NOTHING, "demo": "runs on a store of its own", "simulate": NOTHING,
    "org derive": NOTHING, "org generate": NOTHING, "plugin list": NOTHING,
    "plugin new": NOTHING, "plugin check": "asks plugins about made-up cases",
    "rules check": NOTHING, "rules test": NOTHING, "rules fields": NOTHING,
    "rules schema": NOTHING, "rules score": NOTHING, "rules prove": NOTHING,
    "letter kinds": NOTHING, "letter values": NOTHING,
    "rules table export": NOTHING, "rules table import": NOTHING, "rules learn": NOTHING,
    "intake": BY_ITSELF, "run": BY_ITSELF,
    **dict.fromkeys(("mediator add", "mediator leave", "mediator grant", "mediator sign",
                     "mediator pay", "mediator reverse"), "takes no case and shows none"),
    "backup": HOLDS_IT_ALL, "restore": HOLDS_IT_ALL, "db move": HOLDS_IT_ALL,
    "keys new": NOTHING, "keys status": HOLDS_IT_ALL, "keys rotate": HOLDS_IT_ALL,
}  # fmt: skip
"""Commands that cannot show a case of the store, and why."""

IDS = (
    "{sealed}",
    "{sealed}-1",
    "{sealed}-9",
    "{sealed}-P1",
    "{sealed}-P9",
    "{sealed}-L1",
    "{open}",
)
UNITS = ("centre", "chengguan", "discipline", "police", "housing")
READS: dict[str, list[tuple[str, ...]]] = {
    "doctor": [()],
    "case list": [
        (), ("--limit", "1"), ("--limit", "1000"), ("--state", "assigned"),
        ("--state", "in_progress"), ("--category", "X02"), ("--category", "D"),
        ("--territory", "6209"), *(("--owner", unit) for unit in UNITS),
        *(("--unit", unit) for unit in UNITS),
    ],
    "case show": [(id,) for id in IDS],
    "case history": [(id,) for id in IDS],
    "desk hand-over": [(unit,) for unit in UNITS],
    "desk take-over": [(unit,) for unit in UNITS],
    "desk shifts": [(unit,) for unit in UNITS],
    "case dossier": [(id, "--out", "dossier.html") for id in IDS],
    "centre letter": [(id, "--kind", "notice", "--to", "reporter", "--text", "x") for id in IDS],
    "letter list": [(id,) for id in IDS],
    "letter show": [("{sealed}-L1",), ("{open}-L1",)],
    "letter draft": [("{sealed}", "acceptance"), ("{open}", "acceptance")],
    "case explain": [*((id,) for id in IDS), ("{sealed}", "--to", "police", "--fields", "1"),
                     ("{open}", "--to", "police", "--fields", "1")],
    "case migrate": [("{sealed}",), ("{sealed}", "--reason", "x", "--key", "k"),
                     ("{sealed}", "--to", "00")],
    "desk inbox": [(unit,) for unit in UNITS],
    "access list": [(id,) for id in IDS],
    "audit verify": [(), ("--anchor", "var/checkpoints.jsonl")],
    "deadletter list": [()],
    "deadletter requeue": [("wakeup:{sealed}",), ("notice:999",), ("plugin_call:{sealed}",)],
    "rules explain": [("--case", "{sealed}"), ("--case", "{open}"), ("--prose",),
                      ("--case", "{sealed}", "--to", "police", "--fields", "1"),
                      ("--case", "{open}", "--to", "police", "--fields", "1")],
    "rules backtest": [("--processes", "1"), ("--processes", "1", "--html", "page.html"),
                       ("--processes", "1", "--since", "2026-11-01T00:00+08:00"),
                       ("--processes", "1", "--until", "2026-12-01T00:00+08:00"),
                       ("--processes", "1", "--from", "rules", "--to", "rules")],
    "rules confirm": [("1",), ("99",)],
    "rules withdraw": [("1",), ("99",)],
    "rules history": [(), ("--limit", "1")],
    "rules diff": [(), ("--from", "00")],
    "rules publish": [("--reason", "x"), ("--reason", "x", "--untested"),
                      ("--reason", "x", "--backtest-days", "3650")],
    "rules rollback": [("00", "--reason", "x"),
                       ("00", "--reason", "x", "--at", "2027-01-01T00:00+08:00")],
    "token issue": [("--reporter", "{sealed}"), ("--reporter", "{sealed}", "--output", "no/file")],
    "token list": [()],
    "token revoke": [("{sealed}",)],
    "rate": [("{sealed}", "--contacted", "yes", "--resolved", "yes", "--score", "5")],
    "mediator match": [*((id,) for id in IDS), ("{sealed}", "--language", "zh"),
                       ("{sealed}", "--expertise", "law")],
    "mediator assign": [(id, "--mediator", "m0") for id in IDS],
    "mediator propose": [(), *((id, "--amount", "200") for id in IDS), ("{sealed}",)],
    "mediator backlog": [("--older", "1m"), ("--older", "0d", "--limit", "1")],
    "mediator list": [()],
    "mediator ledger": [(), ("--limit", "1"), ("--state", "proposed")],
    "centre merge": [("{sealed}", "--into", "{open}"), ("{open}", "--into", "{sealed}"),
                     ("{sealed}", "--into", "{sealed}", "--reason", "x")],
    "db upgrade": [()],
    "retention run": [()],
    "retention hold": [(id, "--reason", "x") for id in IDS[:-1]],
    "retention release": [(id, "--reason", "x") for id in IDS[:-1]],
}  # fmt: skip
"""How each command that reads is tried; flags are added in every combination."""
OTHERWISE = {"doctor": {"--units"}, "token issue": {"--role", "--unit", "--expires"},
             "rules explain": {"file"}, "rules backtest": {"file", "--mapping"},
             "desk hand-over": {"--to"}, "desk shifts": {"--limit"},
             "centre letter": {"--set"}, "letter draft": {"--set"}, "letter show": {"--out"},
             "rules publish": {"--at"}, "rate": {"--comment"}, "retention hold": {"--key"},
             "retention release": {"--key"}}  # fmt: skip
"""Options that cannot bring a case in."""
_VERB = {"--actor", "--key", "--happened-at", "--json"}
VALUES = {
    "--role": "partner", "--party": "P1", "--given": "yes", "--person": "m0", "--terms": "x",
    "--ground": "outside_remit", "--suggest": "housing", "--text": "x", "--to": "housing",
    "--by": "1d", "--reason": "x", "--until": "2027-01-01T09:00", "--number": "1",
    "--receiver": "x", "--lead": "housing", "--unit": "housing", "--review-on": "2027-01-01",
    "--system": "x", "--passed": "yes", "--kind": "notice",
    "--into": "{open}", "--part": "open.jsonl",
}  # fmt: skip
"""What a verb cannot do without; where another word is needed it is in WORDS."""
WORDS = {("centre redirect", "--to"): "litigation", ("centre letter", "--to"): "reporter",
         ("desk hand-off", "--to"): "110"}  # fmt: skip


class Leaf(NamedTuple):
    path: str
    command: click.Command


def leaves(
    group: click.Group = root, context: click.Context | None = None, path: tuple[str, ...] = ()
) -> Iterator[Leaf]:
    context = context or click.Context(root, info_name="referral")
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            inner = click.Context(found, parent=context, info_name=name)
            yield from leaves(found, inner, (*path, name))
        else:
            yield Leaf(" ".join((*path, name)), found)


def verbs() -> list[Leaf]:
    """What people do to one case: by the options that all of them share."""
    return [
        leaf
        for leaf in leaves()
        if leaf.path not in READS and {o for p in leaf.command.params for o in p.opts} >= _VERB
    ]


def attempts(leaf: Leaf, *, whole: bool = True) -> Iterator[tuple[str, ...]]:
    """Every way in which this command is tried; less than `whole`, flags by themselves and once."""
    options = [each for each in leaf.command.params if isinstance(each, click.Option)]
    flags = [
        name
        for each in options
        for name in (*each.opts, *each.secondary_opts)
        if each.is_flag and name.startswith("--")
    ]
    ids = IDS[:-1] if whole else (IDS[0], IDS[2])
    rows = READS.get(leaf.path) or [(id, *needed(leaf)) for id in ids]
    for number, given in enumerate(rows):
        many = len(flags) if whole else int(number == 0 and leaf.path in READS)
        for count in range(many + 1):
            for chosen in itertools.combinations(flags, count):
                yield (*leaf.path.split(), *given, *chosen)


def needed(leaf: Leaf) -> Iterator[str]:
    for each in leaf.command.params:
        if isinstance(each, click.Option) and each.required:
            name = each.opts[0]
            value = WORDS.get((leaf.path, name), VALUES.get(name))
            assert value is not None, f"{leaf.path} {name}: say in VALUES what it may be given"
            yield from (name, value)


def takes_actor(leaf: Leaf) -> bool:
    return any("--actor" in each.opts for each in leaf.command.params)


@pytest.fixture(scope="module")
def worlds(placed: Placed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    with pytest.MonkeyPatch.context() as patched:
        unset(patched)
        made = build(tmp_path_factory.mktemp("worlds"), placed)
        return dict(zip(("none", "accusation", "violence", "both"), made, strict=True))


@pytest.fixture
def copies(worlds: dict[str, World], tmp_path: Path) -> tuple[World, World]:
    """Copies to change, as each look at an access list does: the world without sealed cases, and
    the one with both.
    """
    return worlds["none"].copy(tmp_path / "none"), worlds["both"].copy(tmp_path / "both")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    unset(monkeypatch)


def differences(
    before: World,
    after: World,
    kinds: tuple[str, ...],
    actor: str,
    language: str,
    *,
    whole: bool = True,
) -> list[str]:
    """Every attempt whose answer is not the same in both worlds, or holds what is secret."""
    found = []
    secrets = [word for kind in kinds for word in SECRETS[kind]]
    for leaf in leaves():
        if leaf.path in UNTRIED or (actor and not takes_actor(leaf)):
            continue
        asked = (
            tuple(word.format(sealed=after.codes[kind], open=after.codes["open"]) for word in words)
            for kind, words in itertools.product(kinds, attempts(leaf, whole=whole))
        )
        for words in dict.fromkeys(asked):
            line = [*words, *(("--actor", actor) if actor else ())]
            one, other = (said(w, w.referral(*line, language=language)) for w in (before, after))
            if one != other:
                found.append(f"{' '.join(line)}\n  {one}\n  {other}")
            elif any(word in other.out + other.err for word in secrets):
                found.append(f"{' '.join(line)} tells {other}")
    return found


STRANGERS = [
    "",
    "stranger",
    "reporter",
    *(p for p in PEOPLE if p not in set().union(*KNOW.values())),
]
FEW = ["", pytest.param("l0", marks=pytest.mark.long)]


# -- is everything tried? ------------------------------------------------------------------------
def test_every_command_is_tried_or_said_why_not() -> None:
    known = {*UNTRIED, *READS, *(leaf.path for leaf in verbs())}
    assert {leaf.path for leaf in leaves()} == known


@pytest.mark.parametrize("leaf", [leaf for leaf in leaves() if leaf.path in READS], ids=str)
def test_every_option_of_what_reads_is_tried(leaf: Leaf) -> None:
    tried = {word for given in attempts(leaf) for word in given}
    tried |= {"--actor", *OTHERWISE.get(leaf.path, ()), *_VERB}
    assert [p.opts for p in leaf.command.params if not tried.intersection(p.opts)
            and isinstance(p, click.Option)] == []  # fmt: skip


def test_those_it_is_meant_for_see_it(worlds: dict[str, World]) -> None:
    """Else what follows would prove nothing."""
    both = worlds["both"]
    for kind, know in KNOW.items():
        code = both.codes[kind]
        for person in know:
            told = both.done("case", "show", code, "--full", "--actor", person).out
            assert SECRETS[kind][0] in told
            assert code in both.done("case", "list", "--actor", person).out
        assert (
            SECRETS[kind][0] in both.done("case", "history", code, "--full", "--actor", person).out
        )


# -- nobody else knows ---------------------------------------------------------------------------
@pytest.mark.parametrize("actor", FEW)
def test_whoever_it_is_not_meant_for_cannot_tell_the_worlds_apart(
    copies: tuple[World, World], actor: str
) -> None:
    assert differences(*copies, tuple(SECRETS), actor, "en", whole=False) == []


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", pytest.param("zh_CN", marks=pytest.mark.matrix)])
@pytest.mark.parametrize("actor", [
    actor if n == 0 else pytest.param(actor, marks=pytest.mark.matrix)
    for n, actor in enumerate(STRANGERS)
])  # fmt: skip
def test_nobody_can_tell_the_worlds_apart_in_any_language(
    copies: tuple[World, World], actor: str, language: str
) -> None:
    assert differences(*copies, tuple(SECRETS), actor, language) == []


@pytest.mark.long
@pytest.mark.parametrize(("actor", "other"), [
    ("s1", "violence"), pytest.param("s0", "accusation", marks=pytest.mark.matrix),
    pytest.param("j1", "violence", marks=pytest.mark.matrix),
    pytest.param("p1", "accusation", marks=pytest.mark.matrix),
])  # fmt: skip
def test_whoever_keeps_one_seal_knows_nothing_of_another(
    worlds: dict[str, World], tmp_path: Path, actor: str, other: str
) -> None:
    copies = (worlds[name].copy(tmp_path / name) for name in ("none", other))
    assert differences(*copies, (other,), actor, "en") == []


# -- what is not a command that looks ------------------------------------------------------------
def secrets_in(text: str, world: World) -> list[str]:
    """What of the sealed cases stands in a text: words, names, codes."""
    words = [word for kind in SECRETS for word in (*SECRETS[kind], world.codes[kind])]
    return [word for word in words if word in text]


def test_what_comes_in_later_meets_nothing_sealed(copies: tuple[World, World]) -> None:
    """The same reporter, place and words: no link, no repeat, no problem, no other way to go."""
    for words in (("intake", "alike.jsonl", "--json"), ("intake", "alike.jsonl", "--backfill")):
        before, after = (said(world, world.referral(*words)) for world in copies)
        assert before == after
        assert not secrets_in(after.out + after.err, copies[1])
    one, other = (told_of_all(world) for world in copies)
    assert one == other
    assert len(one) > 9


def told_of_all(world: World) -> list[str]:
    """Everything that is told of the cases that are not sealed, oldest first."""
    query = "SELECT case_code FROM case_file WHERE sealed = '' ORDER BY registered_at, received_at"
    told = []
    for (code,) in world.sql(query):
        for look in ("show", "explain", "history"):
            shown = said(world, world.done("case", look, code, "--json")).out
            told.append(shown.replace(code, "CODE"))
    assert not [code for code in world.codes.values() if code in repr(told)]
    return told


def test_a_doctored_sealed_case_is_found_and_not_named(copies: tuple[World, World]) -> None:
    _none, world = copies
    code = world.codes["accusation"]
    world.change("UPDATE case_event SET owner = 'x' WHERE case_code = ? AND seq = 2", code)
    world.change("UPDATE referral SET unit = 'x' WHERE case_code = ?", world.codes["violence"])
    for language in ("en", "zh_CN"):
        for more in ((), ("--json",), ("--actor", "u0"), ("--actor", "d0")):
            ran = world.referral("audit", "verify", *more, language=language)
            assert ran.code == 1
            assert "EVENT_ALTERED" in ran.out
            assert "PROJECTION" in ran.out
            assert not secrets_in(ran.out + ran.err, world)
    assert code in world.referral("audit", "verify", "--actor", "s1").out
    world.change("DELETE FROM case_file WHERE case_code = ?", code)
    assert not secrets_in(world.referral("audit", "verify").out, world)


def test_a_dead_letter_says_that_something_is_stuck_and_not_what(
    copies: tuple[World, World],
) -> None:
    _none, world = copies
    code = world.codes["accusation"]
    stuck = "UPDATE notice SET status = 'dead', error = ? WHERE case_code = ?"
    world.change(stuck, f"cannot tell {SECRETS['accusation'][1]}", code)
    world.change("UPDATE wakeup SET dead = 1 WHERE case_code = ?", code)
    lists = [("deadletter", "list", *more) for more in ((), ("--json",), ("--actor", "d0"))]
    for words in (*lists, ("doctor",)):
        ran = world.referral(*words)
        assert not secrets_in(ran.out + ran.err, world)
        assert "discipline" not in ran.out
    assert "wakeup:(sealed)" in world.done("deadletter", "list").out
    assert code in world.done("deadletter", "list", "--actor", "s1").out
    refused = world.referral("deadletter", "requeue", f"wakeup:{code}")
    assert "NO_SUCH_LETTER" in refused.err
    assert world.done("deadletter", "requeue", "wakeup:(sealed)").out.startswith("1 ")
    assert world.sql("SELECT dead FROM wakeup WHERE case_code = ?", code) == [(0,)]


def test_the_log_of_a_daemon_names_no_sealed_case(copies: tuple[World, World]) -> None:
    """With every word on stderr, timers to fire, notices to tell, and a timer that fails."""
    _none, world = copies
    world.change("UPDATE wakeup SET due_at = 1")
    world.change("UPDATE notice SET status = 'pending', lease_until = 0, claims = 0, due_at = 1")
    ran = process(world.folder, "run", "--until-idle", "--verbose")
    assert "notice" in ran.err
    assert world.codes["open"] in ran.err, "an ordinary case is named"
    assert "about a sealed case" in ran.err
    world.change("DELETE FROM rule_set")
    world.change("UPDATE wakeup SET due_at = 1")
    failing = process(world.folder, "run", "--until-idle", "--verbose")
    assert f"a timer of case {world.codes['open']} failed" in failing.err
    assert "a timer of case (sealed) failed" in failing.err
    for each in (ran, failing):
        assert not secrets_in(each.out + each.err, world)
        assert "discipline" not in each.err


def test_what_keeps_the_store_tells_totals_and_names_no_case(
    copies: tuple[World, World],
) -> None:
    """A copy, a rotation and a nightly round go over all cases, and may say how many they are."""
    _none, world = copies
    for words in (
        ("backup", "copy.bak"), ("backup", "again.bak", "--json"), ("keys", "status"),
        ("keys", "status", "--json"), ("keys", "rotate"), ("retention", "run", "--dry-run"),
        ("retention", "run", "--json"),
    ):  # fmt: skip
        ran = world.referral(*words)
        assert ran.out + ran.err
        assert not secrets_in(ran.out + ran.err, world)
        assert "discipline" not in ran.out + ran.err


def test_what_goes_out_about_a_sealed_case_is_marked_for_its_contact_alone(
    worlds: dict[str, World],
) -> None:
    both = worlds["both"]
    sealed = {both.codes[kind] for kind in SECRETS}
    told = both.sql("SELECT case_code, lane, payload FROM notice")
    for code, lane, payload in told:
        assert (b"sealed\xc3" in payload) is (code in sealed), "true, in MessagePack"
        assert not any(word.encode() in payload for kind in SECRETS for word in SECRETS[kind])
        if code == both.codes["accusation"]:
            assert lane in ("reporter", "discipline"), "nothing goes to whom it accuses"
    assert {code for code, _lane, _payload in told} >= sealed


def pages(world: World) -> tuple[str, str]:
    """What /metrics and /readyz say."""
    from fastapi.testclient import TestClient

    from referral_engine.cli.app import App
    from referral_engine.desk.opening import open_desk
    from referral_engine.web.app import create_app

    asked = App(world.folder / "config.yaml", url_of(world.folder))
    with (
        open_desk(asked.workspace, existing=True) as desk,
        TestClient(create_app(desk)) as client,
    ):
        return client.get("/metrics").text, client.get("/readyz").text


def test_pages_for_monitoring_have_nothing_of_them_but_in_the_totals(
    copies: tuple[World, World],
) -> None:
    """The engine's own totals count all work: an alarm must not be blind to a sealed case that
    stands still. No series by department, and no series at all, is there because of one."""
    (before, ready), (after, ready_after) = (pages(world) for world in copies)
    assert ready == ready_after
    assert not secrets_in(after + ready_after, copies[1])
    series = [{line.rpartition(" ")[0] for line in text.splitlines()} for text in (before, after)]
    assert series[0] == series[1]
    by_department = [
        [line for line in text.splitlines() if "department=" in line] for text in (before, after)
    ]
    assert by_department[0] == by_department[1]


def test_a_copy_of_the_database_holds_none_of_the_words(
    tmp_path: Path, placed: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a master key, which is not in it. Whoever holds the copy sees that there are cases."""
    monkeypatch.setenv("REFERRAL_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    *_others, world = build(tmp_path, placed)
    copy = dumped(world.folder)
    assert len(copy) > 2
    words = [word for kind in SECRETS for word in SECRETS[kind]]
    for data in copy.values():
        assert not [word for word in words if word.encode() in data]
    both = world.codes["violence"]
    shown = world.done("case", "show", both, "--full", "--actor", "p1").out
    assert SECRETS["violence"][0] in shown, "the key opens them"
