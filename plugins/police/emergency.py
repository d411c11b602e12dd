"""Danger to life, and emergency whistles: 110 at once, never delayed, never declined."""

from __future__ import annotations

from typing import Literal

from referral_engine import HandOff, Progress, Referral, Reply, pick

from .course import MINUTES, Course
from .department import police, traffic_police
from .record import number
from .words import DANGER, FIRE, MEDICAL, dangerous


@police.handles(when=dangerous)
@traffic_police.handles(when=dangerous)
class Emergency(Course):
    """A life in danger is handed to 110, 119 or 120 on the spot; else officers go there at once."""

    promise = "已通知最近的巡逻警力赶赴现场，请在安全处等候，保持电话畅通。"
    attend = (5 * MINUTES, 18 * MINUTES)
    finish = (25 * MINUTES, 90 * MINUTES)
    reports = (
        "民警到场后控制现场，在场人员均已安全，相关情况正依法调查，现场秩序恢复正常。",
        "民警到场后先行救助并疏散围观人员，险情已排除，已告知反映人处置情况。",
    )
    fire = ("民警到场后疏散群众、设置警戒，配合消防救援人员处置，险情已排除，原因由消防部门调查。",)
    medical = ("民警到场后维护秩序、协助急救人员救治，当事人已由120送医，已设法联系其家属。",)

    def offered(self, referral: Referral) -> Reply:
        if not referral.mentions(DANGER):
            return super().offered(referral)
        to, receiver = _service(referral)
        return [
            HandOff(to, number(referral, to), receiver),
            *self.first_word(referral, self.promise),
            Progress(f"已移交{to}（{receiver}），辖区民警同步赶赴现场。", status="received"),
            self.on_the_way(referral),
        ]

    def told(self, referral: Referral) -> str:
        """The report fits whose danger it was."""
        kinds = {"119": self.fire, "120": self.medical, "110": self.reports}
        reports = kinds[_service(referral)[0]]
        return reports[pick(referral, "report", len(reports))]


def _service(referral: Referral) -> tuple[Literal["110", "119", "120"], str]:
    """Whose the danger is; the police go there too."""
    if referral.mentions(FIRE):
        return "119", "县消防救援大队指挥中心"
    if referral.mentions(MEDICAL):
        return "120", "县120急救指挥中心"
    return "110", "县公安局指挥中心"
