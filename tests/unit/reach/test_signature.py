"""Who signed, what, and when: anything changed, and it is nobody's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine import Department, Webhook, from_env, from_file
from referral_engine.reach.peer import Peer, Unreachable
from referral_engine.reach.signature import (
    NONCE,
    SIGNATURE,
    TIMESTAMP,
    WINDOW,
    Unsigned,
    sign,
    verify,
)
from referral_engine.testing.outside import outside

NOW = datetime(2026, 10, 12, 1, tzinfo=UTC)
OLD, NEW = b"the secret of last year", b"the secret of this year"


def test_either_of_two_secrets_signs() -> None:
    for secret in (OLD, NEW):
        headers = sign(secret, "POST", "/a?b=1", b"body", NOW)
        verify(
            [NEW, OLD], "POST", "/a?b=1", b"body", {k.lower(): v for k, v in headers.items()}, NOW
        )
    with pytest.raises(Unsigned):
        verify([NEW], "POST", "/a?b=1", b"body", sign(OLD, "POST", "/a?b=1", b"body", NOW), NOW)
    with pytest.raises(Unsigned):
        verify([], "POST", "/", b"", sign(b"", "POST", "/", b"", NOW), NOW)


def test_the_signature_is_as_the_page_describes_it() -> None:
    # What docs/reaching.md tells to do by hand, done by openssl.
    headers = sign(NEW, "POST", "/in", b"{}", NOW, nonce="n1")
    assert headers == {
        TIMESTAMP: "1791766800",
        NONCE: "n1",
        SIGNATURE: "v1=aa413d128ef75b5cf1634b3ef56676af1a87542f11dcdcb02d9d4dd4e7374234",
    }


@given(
    st.sampled_from([TIMESTAMP, NONCE, SIGNATURE, "method", "target", "body"]), st.text(max_size=9)
)
def test_whatever_is_changed_is_noticed(what: str, other: str) -> None:
    request = {"method": "POST", "target": "/in", "body": "{}"}
    given = {**request, **sign(NEW, "POST", "/in", b"{}", NOW)}
    if given[what] == other:
        return
    given[what] = other
    headers = {name: given[name] for name in (TIMESTAMP, NONCE, SIGNATURE)}
    with pytest.raises(Unsigned):
        verify([NEW], given["method"], given["target"], given["body"].encode(), headers, NOW)


@pytest.mark.parametrize("away", [WINDOW, -WINDOW, WINDOW + 1, -WINDOW - 1])
def test_it_holds_for_some_minutes(away: int) -> None:
    headers = sign(NEW, "POST", "/in", b"{}", NOW)
    late = NOW + timedelta(seconds=away)
    if abs(away) <= WINDOW:
        verify([NEW], "POST", "/in", b"{}", headers, late)
        return
    with pytest.raises(Unsigned):
        verify([NEW], "POST", "/in", b"{}", headers, late)


# -- secrets ----------------------------------------------------------------------------------
def test_a_secret_is_named_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSING_SECRET", NEW.decode())
    file = tmp_path / "secret"
    file.write_bytes(OLD + b"\n")
    both = (from_env("HOUSING_SECRET"), from_file(str(file)))
    assert [each.read() for each in both] == [NEW, OLD]
    profile = Department(
        "housing", "住建局", "1.0", reach=Webhook("https://b.example/in", both)
    ).profile()
    assert profile.secrets == both
    assert profile.kinds == ("reach:Webhook",)
    assert NEW.decode() not in repr(profile)


@pytest.mark.parametrize("name", ["REFERRAL_KEY", "PGPASSWORD", "pythonpath", ""])
def test_a_variable_that_never_reaches_a_plugin_is_refused_at_once(name: str) -> None:
    with pytest.raises(ValueError, match="never reach a plugin"):
        from_env(name)


def test_a_secret_that_is_missing_or_short_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSING_SECRET", "short")
    for secret in (
        from_env("HOUSING_SECRET"),
        from_env("NO_SUCH"),
        from_file(str(tmp_path / "no")),
    ):
        with pytest.raises(LookupError):
            secret.read()


# -- peers ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url", ["ftp://b.example", "https://", "https://b.example/?a=1", "https://me:pw@b.example", "b"]
)
def test_an_address_that_is_none_is_refused_when_the_plugin_loads(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Peer(url)


def test_without_tls_nobody_is_reached_unless_the_network_is_said_to_be_closed() -> None:
    with pytest.raises(ValueError, match="without TLS"):
        Peer("http://10.1.2.3/in")
    assert Peer("http://10.1.2.3/in/", plain=True).target("a/b") == "/in/a%2Fb"


def test_what_comes_back_is_bounded_and_no_redirect_is_followed() -> None:
    with outside() as system:
        system.pages = {
            "/long": (200, {}, b"x" * (2 << 20)),
            "/moved": (302, {"Location": system.url}, b""),
        }
        here = Peer(system.url.removesuffix("/matters"))
        with pytest.raises(Unreachable, match="more than"):
            here.ask("GET", here.target("long"))
        assert here.ask("GET", here.target("moved")).status == 302
    with pytest.raises(Unreachable):
        here.ask("GET", here.target("long"))
