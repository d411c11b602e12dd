"""From a template to a letter's text."""

from __future__ import annotations

import pytest

from referral_engine.errors import Place, Refused
from referral_engine.letters.composing import compose
from referral_engine.letters.template import Template
from referral_engine.letters.values import VALUES

NOTHING = dict.fromkeys(VALUES, "")


def template(body: str, **asks: str) -> Template:
    return Template("t", "函", "函", "reporter", (), "", asks, body, Place("t.yaml", 1, 1))


def test_a_line_whose_value_is_missing_is_left_out_where_the_template_says_so() -> None:
    body = "{{ title }}：\n{% if lead %}\n由{{ lead }}办理。\n{% endif %}\n此告。"
    said = NOTHING | {"title": "漏水"}
    assert compose(template(body), said, {}) == "漏水：\n此告。"
    assert (
        compose(template(body), said | {"lead": "县住建局"}, {})
        == "漏水：\n由县住建局办理。\n此告。"
    )


def test_what_a_person_must_say_is_asked_for_and_nothing_else_is_taken() -> None:
    asking = template("{{ reason }}", reason="理由", way="途径")
    with pytest.raises(Refused) as caught:
        compose(asking, NOTHING, {"way": "诉讼"})
    assert (caught.value.code, "reason (理由)" in caught.value.message) == ("LETTER_ASKS", True)
    with pytest.raises(Refused, match="colour"):
        compose(asking, NOTHING, {"way": "诉讼", "reason": "无", "colour": "red"})
    assert compose(asking, NOTHING, {"way": "诉讼", "reason": "无"}) == "无"


@pytest.mark.parametrize(
    "body", ["{{ title.__class__.__mro__ }}", "{{ title + 1 }}", "{{ 1 // 0 }}"]
)
def test_a_template_that_fails_or_reaches_out_is_named(body: str) -> None:
    with pytest.raises(Refused) as caught:
        compose(template(body), NOTHING, {})
    assert caught.value.code == "LETTER_BROKEN"
    assert "t.yaml:1" in caught.value.message


def test_what_a_citizen_wrote_is_text_and_no_template() -> None:
    said = NOTHING | {"text": "{{ code }} <b>"}
    assert compose(template("{{ text }}"), said, {}) == "{{ code }} <b>"
