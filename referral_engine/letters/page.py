"""Letters and dossiers as pages for print: one HTML file each that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from referral_engine.i18n import _
from referral_engine.letters.filed import MEANS, RECIPIENTS, Filed, numbered
from referral_engine.letters.leaf import Leaf
from referral_engine.org import Org

__all__ = ["dossier_page", "letter_page"]


@cache
def _pages() -> Environment:
    """Everything that is filled in is escaped."""
    loader = PackageLoader("referral_engine.letters", "pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)  # fmt: skip


def letter_page(letter: Filed, centre: str, org: Org, zone: tzinfo) -> str:
    """The letter under the head of the `centre`, signed, with its receipt (送达回证) below."""
    return _pages().get_template("letter.html").render(letter=_sheet(letter, centre, org, zone))


def dossier_page(
    code: str, centre: str, leaves: Sequence[Leaf], letters: Sequence[Filed], org: Org, zone: tzinfo
) -> str:
    """The dossier (电子卷宗): its leaves in order, then every letter on a page of its own."""
    sheets = [_sheet(letter, centre, org, zone) for letter in letters]
    page = _pages().get_template("dossier.html")
    title = _("Dossier {code}").format(code=code)
    return page.render(title=title, centre=centre, leaves=leaves, letters=sheets)


def _sheet(letter: Filed, centre: str, org: Org, zone: tzinfo) -> dict[str, object]:
    signer = org.person(letter.signer)
    sent = letter.sent_at.astimezone(zone)
    return {
        "centre": centre,
        "name": letter.name or letter.letter,
        "number": numbered(letter, zone),
        "paragraphs": [line for line in letter.text.splitlines() if line.strip()],
        "signer": signer.name if signer else letter.signer,
        "date": f"{sent.year}年{sent.month}月{sent.day}日",
        "to": _addressee(letter, org),
        "delivered": f"{letter.delivered_at.astimezone(zone):%Y-%m-%d %H:%M}"
        if letter.delivered_at
        else "",
        "means": MEANS.get(letter.means, letter.means),
        "receipt": letter.receipt,
    }


def _addressee(letter: Filed, org: Org) -> str:
    known = org.unit(letter.to)
    return known.name if known else RECIPIENTS.get(letter.to, letter.to)
