"""Who fits a case, and why; a list with reasons for a person to choose from."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow.matching import Match, Wish, ranked
from referral_engine.model.mediator import Mediator
from tests.unit.flow.play import Play

ORG = Play().setting.org
HERE = "620922100200"
WISH = Wish("D02", HERE)


def mediator(id: str, **given: object) -> Mediator:
    made = Mediator(id=id, name=id, organisation="县人民调解委员会", kind="people", most_open=4)
    return replace(made, **given)


def order(*known: Mediator, wish: Wish = WISH, **loads: int) -> list[str]:
    return [m.mediator.id for m in ranked(known, loads, wish, ORG) if not m.against]


def only(one: Mediator, wish: Wish, load: int = 0) -> Match:
    (found,) = ranked([one], {one.id: load}, wish, ORG)
    return found


def test_the_trade_counts_before_the_place_and_the_place_before_the_load() -> None:
    any_trade = mediator("any")
    own = mediator("own", trades=("D02",))
    all_disputes = mediator("all", trades=("D",))
    near = mediator("near", trades=("D",), territory="620922100")
    county = mediator("county", trades=("D",), territory="620922")
    assert order(any_trade, county, near, all_disputes, own) == [
        "own", "near", "county", "all", "any",
    ]  # fmt: skip
    assert order(all_disputes, replace(all_disputes, id="idle"), all=3) == ["idle", "all"]


def test_reasons_are_said_as_people_say_them() -> None:
    found = only(
        mediator("m1", trades=("D02",), territory="620922100", languages=("zh", "bo")),
        Wish("D02", HERE, language="bo"),
        load=1,
    )
    assert found.reasons[0] == "mediates D02"
    assert "speaks bo" in found.reasons
    assert found.reasons[-1] == "has 1 of at most 4 open cases"
    assert found.against == ()


def test_who_cannot_have_it_is_listed_last_with_why() -> None:
    for one, wish, load, why in (
        (mediator("m1"), Wish("D02", HERE, challenged=frozenset({"m1"})), 0, "challenged"),
        (mediator("m1", unit="housing"), Wish("D02", HERE, barred=frozenset({"housing"})), 0,
         "concerned"),
        (mediator("m1", trades=("D13",)), WISH, 0, "does not mediate D02"),
        (mediator("m1"), Wish("D02", HERE, language="bo"), 0, "does not speak bo"),
        (mediator("m1"), WISH, 4, "as many open cases as agreed"),
    ):  # fmt: skip
        (told,) = only(one, wish, load).against
        assert why in told
        assert order(one, mediator("z", languages=("bo",)), wish=wish, m1=load) == ["z"]


def test_an_expert_comes_first_where_one_is_asked_for() -> None:
    wish = Wish("D13", HERE, expertise="medicine")
    doctor = mediator("doctor", trades=("D13",), expertise=("medicine",))
    assert order(mediator("a", trades=("D13",)), doctor, wish=wish) == ["doctor", "a"]
